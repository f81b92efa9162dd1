/** The supervisor when its own files fail it: what runs is looked after all the same, and a person is told. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServerCommand } from '../../../src/setup/server-command.ts';
import { type ChildPlan, startChild } from '../../../src/supervisor/child.ts';
import { openLogFile } from '../../../src/supervisor/log-file.ts';
import { openPidFile } from '../../../src/supervisor/pid-file.ts';
import { createArrivals } from '../../support/arrivals.ts';
import { makeFolder } from '../workspace/folder.ts';

let folder: { path: string; clear: () => Promise<void> };
let lines: string[];
let pids: number[];
let arrivals: ReturnType<typeof createArrivals>;
const say = (line: string) => {
  lines.push(line);
  arrivals.arrived();
};

beforeEach(async () => {
  folder = await makeFolder();
  [lines, pids] = [[], []];
  arrivals = createArrivals(() => lines.join('\n'));
});
afterEach(() => folder.clear());

/** A process that runs until it is ended. */
const RUNS: ServerCommand = {
  command: process.execPath,
  args: ['-e', 'setInterval(() => {}, 1000)'],
  env: {},
  cwd: process.cwd(),
};

/** @param command called before each start, with how many there have been */
function child(
  command: (starts: number) => Promise<ServerCommand>,
  talk: Partial<Pick<ChildPlan, 'speaks' | 'ready'>> = {},
) {
  const log = openLogFile(join(folder.path, 'worker.log'), () => {}, say);
  let starts = 0;
  const plan: ChildPlan = {
    role: 'worker',
    command: () => command(starts++),
    speaks: false,
    ready: async () => {},
    stopSignal: 'SIGKILL',
    stopWithinMs: 1_000,
    ...talk,
  };
  const pidFile = openPidFile(join(folder.path, 'pids', 'processes.json'), say);
  const started = startChild(plan, {
    log,
    say,
    onStarted(name, pid) {
      pidFile.started(name, pid);
      pids.push(pid);
      arrivals.arrived();
    },
    onEnded: (name) => pidFile.ended(name),
    onCrashed: async (id, ending) => say(`${id} crashed: ${ending}`),
  });
  return {
    ...started,
    async stop() {
      await started.stop();
      log.close();
    },
  };
}

test('a process that served is started again though its first new start fails, and that is said', async () => {
  const worker = child(async (starts) => {
    if (starts === 1) throw new Error('ENOSPC: no space left on device');
    return RUNS;
  });
  await worker.untilReady();
  process.kill(await arrivals.first(() => pids[0], 'the first process'), 'SIGKILL');
  await arrivals.first(() => pids[1], 'the second process');
  expect(lines).toContain('worker ended (SIGKILL); starting it again');
  expect(lines).toContain('worker ended (ENOSPC: no space left on device); starting it again');
  await worker.stop();
});

test('SR-C1: of a process that aborts or exits with an error it is told whose crash that was; of one that is killed it is not', async () => {
  const ends = [
    "process.kill(process.pid, 'SIGKILL')",
    'process.abort()',
    'process.exit(3)',
    'process.exit(0)',
  ];
  const worker = child(
    async (starts) => ({
      ...RUNS,
      args: [
        '-e',
        `process.send({ ready: 'w${starts}' }, () => { ${ends[starts] ?? 'setInterval(() => {}, 1000)'} })`,
      ],
    }),
    { speaks: true, ready: (_signal, said) => said },
  );
  await worker.untilReady();
  await arrivals.first(() => pids[ends.length], 'the last process');
  expect(lines.filter((line) => line.includes('crashed'))).toEqual([
    'w1 crashed: SIGABRT',
    'w2 crashed: code 3',
  ]);
  await worker.stop();
});

test('a start that fails before anything served is an error for whoever waits, in its own words', async () => {
  const worker = child(() => Promise.reject(new Error('no such program')));
  await expect(worker.untilReady()).rejects.toThrow('no such program');
  await worker.stop();
});

test('without room for the pid file a process is started, watched and started again; that is told once', async () => {
  writeFileSync(join(folder.path, 'pids'), 'a file in place of the folder');
  const worker = child(async () => RUNS);
  await worker.untilReady();
  process.kill(await arrivals.first(() => pids[0], 'the first process'), 'SIGKILL');
  await arrivals.first(() => pids[1], 'the second process');
  expect(lines.filter((line) => line.includes('could not be noted'))).toHaveLength(1);
  await worker.stop();
});

test('the pid file holds all that runs again once there is room for it', () => {
  const file = join(folder.path, 'pids', 'processes.json');
  writeFileSync(join(folder.path, 'pids'), '');
  const pidFile = openPidFile(file, say);
  pidFile.started('api', process.pid);
  expect(pidFile.pids()).toEqual({ api: process.pid });
  expect(lines).toEqual([expect.stringMatching(/^which processes run could not be noted: /)]);
  rmSync(join(folder.path, 'pids'));
  pidFile.started('worker', process.ppid);
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toEqual(['api', 'worker']);
});

test('a log that cannot be put aside is read on, told, and put aside later', () => {
  const file = join(folder.path, 'api.log');
  const seen: string[] = [];
  const log = openLogFile(file, (line) => seen.push(line), say);
  const MIB = 1024 ** 2;
  mkdirSync(`${file}.1`); // A folder of its name: nothing can be put there.
  const writer = openSync(file, 'a');
  const write = (mebibytes: number) => {
    for (let n = 0; n < mebibytes; n += 1) writeSync(writer, `${'x'.repeat(MIB - 1)}\n`);
    log.lastLines();
  };
  write(17);
  expect(lines).toEqual([expect.stringMatching(/api\.log has 17825792 bytes and could not be put aside: /)]);
  log.lastLines();
  expect(lines).toHaveLength(1);
  rmdirSync(`${file}.1`);
  write(2);
  expect(lines).toHaveLength(1);
  expect(seen).toHaveLength(19);
  expect(statSync(file).size).toBe(0);
  expect(statSync(`${file}.1`).size).toBe(19 * MIB);
  log.close();
  closeSync(writer);
});
