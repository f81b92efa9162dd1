/**
 * The thread that watches the main one (see watchdog.ts). It measures by its own looks, not by a clock: a process that
 * was suspended, with its machine or by SIGSTOP, has looked at nothing meanwhile.
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { Watched } from './watchdog.ts';

const LOOK_MS = 500;
/** Looks, ten seconds of them, at which the main thread has not come round. */
const STILL_AT_MOST = 20;
/** Looks at which the memory was too large: one may be what a collection frees. */
const LARGE_AT_MOST = 4;

const { turns, memoryLimit, role, crash } = workerData as Watched;
const counter = new Int32Array(turns);

async function trouble(): Promise<string> {
  for (let [seen, still, large] = [-1, 0, 0]; ; ) {
    await delay(LOOK_MS);
    const now = Atomics.load(counter, 0);
    still = now === seen ? still + 1 : 0;
    seen = now;
    const { rss } = process.memoryUsage();
    large = rss > memoryLimit ? large + 1 : 0;
    if (still >= STILL_AT_MOST) return `its main thread stood still for ${(still * LOOK_MS) / 1000} s`;
    if (large >= LARGE_AT_MOST) return `it held ${rss} bytes, of ${Math.round(memoryLimit)} that it may`;
  }
}

const reason = await trouble();
// The logger is the main thread's.
const line = {
  level: 60,
  time: Date.now(),
  role,
  pid: process.pid,
  msg: `the watchdog ends this process: ${reason}`,
};
writeSync(1, `${JSON.stringify(line)}\n`);
if (crash !== undefined) {
  // Loaded now: in all the time before, a thread that only counts should be small.
  const { noteCrash } = await import('../db/note-crash.ts');
  await noteCrash(crash.databaseUrl, crash.workerId, reason).catch((error: Error) => {
    writeSync(2, `this crash could not be written down: ${error.message}\n`);
  });
}
// As V8 ends what it cannot go on with: a supervisor sees that nobody from outside did it.
process.kill(process.pid, 'SIGABRT');
