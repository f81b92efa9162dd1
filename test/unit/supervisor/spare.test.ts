/** A second process that waits to take over, as the supervisor looks after it; the worker's own half is in integration/supervisor. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServerCommand } from '../../../src/setup/server-command.ts';
import { type Child, startChild } from '../../../src/supervisor/child.ts';
import { openLogFile } from '../../../src/supervisor/log-file.ts';
import { createSpare } from '../../../src/supervisor/spare.ts';
import { createArrivals } from '../../support/arrivals.ts';
import { makeFolder } from '../workspace/folder.ts';

/** What a process does, by one line of its program each: `ready` serves at once, a spare when it is told. */
const READY = 'process.send({ ready: String(process.pid) }); setInterval(() => {}, 1000)';
const SPARE = `process.send({ spare: 'waiting' }, () => console.log('loaded'));
  process.once('message', () => { process.send({ spare: 'taking over' }); process.send({ ready: String(process.pid) }) });
  setInterval(() => {}, 1000)`;
const program = (code: string): ServerCommand => ({
  command: process.execPath,
  args: ['-e', code],
  env: {},
  cwd: process.cwd(),
});

let folder: { path: string; clear: () => Promise<void> };
let child: Child | undefined;
let log: ReturnType<typeof openLogFile> | undefined;
/** What the hooks were told, in order. */
let told: { what: 'started' | 'ended' | 'said'; name: string; pid?: number }[];
let arrivals: ReturnType<typeof createArrivals>;

beforeEach(async () => {
  folder = await makeFolder();
  told = [];
  arrivals = createArrivals(() => told.map(({ what, name }) => `${what} ${name}`).join('\n'));
});
afterEach(async () => {
  await child?.stop();
  log?.close();
  [child, log] = [undefined, undefined];
  await folder.clear();
});

const note = (entry: (typeof told)[number]) => {
  told.push(entry);
  arrivals.arrived();
};

/** A role whose first process, and each that is started later, runs `first`; and the one that waits, `spare`. */
async function role(first: string, spare: string): Promise<void> {
  const heard = (line: string) => note({ what: 'said', name: line });
  log = openLogFile(join(folder.path, 'worker.log'), heard, heard);
  child = startChild(
    {
      role: 'worker',
      command: async () => program(first),
      spare: async () => program(spare),
      speaks: true,
      ready: (_signal, said) => said,
      stopSignal: 'SIGKILL',
      stopWithinMs: 1_000,
    },
    {
      log,
      onStarted: (name, pid) => note({ what: 'started', name, pid }),
      onEnded: (name) => note({ what: 'ended', name }),
      say: (line) => note({ what: 'said', name: line }),
    },
  );
  await child.untilReady();
}

/** The process of that name that was started as the `nth`, counted from 0. */
const started = (name: string, nth: number) =>
  arrivals.first(
    () => told.filter((entry) => entry.what === 'started' && entry.name === name)[nth]?.pid,
    `process ${nth} of ${name}`,
  );

test('the one that waits is the next process of its role, and another comes to wait', async () => {
  await role(READY, SPARE);
  const first = await started('worker', 0);
  const spare = await started('worker-spare', 0);
  process.kill(first, 'SIGKILL');
  expect(await started('worker', 1)).toBe(spare);
  expect(await started('worker-spare', 1)).not.toBe(spare);
});

test('one that takes over has its new name before it loses its old one: whoever looks for orphans finds it', async () => {
  await role(READY, SPARE);
  const spare = await started('worker-spare', 0);
  process.kill(await started('worker', 0), 'SIGKILL');
  const is = (what: string, name: string, pid?: number) => (entry: (typeof told)[number]) =>
    entry.what === what && entry.name === name && entry.pid === pid;
  await arrivals.first(() => told.find(is('ended', 'worker-spare')), 'its old name to go');
  expect(told.findIndex(is('started', 'worker', spare))).toBeGreaterThan(0);
  expect(told.findIndex(is('started', 'worker', spare))).toBeLessThan(
    told.findIndex(is('ended', 'worker-spare')),
  );
});

test('one that is asleep when it is told is killed, and the role is started as ever', async () => {
  await role(READY, SPARE);
  const spare = await started('worker-spare', 0);
  await arrivals.first(() => told.find(({ name }) => name === 'loaded'), 'it to be loaded');
  process.kill(spare, 'SIGSTOP');
  process.kill(await started('worker', 0), 'SIGKILL');
  expect(await started('worker', 1)).toBe(spare);
  expect(await started('worker', 2)).not.toBe(spare);
  expect(() => process.kill(spare, 0)).toThrow('ESRCH');
});

test('one that dies as it takes over is followed by a start without a wait', async () => {
  await role(READY, "process.once('message', () => process.exit(1)); setInterval(() => {}, 1000)");
  const spare = await started('worker-spare', 0);
  process.kill(await started('worker', 0), 'SIGKILL');
  expect(await started('worker', 1)).toBe(spare);
  expect(await started('worker', 2)).not.toBe(spare);
});

test('both killed at once: the role is started as ever', async () => {
  await role(READY, SPARE);
  const spare = await started('worker-spare', 0);
  const first = await started('worker', 0);
  process.kill(spare, 'SIGKILL');
  process.kill(first, 'SIGKILL');
  await arrivals.first(
    () => told.filter(({ what, pid }) => what === 'started' && ![first, spare].includes(pid ?? 0))[0],
    'another process',
  );
});

test('a restart takes no spare: it has loaded what may have changed', async () => {
  await role(READY, SPARE);
  const spare = await started('worker-spare', 0);
  child?.restart();
  expect(await started('worker', 1)).not.toBe(spare);
});

test('none is started where memory is short, and one is tried again later', async () => {
  const asked = Promise.withResolvers<void>();
  const spare = createSpare({
    start: () => Promise.reject(new Error('started all the same')),
    onStarted: () => {},
    onEnded: () => {},
    freeMemory() {
      asked.resolve();
      return 1024 ** 3;
    },
    say: (line) => note({ what: 'said', name: line }),
  });
  spare.prepare();
  await asked.promise;
  await new Promise(setImmediate);
  expect(told).toEqual([]);
  expect(spare.take()).toBeUndefined();
  spare.discard();
});
