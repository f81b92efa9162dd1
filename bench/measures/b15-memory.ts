/** B15: memory of api and worker while nothing happens and under B9's load, and of everything embedded. */
import { setTimeout as delay } from 'node:timers/promises';
import { streamAtOnce } from '../fleet.ts';
import type { Measure } from '../measure.ts';
import { usageOf, usageOfTree } from '../processes.ts';

export const b15: Measure = {
  id: 'B15',
  async run(bench) {
    const { system, times } = bench;
    await system.stop();
    await system.start();
    await delay(times(15_000, 1_000));
    const rss = (role: 'api' | 'worker') => usageOf(system.pid(role)).rssMB;
    const idle = { api: rss('api'), worker: rss('worker') };
    const everything = usageOfTree(system.pid('supervisor'));

    const most = { api: 0, worker: 0 };
    const load = { works: times(200, 10), viewers: 1, tokens: times(500, 50), perSecond: 20 };
    await streamAtOnce(bench, load, async () => {
      for (let second = times(18, 1); second > 0; second -= 1) {
        most.api = Math.max(most.api, rss('api'));
        most.worker = Math.max(most.worker, rss('worker'));
        await delay(1_000);
      }
    });
    return [
      { what: 'api, idle', value: idle.api, unit: 'MB', reach: { most: 120 } },
      { what: 'worker, idle', value: idle.worker, unit: 'MB', reach: { most: 120 } },
      { what: `api, ${load.works} Works streaming`, value: most.api, unit: 'MB', reach: { most: 300 } },
      { what: `worker, ${load.works} Works streaming`, value: most.worker, unit: 'MB', reach: { most: 300 } },
      {
        what: 'everything embedded, idle',
        value: everything.pssMB,
        unit: 'MB',
        reach: { most: 500 },
        note: `proportional shares, so that pages shared by Postgres's processes count once; the sum of RSS is ${everything.rssMB.toFixed(0)} MB; without npm itself`,
      },
    ];
  },
};
