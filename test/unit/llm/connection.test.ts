import { Agent } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { textReply } from '../../../src/demo-model/reply.ts';
import { isPublicAddress, openModelConnection } from '../../../src/llm/connection.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { modelRequest, withModel } from './model-call.ts';

test.each(['8.8.8.8', '1.1.1.1', '::ffff:8.8.8.8', '2606:4700:4700::1111'])('A6: %s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ],
  ...[
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'localhost',
  ],
])('A6: %s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('A6: a user may not reach this machine by literal or by name; a host that the operator allows is reached', async () => {
  await withModel(textReply('inside'), async (model) => {
    const guarded = openModelConnection({ allowHost: () => false });
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      const call = streamAnswer(modelRequest(`http://${host}:${model.port}/v1`), () => {}, guarded);
      await expect(call).rejects.toMatchObject({
        code: 'model_bad_request',
        retryable: false,
        message: expect.stringContaining('not on the public internet'),
      });
    }
    expect(model.count()).toBe(0);
    guarded.close();

    const allowed = openModelConnection({ allowHost: (host) => host === '127.0.0.1' });
    expect((await streamAnswer(modelRequest(model.url), () => {}, allowed)).text).toBe('inside');
    allowed.close();
  });
});

test('A6: a redirect is refused, not followed', async () => {
  await withModel(
    (_body, call) =>
      call.index === 0
        ? { kind: 'http', status: 308, headers: { location: '/v1/chat/completions' } }
        : textReply('followed'),
    async (model) => {
      const call = streamAnswer(modelRequest(model.url), () => {});
      await expect(call).rejects.toMatchObject({ code: 'model_bad_request' });
      expect(model.count()).toBe(1);
    },
  );
});

test('R7: an address that never connects is unreachable after the connect timeout, not the first-token one', async () => {
  const connection = openModelConnection({ connectTimeoutMs: 30 });
  const socket = Object.defineProperty(new Socket(), 'connecting', { value: true });
  connection.httpAgent = Object.assign(new Agent(), { createConnection: () => socket });
  const call = streamAnswer(modelRequest('http://192.0.2.1/v1'), () => {}, connection);
  await expect(call).rejects.toMatchObject({
    code: 'model_unreachable',
    retryable: true,
    message: expect.stringContaining('it does not answer'),
  });
  connection.close();
});
