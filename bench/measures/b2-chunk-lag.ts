/** B2: what the path adds to each later chunk of an answer. */
import { streamAtOnce } from '../fleet.ts';
import type { Measure } from '../measure.ts';
import { percentile } from '../statistics.ts';

const PER_SECOND = 50;

export const b2: Measure = {
  id: 'B2',
  async run(bench) {
    const tokens = bench.times(1000, 100);
    const one = await streamAtOnce(bench, { works: 1, viewers: 1, tokens, perSecond: PER_SECOND });
    const load = { works: 50, viewers: 1, tokens: bench.times(1000, 100), perSecond: PER_SECOND };
    const many = await streamAtOnce(bench, load);
    return [
      { what: 'chunk lag, one Work, p50', value: percentile(one.lags, 0.5), unit: 'ms', reach: { most: 3 } },
      {
        what: 'chunk lag, one Work, p99',
        value: percentile(one.lags, 0.99),
        unit: 'ms',
        reach: { most: 10 },
      },
      { what: 'chunk lag, 50 Works, p50', value: percentile(many.lags, 0.5), unit: 'ms' },
      {
        what: 'chunk lag, 50 Works, p99',
        value: percentile(many.lags, 0.99),
        unit: 'ms',
        reach: { most: 30 },
      },
      { what: 'tokens lost', value: one.lost + many.lost, unit: 'tokens', reach: { most: 0 } },
    ];
  },
};
