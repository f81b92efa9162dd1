/**
 * Jest's global set-up: looks for what tests may need, and starts the run's servers (test/support/server-host.ts)
 * unless only unit tests are run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Config } from '@jest/types';
import { bundleFolder } from '../../src/bundle/folder.mjs';
import { BUNDLED_VARIABLE, startProcess } from './child-process.ts';
import { findNeeds } from './find-needs.ts';
import { NEEDS_VARIABLE } from './found-needs.ts';
import { SERVERS_VARIABLE } from './servers.ts';

declare global {
  /** The process that holds the servers; global teardown closes its input. */
  var paperagentServerHost: ChildProcess | undefined;
}

export default async function globalSetup({ testPathPatterns }: Config.GlobalConfig): Promise<void> {
  const { patterns } = testPathPatterns;
  const onlyUnit = patterns.length > 0 && patterns.every((pattern) => /(^|\/)unit(\/|$)/.test(pattern));
  const found = await findNeeds(onlyUnit ? 'quick' : 'all', process.env, (line) =>
    process.stderr.write(`${line}\n`),
  );
  process.env[NEEDS_VARIABLE] = JSON.stringify(found);
  if (onlyUnit) return;
  // `npm test` bundles first (src/main/prepare.ts). One file that is run by itself while its sources change is not
  // made to wait for a bundler.
  if (bundleFolder().isMade) process.env[BUNDLED_VARIABLE] = '1';
  const [servers] = await Promise.all([startServers(), compileOnce()]);
  process.env[SERVERS_VARIABLE] = servers;
}

/**
 * Node keeps what it compiled when a process ends in order, and tests kill theirs: each would compile all of it again. An option that is not known ends a process once it has loaded everything.
 */
async function compileOnce(): Promise<void> {
  const started = ['api', 'worker'].map((role) => startProcess(role, {}, ['--compile-only']));
  await Promise.all(started.map(({ ended }) => ended));
}

/** Where they are, as servers.ts reads it. */
async function startServers(): Promise<string> {
  const host = spawn(process.execPath, [fileURLToPath(new URL('./server-host.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  globalThis.paperagentServerHost = host;
  const lines = createInterface(host.stdout);
  return await Promise.race([
    once(lines, 'line').then(([first]) => String(first)),
    once(host, 'exit').then(([code]) =>
      Promise.reject(new Error(`the test servers did not start (${code})`)),
    ),
  ]);
}
