/** B10: 1,000 Works that wait for their next message: what they cost while nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchSystem, ROLES } from '../../scripts/support/own-system.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { type Account, newGuest, openNewWork } from '../client.ts';
import type { Figure, Measure } from '../measure.ts';
import { cpuOfTree, cpuSince, usageOf } from '../processes.ts';
import { takeTurn } from '../turn.ts';

/** Works that take their turn at once. */
const AT_ONCE = 20;

export const b10: Measure = {
  id: 'B10',
  async run({ model, system, times }) {
    model.setScript(() => textReply('Yes.'));
    const account = await newGuest(system.instance().appUrl);
    // What a worker needs once, for whatever number of Works, is not theirs.
    await makeIdleWorks(account, times(200, 5));
    await untilQuiet(system);
    const rssBefore = usageOf(system.pid('worker')).rssMB;
    const works = times(1_000, 10);
    await makeIdleWorks(account, works);
    const quietAfter = await untilQuiet(system);
    const growth = usageOf(system.pid('worker')).rssMB - rssBefore;
    const before = ROLES.map((role) => cpuOfTree(system.pid(role)));
    const began = performance.now();
    await delay(times(30_000, 2_000));
    const seconds = (performance.now() - began) / 1000;
    const shares = ROLES.map((role, index): Figure => {
      // The supervisor's tree is all of them.
      const what = role === 'supervisor' ? 'everything' : role;
      const used = cpuSince(before[index] ?? new Map());
      return {
        what: `${works} idle Works: processor time of ${what}`,
        value: (used / seconds) * 100,
        unit: '%',
        note: 'of one core',
      };
    });
    return [
      {
        what: `${works} idle Works: the worker's memory grew by`,
        value: growth,
        unit: 'MB',
        reach: { most: 10 },
      },
      { what: 'last answer → nothing happens any more', value: quietAfter, unit: 's' },
      ...shares,
    ];
  },
};

const WINDOW_MS = 2_000;
const QUIET = 0.03;
const LONGEST_S = 120;

/** Waits until Temporal takes next to nothing of a core; gives the seconds, or the longest that it waits. */
async function untilQuiet(system: BenchSystem): Promise<number> {
  const began = performance.now();
  for (;;) {
    const before = cpuOfTree(system.pid('temporal'));
    await delay(WINDOW_MS);
    const waited = (performance.now() - began) / 1000;
    if (cpuSince(before) < (QUIET * WINDOW_MS) / 1000 || waited > LONGEST_S) return waited;
  }
}

async function makeIdleWorks(account: Account, count: number): Promise<void> {
  let left = count;
  const makeThem = async () => {
    while (left > 0) {
      left -= 1;
      const { chat } = await openNewWork(account);
      await takeTurn(chat, 'Is it?');
      await chat.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, makeThem));
}
