/** The official clients for Python, for tests that speak with them: installed once, beside what else tests cache. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_CACHE } from '../../src/setup/checkout.ts';

const LOCK = fileURLToPath(new URL('./python-clients.lock.txt', import.meta.url));

/** What PYTHONPATH must name for a script that imports them. */
export function pythonClients(): string {
  const version = createHash('sha256').update(readFileSync(LOCK)).digest('hex').slice(0, 16);
  return join(BUILD_CACHE, `python-clients-${version}`);
}

/** Installs them where they are not; null, or why they cannot be had. */
export function whyNoPythonClients(): string | null {
  const folder = pythonClients();
  if (existsSync(folder)) return null;
  const making = `${folder}.${process.pid}`;
  const how = [
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--disable-pip-version-check',
  ];
  const { status, stderr, error } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', ...how, '--target', making, '-r', LOCK],
    { encoding: 'utf8' },
  );
  if (status === 0 && !existsSync(folder)) renameSync(making, folder);
  rmSync(making, { recursive: true, force: true });
  if (status === 0) return null;
  return `the clients for Python cannot be installed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}
