/** B10: 1,000 Works that wait for their next message: what they cost while nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { textReply } from '../../src/demo-model/reply.ts';
import { type Account, newGuest, openNewWork } from '../client.ts';
import type { Figure, Measure } from '../measure.ts';
import { usageOf, usageOfTree } from '../processes.ts';
import { ROLES } from '../system.ts';
import { takeTurn } from '../turn.ts';

/** Works that take their turn at once. */
const AT_ONCE = 20;

export const b10: Measure = {
  id: 'B10',
  async run({ model, system, times }) {
    model.setScript(() => textReply('Yes.'));
    const account = await newGuest(system.instance().appUrl);
    const settle = () => delay(times(10_000, 1_000));
    // What a worker needs once, for whatever number of Works, is not theirs.
    await makeIdleWorks(account, times(200, 5));
    await settle();
    const rssBefore = usageOf(system.pid('worker')).rssMB;
    const works = times(1_000, 10);
    await makeIdleWorks(account, works);
    await settle();
    const before = ROLES.map((role) => usageOfTree(system.pid(role)).cpuSeconds);
    const growth = usageOf(system.pid('worker')).rssMB - rssBefore;
    const began = performance.now();
    await delay(times(30_000, 2_000));
    const seconds = (performance.now() - began) / 1000;
    // Not the supervisor's tree: it holds all the others.
    const shares = ROLES.map((role, index): Figure => {
      const used = usageOfTree(system.pid(role)).cpuSeconds - (before[index] ?? 0);
      return {
        what: role === 'supervisor' ? `${works} idle Works: processor time of everything` : `… of ${role}`,
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
      ...shares,
    ];
  },
};

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
