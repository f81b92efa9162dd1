import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createApiMetrics } from '../../../src/api/metrics/api-metrics.ts';
import { createWorkerMetrics } from '../../../src/worker/metrics.ts';

const read = (file: string) => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');

test('the dashboard and the operations page name metrics that there are, and all of ours', async () => {
  const api = createApiMetrics();
  api.observe(() => ({ sockets: 0, viewers: 0, logReads: 0, logFrames: 0 }));
  const text = (await api.text()) + (await createWorkerMetrics().text());
  const exist = new Set([...text.matchAll(/^# TYPE (paperagent_\w+)/gm)].map(([, name]) => name));
  const named = (page: string) =>
    new Set([...page.matchAll(/paperagent_\w+?(?=(?:_bucket|_count|_sum)?\b)/g)].map(([name]) => name));
  expect([...named(read('operations.md'))].sort()).toEqual([...exist].sort());
  for (const name of named(read('grafana-dashboard.json'))) {
    expect([name, exist.has(name)]).toEqual([name, true]);
  }
});
