import type { LookupAddress, lookup } from 'node:dns';
import { Agent } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { textReply } from '../../../src/demo-model/reply.ts';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { readAllowedHosts } from '../../../src/network/allowed-hosts.ts';
import { isPublicAddress } from '../../../src/network/public-address.ts';
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
    '::127.0.0.1',
    '::ffff:0:7f00:1',
    '2001:0:7f00:1::',
    'fe80::1%eth0',
    '2606:4700:4700::1111%1',
    '168.63.129.16',
    'localhost',
    '',
  ],
])('A6: %s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('A6, SR-M9: a user may not reach this machine by literal or by name; a host that the operator allows is reached', async () => {
  await withModel(textReply('inside'), async (model) => {
    const guarded = openModelConnection({ allowHost: readAllowedHosts('') });
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      const call = streamAnswer(modelRequest(`http://${host}:${model.port}/v1`), () => {}, guarded);
      await expect(call).rejects.toMatchObject({
        code: 'model_address_refused',
        retryable: false,
        message: expect.stringContaining('not on the public internet'),
      });
    }
    expect(model.count()).toBe(0);
    guarded.close();

    const allowed = openModelConnection({ allowHost: readAllowedHosts(`127.0.0.1:${model.port}`) });
    expect((await streamAnswer(modelRequest(model.url), () => {}, allowed)).text).toBe('inside');
    allowed.close();

    const otherPort = openModelConnection({ allowHost: readAllowedHosts(`127.0.0.1:${model.port + 1}`) });
    await expect(streamAnswer(modelRequest(model.url), () => {}, otherPort)).rejects.toMatchObject({
      code: 'model_address_refused',
    });
    otherPort.close();
  });
});

test('A6: the addresses that a name has when the socket connects count, all of them', async () => {
  await withModel(textReply('inside'), async (model) => {
    const answers = [['8.8.8.8'], ['8.8.8.8', '127.0.0.1'], ['127.0.0.1'], ['::1']];
    let asked = 0;
    const resolve = ((_host: string, _options: object, callback: (e: null, a: LookupAddress[]) => void) => {
      const addresses = answers[asked++] ?? [];
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) as unknown as typeof lookup;
    const guarded = openModelConnection({ allowHost: () => false, connectTimeoutMs: 50, resolve });
    const call = () =>
      streamAnswer(modelRequest(`http://changes-its-mind.test:${model.port}/v1`), () => {}, guarded);
    await expect(call()).rejects.toMatchObject({ code: 'model_unreachable' });
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(call()).rejects.toMatchObject({ code: 'model_address_refused', retryable: false });
    }
    expect([asked, model.count()]).toEqual([4, 0]);
    guarded.close();
  });
});

test('A6: the operator’s list holds hosts and ports, in whatever form they are written', () => {
  const allow = readAllowedHosts('Ollama.lan, 0x7f.1:11434 ,[FD00::0:5]:8000,');
  expect(allow('ollama.lan', 80)).toBe(true);
  expect(allow('127.0.0.1', 11434)).toBe(true);
  expect(allow('127.0.0.1', 5432)).toBe(false);
  expect(allow('fd00::5', 8000)).toBe(true);
  expect(allow('other.lan', 80)).toBe(false);
  expect(readAllowedHosts('a, *')('anything', 1)).toBe(true);
  expect(readAllowedHosts('')('localhost', 80)).toBe(false);
  for (const wrong of ['http://a', 'a:b', 'a b', 'a/b', 'u@a', '[::1']) {
    expect(() => readAllowedHosts(wrong)).toThrow(TypeError);
  }
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
  const agent = Object.assign(new Agent(), { createConnection: () => socket });
  connection.agentFor = () => agent;
  const call = streamAnswer(modelRequest('http://192.0.2.1/v1'), () => {}, connection);
  await expect(call).rejects.toMatchObject({
    code: 'model_unreachable',
    retryable: true,
    message: expect.stringContaining('it does not answer'),
  });
  connection.close();
});
