/** Bubblewrap where no control group can be made: memory that no process's size shows is counted or refused (SR-H4). */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import type { Ending } from '../../src/sandbox/types.ts';
import { testWith } from '../support/needs.ts';

const SUPPORT = path.join(import.meta.dirname, '..', 'support');

/** Root can look at things as if there were no groups; anybody else has none, and the contract says the rest. */
const asRoot = testWith('Linux', 'root', 'bubblewrap');

async function runProgram(program: string, mib: number, leftOpen = '/dev/null') {
  const script = path.join(SUPPORT, 'run-without-group.ts');
  const { stdout } = await promisify(execFile)('unshare', [
    ...['--mount', 'bash', '-c', 'exec 200<"$0"; exec "$@"', leftOpen],
    ...[process.execPath, script, program, String(mib)],
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    ending: Ending;
    stdout: string;
    stderr: string;
  };
}

const run = (attack: string, mib: number) => runProgram(path.join(SUPPORT, 'attacks', `${attack}.py`), mib);

asRoot(
  'SR-M5: a folder that the shell above left open, as flock does, leads nowhere inside',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pa-left-open-'));
    const attack = readFileSync(path.join(SUPPORT, 'attacks', 'inherited_descriptors.py'), 'utf8');
    const program = path.join(folder, 'attack.py');
    writeFileSync(program, attack.replace('MARKER', folder));
    const { stdout, stderr } = await runProgram(program, 256, folder);
    rmSync(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(stdout).toBe('tried\n');
  },
  60_000,
);

asRoot(
  'SR-H4: buffers of sockets count, as large as they may become, and cannot be made larger',
  async () => {
    const { ending, stdout } = await run('socket_buffers', 256);
    expect(ending.kind).toBe('out_of_memory');
    // It may be ended between a line and its end.
    expect(stdout).toMatch(/^(|\[Errno 24\] .*\n?)(|\[Errno 1\] Operation not permitted \d{1,3}\n?)$/);
  },
  60_000,
);

asRoot(
  'SR-H4: page tables count',
  async () => {
    const { ending } = await run('page_tables', 256);
    expect(ending.kind).toBe('out_of_memory');
  },
  60_000,
);

asRoot(
  'SR-H4: a message queue is refused',
  async () => {
    expect((await run('message_queues', 256)).stdout).toBe('0\n');
  },
  60_000,
);

asRoot(
  'SR-H4: numpy, pandas, matplotlib, multiprocessing, executors and asyncio need nothing of what is refused',
  async () => {
    const { ending, stdout, stderr } = await run('useful_without_sockets', 1024);
    expect(stderr).toBe('');
    expect(ending).toMatchObject({ kind: 'exited', code: 0 });
    expect(stdout).toBe('worked\n');
  },
  90_000,
);
