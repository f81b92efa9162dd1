/** Skills that others have written, as they were published: fetched once, beside what else tests cache. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_CACHE } from '../../src/setup/checkout.ts';

const LOCK = fileURLToPath(new URL('./skill-packs.lock.txt', import.meta.url));

function folder(): string {
  const version = createHash('sha256').update(readFileSync(LOCK)).digest('hex').slice(0, 16);
  return join(BUILD_CACHE, `skill-packs-${version}`);
}

/** The pack whose file begins so. */
export function skillPack(name: string): Buffer {
  const file = readdirSync(folder()).find((one) => one.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`there is no pack ${name}`);
  return readFileSync(join(folder(), file));
}

/** Fetches them where they are not; null, or why they cannot be had. */
export function whyNoSkillPacks(): string | null {
  if (existsSync(folder())) return null;
  const making = `${folder()}.${process.pid}`;
  // Nothing of them is installed: they may want another Python than is here.
  const how = ['--quiet', '--no-deps', '--only-binary=:all:', '--python-version', '3.13', '--require-hashes'];
  const { status, stderr, error } = spawnSync(
    'python3',
    ['-m', 'pip', 'download', ...how, '--disable-pip-version-check', '--dest', making, '-r', LOCK],
    { encoding: 'utf8' },
  );
  if (status === 0 && !existsSync(folder())) renameSync(making, folder());
  rmSync(making, { recursive: true, force: true });
  if (status === 0) return null;
  return `the packs of skills cannot be fetched: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}
