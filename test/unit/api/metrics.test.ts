import { expect, test } from '@jest/globals';
import { mayReadMetrics } from '../../../src/metrics/access.ts';
import { mergeExpositions } from '../../../src/metrics/exposition.ts';

test('metrics are for loopback itself, and for whoever has the token', () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
    expect([address, mayReadMetrics({}, address, undefined)]).toEqual([address, true]);
  }
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '12.7.0.1', 'fe80::1', '', undefined]) {
    expect([address, mayReadMetrics({}, address, undefined)]).toEqual([address, false]);
    expect(mayReadMetrics({ authorization: 'Bearer right' }, address, 'right')).toBe(true);
    expect(mayReadMetrics({ authorization: 'Bearer wrong' }, address, 'right')).toBe(false);
    expect(mayReadMetrics({ authorization: 'Bearer undefined' }, address, undefined)).toBe(false);
  }
});

test('what a proxy on this machine hands on is not this machine’s', () => {
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect(mayReadMetrics({ [name]: '1.2.3.4' }, '127.0.0.1', undefined)).toBe(false);
  }
});

test('two processes’ metrics in one answer: each is described once, with the samples of both', () => {
  const api = '# HELP up Is up\n# TYPE up gauge\nup{process="api"} 1\n';
  const worker = [
    '# HELP up Is up',
    '# TYPE up gauge',
    'up{process="worker"} 1',
    '# HELP lag Lag',
    '# TYPE lag histogram',
    'lag_bucket{le="+Inf"} 2',
    'lag_sum 3',
    'lag_count 2',
    'bare 4',
    '# EOF',
  ].join('\n');
  expect(mergeExpositions([api, worker, ''])).toBe(
    [
      '# HELP up Is up',
      '# TYPE up gauge',
      'up{process="api"} 1',
      'up{process="worker"} 1',
      '',
      '# HELP lag Lag',
      '# TYPE lag histogram',
      'lag_bucket{le="+Inf"} 2',
      'lag_sum 3',
      'lag_count 2',
      '',
      'bare 4',
      '',
    ].join('\n'),
  );
});
