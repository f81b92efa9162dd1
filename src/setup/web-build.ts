/** The page, built into web/dist when its sources have changed. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../bundle/content-hash.mjs';
import { CHECKOUT } from './checkout.ts';
import { runCommand } from './command.ts';
import { oneBuilds } from './one-builds.ts';
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
  const wanted = contentHash(CHECKOUT, ['web', 'src/domain', 'src/protocol', 'package-lock.json']);
  return await oneBuilds(
    'web',
    () => isBuilt(wanted),
    () => build(wanted),
  );
}

async function isBuilt(wanted: string): Promise<boolean> {
  return (await readFile(STAMP, 'utf8').catch(() => '')) === wanted;
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
