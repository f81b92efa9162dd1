/** F19: the health checks of docker-compose.yml, run as compose runs them against processes that are up, and gone. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});
afterAll(() => system.close());

/** The exit code of a service's check, which is sent to this port instead of the one that it has in its container. */
function check(service: 'api' | 'worker', port: string): Promise<number> {
  const text = readFileSync(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8');
  const [, own = ''] = text.split(`\n  ${service}:\n`);
  const [, list = '[]'] = /\n {6}test: (\[.*\])\n/.exec(own) ?? [];
  const [kind, program, ...args] = JSON.parse(list) as string[];
  expect([kind, program]).toEqual(['CMD', 'node']);
  const there = args.map((arg) => arg.replace(/^http:\/\/127\.0\.0\.1:\d+/, `http://127.0.0.1:${port}`));
  const checked = Promise.withResolvers<number>();
  execFile(process.execPath, there, { cwd: CHECKOUT }).once('exit', (code) => checked.resolve(code ?? -1));
  return checked.promise;
}

test('F19: a worker is healthy while it is up, with and without a METRICS_TOKEN, and not when it is gone', async () => {
  for (const more of [{}, { METRICS_TOKEN: 'of-the-operator' }]) {
    const port = String(await findFreePort());
    expect(await check('worker', port)).toBe(1);
    const worker = await system.startWorker({ WORKER_METRICS_PORT: port, ...more });
    expect(await check('worker', port)).toBe(0);
    await worker.signal('SIGKILL');
    expect(await check('worker', port)).toBe(1);
  }
});

test('F19: an api is healthy while it and what it needs answers, and not when it is gone', async () => {
  const api = await system.startApi();
  const { port } = new URL(api.url);
  expect(await check('api', port)).toBe(0);
  await api.signal('SIGKILL');
  expect(await check('api', port)).toBe(1);
});
