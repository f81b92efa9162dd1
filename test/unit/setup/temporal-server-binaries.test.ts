import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findTemporalServer, hasTemporalServer } from '../../../src/setup/temporal-server-binaries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-temporal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two programs that run. */
function programsIn(name: string): string {
  const made = join(folder, name);
  mkdirSync(made, { recursive: true });
  for (const program of ['temporal-server', 'temporal-sql-tool']) {
    writeFileSync(join(made, program), '#!/bin/sh\nexit 0\n');
    chmodSync(join(made, program), 0o755);
  }
  return made;
}

const search = (path: string) => ({
  env: { PATH: path, XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder },
  dataDir: folder,
  onProgress: () => {},
});

test('a server on PATH is taken first, then one that was kept earlier', async () => {
  const kept = programsIn('cache/paperagent/temporal-server-1.29.1');
  expect(await hasTemporalServer(search('/nowhere'))).toBe(true);
  expect(await findTemporalServer(search('/nowhere'))).toEqual({
    server: join(kept, 'temporal-server'),
    sqlTool: join(kept, 'temporal-sql-tool'),
  });
  const onPath = programsIn('bin');
  expect((await findTemporalServer(search(onPath))).server).toBe(join(onPath, 'temporal-server'));
});

test('half of it is none', async () => {
  rmSync(join(programsIn('bin'), 'temporal-sql-tool'));
  expect(await hasTemporalServer(search(join(folder, 'bin')))).toBe(false);
});
