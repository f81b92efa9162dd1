/** B13: `npm start` until it is ready, where everything was set up before. */
import type { Measure } from '../measure.ts';
import { median } from '../statistics.ts';

export const b13: Measure = {
  id: 'B13',
  async run({ system, times }) {
    const samples: number[] = [];
    for (let start = times(5, 1); start > 0; start -= 1) {
      await system.stop();
      samples.push((await system.start()) / 1000);
    }
    return [
      { what: 'npm start → ready, p50', value: median(samples), unit: 's', reach: { most: 5 } },
      { what: 'the same, worst', value: Math.max(...samples), unit: 's' },
    ];
  },
};
