/** A6, I9: what is sent to an address that a person names, and what its server can do to us. */
import type { lookup } from 'node:dns';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createWebhookSender } from '../../../src/webhooks/send.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{}' };
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.close());

const allowing = (timeoutMs = 60_000) => createWebhookSender({ allowHost: () => true, timeoutMs });
const guarded = (resolve?: typeof lookup) =>
  createWebhookSender({ allowHost: () => false, ...(resolve && { resolve }) });

test('I9: an answer of 2xx is a success, whatever it says; any other is a sentence', async () => {
  const sender = allowing();
  receiver.answer('/endless', (response) => response.writeHead(200).write('x'.repeat(100_000)));
  expect(await sender.send(`${receiver.url}/endless`, MESSAGE)).toEqual({
    ok: true,
    status: 200,
    error: null,
  });
  receiver.answer('/broken', (response) => response.writeHead(503).end());
  expect(await sender.send(`${receiver.url}/broken`, MESSAGE)).toMatchObject({
    ...{ ok: false, status: 503, error: 'It answered 503.' },
  });
});

test('A6, I9: a redirect is not followed', async () => {
  receiver.answer('/moved', (response) => response.writeHead(307, { location: '/elsewhere' }).end());
  const sent = await allowing().send(`${receiver.url}/moved`, MESSAGE);
  expect(sent).toMatchObject({ ok: false, status: 307, error: expect.stringContaining('redirects') });
  expect(receiver.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
});

test('I9: a server that never answers, or hangs up, is given up with a sentence', async () => {
  receiver.answer('/silent', () => {});
  expect(await allowing(50).send(`${receiver.url}/silent`, MESSAGE)).toMatchObject({
    ...{ ok: false, error: 'It did not answer within 0.05 s.' },
  });
  receiver.answer('/rude', (response) => response.destroy());
  expect(await allowing().send(`${receiver.url}/rude`, MESSAGE)).toMatchObject({
    ...{ ok: false, error: 'The connection failed (ECONNRESET).' },
  });
});

test.each([
  ['https://127.0.0.1/hook', 'not on the public internet'],
  ['https://[::1]:8443/hook', 'not on the public internet'],
  ['https://169.254.169.254/latest', 'not on the public internet'],
  ['https://93.184.216.34:22/hook', 'and not at 22'],
  ['http://93.184.216.34/hook', 'has to begin with https'],
])('A6: %s is refused before anything is sent', async (address, words) => {
  expect(() => guarded().mustBeAllowed(address)).toThrow(words);
  expect(await guarded().send(address, MESSAGE)).toMatchObject({ error: expect.stringContaining(words) });
});

test('A6: a name that led to a public address when it was added, and leads here when it is told, is refused', async () => {
  const rebound = ((_host: string, _options: object, callback: (...args: unknown[]) => void) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof lookup;
  const sender = guarded(rebound);
  expect(() => sender.mustBeAllowed('https://rebound.example/hook')).not.toThrow();
  expect(await sender.send('https://rebound.example/hook', MESSAGE)).toMatchObject({
    ...{ ok: false, error: expect.stringContaining('"rebound.example" is not on the public internet') },
  });
});
