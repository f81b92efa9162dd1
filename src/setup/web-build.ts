/** The page, built into web/dist when its sources have changed. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../os/process-lock.mjs';
import { BUILD_CACHE, CHECKOUT } from './checkout.ts';
import { runCommand } from './command.ts';
import { contentHash } from './content-hash.ts';
import { SetupError } from './setup-error.ts';

const WEB = join(CHECKOUT, 'web');
const DIST = join(WEB, 'dist');
const STAMP = join(DIST, '.built-from');

/**
 * Builds the page unless web/dist was built from these very sources. The new build takes the old one's place
 * whole; when two want it at once, one builds.
 * @throws SetupError with the bundler's words
 */
export async function buildWeb(): Promise<'built' | undefined> {
  const wanted = await contentHash(CHECKOUT, ['web', 'src/domain', 'src/protocol', 'package-lock.json']);
  if (await isBuilt(wanted)) return undefined;
  const release = await takeLockPatiently();
  try {
    if (await isBuilt(wanted)) return undefined;
    await build(wanted);
    return 'built';
  } finally {
    release();
  }
}

async function isBuilt(wanted: string): Promise<boolean> {
  return (await readFile(STAMP, 'utf8').catch(() => '')) === wanted;
}

async function takeLockPatiently(): Promise<() => void> {
  await mkdir(BUILD_CACHE, { recursive: true });
  for (;;) {
    const lock = takeLock(join(BUILD_CACHE, 'web.lock'));
    if (lock.taken) return lock.release;
    await delay(100);
  }
}

async function build(wanted: string): Promise<void> {
  const draft = `${DIST}-new`;
  const vite = join(CHECKOUT, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', WEB, '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn'];
  const { code, output } = await runCommand(process.execPath, args, {
    cwd: CHECKOUT,
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
  });
  if (code !== 0) throw new SetupError(`the page could not be built:\n${output}`);
  await writeFile(join(draft, '.built-from'), wanted);
  await rm(DIST, { recursive: true, force: true });
  await rename(draft, DIST);
}
