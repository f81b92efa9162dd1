import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { say, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { Prices } from '../../../src/domain/model-prices.ts';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { endpointOf, sealHeader } from '../../../src/llm/own-model.ts';
import { createLearning, type LearnedFact, type Learning } from '../../../src/llm/profiles/learning.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { chatBody } from '../../../src/llm/requests/chat-body.ts';
import type { ToolDefinition } from '../../../src/llm/types.ts';
import { sealSecret } from '../../../src/secrets/sealed-secret.ts';
import { callOnce, modelRequest, piecesOf, withModel } from './model-call.ts';

const tree: ToolDefinition = {
  name: 'tree',
  description: 'Lists files.',
  parameters: {
    type: 'object',
    properties: { path: { type: ['string', 'null'] } },
    required: ['path'],
    additionalProperties: false,
  },
};

test('F5: text arrives in pieces, and the answer is their sum', async () => {
  const { deltas, answer } = await callOnce(
    textReply('one two three 四五六', { usage: { input: 7, output: 5 } }),
  );
  expect(piecesOf(deltas, 'text').length).toBeGreaterThan(3);
  expect(piecesOf(deltas, 'text').join('')).toBe('one two three 四五六');
  expect(answer).toEqual({
    text: 'one two three 四五六',
    reasoning: '',
    toolCalls: [],
    finishReason: 'stop',
    usage: { inputTokens: 7, outputTokens: 5 },
  });
});

test('F5: a token reaches the listener while the model still holds the next one', async () => {
  const gate = Promise.withResolvers<void>();
  const first = Promise.withResolvers<string>();
  async function* held() {
    yield* say('first');
    await gate.promise;
    yield* say('second');
  }
  await withModel({ kind: 'stream', steps: held() }, async (model) => {
    const running = streamAnswer(modelRequest(model.url), (delta) => first.resolve(delta.text));
    expect(await first.promise).toBe('first');
    gate.resolve();
    expect((await running).text).toBe('firstsecond');
  });
});

test('P12, M5: the request is plain, with plain tools, and the key is a bearer token', async () => {
  await withModel(textReply('ok'), async (model) => {
    await streamAnswer(modelRequest(model.url, { tools: [tree] }), () => {});
    const [request] = model.requests;
    expect(request?.problems).toEqual([]);
    expect(request?.headers.authorization).toBe('Bearer key');
    expect(request?.body).toEqual({
      model: 'demo',
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        {
          type: 'function',
          function: {
            ...tree,
            parameters: { type: 'object', properties: { path: { type: 'string' } }, required: [] },
          },
        },
      ],
    });
  });
});

test('F5: text, reasoning and two tool calls of one answer are told apart', async () => {
  const calls = [
    { name: 'tree', arguments: { path: null } },
    { name: 'read_file', arguments: { path: '图.md' } },
  ];
  const { deltas, answer } = await callOnce({
    kind: 'stream',
    steps: [{ type: 'reasoning', text: 'hm' }, ...(toolReply(calls, { text: 'Looking.' }).steps as [])],
  });
  expect(answer?.reasoning).toBe('hm');
  expect(answer?.text).toBe('Looking.');
  expect(answer?.finishReason).toBe('tool_calls');
  expect(answer?.toolCalls).toEqual([
    { name: 'tree', arguments: '{"path":null}' },
    { name: 'read_file', arguments: '{"path":"图.md"}' },
  ]);
  const second = deltas.filter((delta) => delta.type === 'tool' && delta.index === 1);
  expect(second[0]).toEqual({ type: 'tool', index: 1, name: 'read_file', text: '' });
  expect(second.map((delta) => delta.text).join('')).toBe('{"path":"图.md"}');
});

test('P9: usage that the provider does not report is counted and marked as estimated', async () => {
  const { answer } = await callOnce(textReply('four words are here', { usage: null }));
  expect(answer?.usage.estimated).toBe(true);
  expect(answer?.usage.outputTokens).toBe(4);
  expect(answer?.usage.inputTokens).toBeGreaterThan(0);
});

test('F5: the cost is tokens times the price of a million', async () => {
  await withModel(textReply('x', { usage: { input: 2000, output: 500 } }), async (model) => {
    const request = modelRequest(model.url);
    request.endpoint.prices = { input: 2, output: 8 };
    expect((await streamAnswer(request, () => {})).usage).toEqual({
      inputTokens: 2000,
      outputTokens: 500,
      cost: 0.008,
    });
  });
});

test('M20: input that was cached or written has prices of its own; without both main prices there is no cost', async () => {
  const usage = { input: 10_000, output: 1_000, cached: 7_000, written: 2_000, thought: 400 };
  await withModel(textReply('x', { usage }), async (model) => {
    const costWith = async (prices: Partial<Prices> | undefined) => {
      const request = modelRequest(model.url);
      if (prices !== undefined) request.endpoint.prices = prices;
      return (await streamAnswer(request, () => {})).usage;
    };
    const counts = { inputTokens: 10_000, outputTokens: 1_000, cachedTokens: 7_000, reasoningTokens: 400 };
    expect(await costWith({ input: 2, output: 8, cached: 0.2, written: 2.5 })).toEqual({
      ...counts,
      cost: expect.closeTo((1_000 * 2 + 7_000 * 0.2 + 2_000 * 2.5 + 1_000 * 8) / 1e6, 12),
    });
    expect(await costWith({ input: 2, output: 8 })).toEqual({ ...counts, cost: expect.closeTo(0.028, 12) });
    expect(await costWith(undefined)).toEqual(counts);
    expect(await costWith({ input: 2, cached: 0 })).toEqual(counts);
  });
  const own = { inputPrice: 2, cachedPrice: 0, writtenPrice: null, outputPrice: null };
  const settings = {
    id: randomUUID(),
    baseUrl: 'http://x/v1',
    sealedKey: null,
    model: 'm',
    contextWindow: 8_000,
    maxOutput: null,
  };
  const open = (prices: object) =>
    endpointOf(
      { ...settings, temperature: null, params: {}, profile: {}, headers: {}, ...own, ...prices },
      randomBytes(32),
    ).prices;
  expect(open({})).toEqual({ input: 2, cached: 0 });
  expect(open({ outputPrice: 0 })).toEqual({ input: 2, cached: 0, output: 0 });
});

test('M19, A5: headers of a person’s own go out beside ours, replace none, and are not quoted in an error', async () => {
  const secret = randomBytes(32);
  const gateway = `token-${randomUUID()}`;
  const body = JSON.stringify({ error: { message: `no such token: ${gateway}` } });
  await withModel({ kind: 'http', status: 403, body }, async (model) => {
    const own = { id: randomUUID(), baseUrl: model.url };
    const headers = { 'X-Gateway': gateway, accept: 'text/html', authorization: 'Basic x' };
    const sealed = Object.entries(headers).map(([name, value]) => [
      name,
      sealHeader(value, name, own, secret),
    ]);
    const endpoint = endpointOf(
      {
        ...own,
        ...{
          sealedKey: sealSecret('sk-own', own.id, secret),
          model: 'm',
          contextWindow: 8_000,
          maxOutput: null,
        },
        ...{ inputPrice: null, cachedPrice: null, writtenPrice: null, outputPrice: null, temperature: null },
        ...{
          params: {},
          profile: { auth: 'bearer', api: 'of another version' },
          headers: Object.fromEntries(sealed),
        },
      },
      secret,
    );
    expect(endpoint.profile).toEqual({ auth: 'bearer', headers });
    const failed = await streamAnswer(modelRequest(model.url, { endpoint }), () => {}).catch(
      (error) => error,
    );
    expect(model.requests[0]?.headers).toMatchObject({
      'x-gateway': gateway,
      accept: 'text/event-stream, application/json',
      authorization: 'Bearer sk-own',
    });
    expect(inspect(failed)).toContain('[key]');
    expect(inspect(failed)).not.toContain(gateway);
    // Sealed for one name, one model and one server.
    for (const other of [{ id: randomUUID() }, { baseUrl: 'https://elsewhere.example/v1' }]) {
      const moved = {
        ...endpoint,
        ...own,
        ...other,
        sealedKey: null,
        maxOutput: null,
        temperature: null,
        params: {},
        profile: {},
      };
      const prices = { inputPrice: null, cachedPrice: null, writtenPrice: null, outputPrice: null };
      expect(() => endpointOf({ ...moved, ...prices, headers: Object.fromEntries(sealed) }, secret)).toThrow(
        /Enter it again/,
      );
    }
  });
});

/** As a server is asked of which the table says that it takes strict schemas. */
async function strictBefore(baseUrl: string): Promise<Learning> {
  const learning = createLearning();
  await learning.learn({ baseUrl, model: 'demo' }, [{ change: { schema: 'strict' }, words: '' }]);
  return learning;
}

test.each(['stream_options', 'strict', 'temperature'])(
  'F5: a vendor that refuses %s gets the same call without it, and is not asked again with it',
  async (field) => {
    const refusal = {
      kind: 'http',
      status: 400,
      body: `{"error":{"message":"Unsupported parameter: ${field}"}}`,
    } as const;
    await withModel(
      (body) => (JSON.stringify(body).includes(`"${field}"`) ? refusal : textReply('fine')),
      async (model) => {
        const connection = openModelConnection({ learning: await strictBefore(model.url) });
        const request = modelRequest(model.url, { tools: [tree] });
        request.endpoint.temperature = 0.2;
        expect((await streamAnswer(request, () => {}, connection)).text).toBe('fine');
        expect(model.count()).toBe(2);
        expect((await streamAnswer(request, () => {}, connection)).text).toBe('fine');
        expect(model.count()).toBe(3);
        connection.close();
      },
    );
  },
);

test('M19, A5: what is kept of a refusal are its words without the key, and forgotten it is learned again', async () => {
  const key = `sk-${'k'.repeat(60)}`;
  const message = `${'-'.repeat(270)} ${key}: Unsupported parameter: temperature`;
  const refusal = { kind: 'http', status: 400, body: JSON.stringify({ error: { message } }) } as const;
  await withModel(
    (body) => (body.temperature === undefined ? textReply('fine') : refusal),
    async (model) => {
      const kept: LearnedFact[] = [];
      const learning = createLearning({
        read: async () => Object.assign({}, ...kept.map(({ change }) => change)),
        write: async (_of, facts) => void kept.push(...facts),
        forget: async () => void kept.splice(0),
      });
      const connection = openModelConnection({ learning });
      const request = modelRequest(model.url);
      Object.assign(request.endpoint, { apiKey: key, temperature: 0.2 });
      await streamAnswer(request, () => {}, connection);
      expect(kept).toEqual([{ change: { temperature: false }, words: expect.stringContaining('[key]') }]);
      expect(kept[0]?.words).not.toContain('kkk');
      await streamAnswer(request, () => {}, connection);
      expect(model.count()).toBe(3);
      await learning.forget(request.endpoint);
      expect(kept).toEqual([]);
      await streamAnswer(request, () => {}, connection);
      expect(model.count()).toBe(5);
      expect(kept).toHaveLength(1);
      connection.close();
    },
  );
});

test('F5: of two calls at once that are refused for a field, both go on without it', async () => {
  const body = '{"error":{"message":"Unsupported parameter: strict"}}';
  const both = Promise.withResolvers<void>();
  await withModel(
    async (request, { index }) => {
      if (index === 1) both.resolve();
      await both.promise;
      return JSON.stringify(request).includes('"strict"')
        ? { kind: 'http', status: 400, body }
        : textReply('fine');
    },
    async (model) => {
      const connection = openModelConnection({ learning: await strictBefore(model.url) });
      const request = modelRequest(model.url, { tools: [tree] });
      const answers = await Promise.all([1, 2].map(() => streamAnswer(request, () => {}, connection)));
      expect(answers.map(({ text }) => text)).toEqual(['fine', 'fine']);
      expect(model.count()).toBe(4);
      connection.close();
    },
  );
});

test('P10: a 400 that only mentions such a word is one call, and a failure', async () => {
  for (const message of ['access to this model is restricted, unknown', 'the strict schema is wrong']) {
    const body = JSON.stringify({ error: { message } });
    const { error, calls } = await callOnce({ kind: 'http', status: 400, body }, { tools: [tree] });
    expect(error?.code).toBe('model_bad_request');
    expect(calls).toBe(1);
  }
});

test('B6: an abort closes the socket at once, and the call says that it was stopped', async () => {
  const stop = new AbortController();
  await withModel({ kind: 'stream', steps: [...say('partial'), { type: 'stall' }] }, async (model) => {
    const running = streamAnswer(modelRequest(model.url, { signal: stop.signal }), () => stop.abort());
    await expect(running).rejects.toMatchObject({ code: 'model_aborted', retryable: false });
    await model.requests[0]?.ended;
    expect(model.requests[0]?.outcome).toBe('closed_by_client');
  });
});

test('F5: an abort before the call makes no call', async () => {
  const { error, calls } = await callOnce(textReply('x'), { signal: AbortSignal.abort() });
  expect(error?.code).toBe('model_aborted');
  expect(calls).toBe(0);
});

test("F5: an error of the listener ends the call and comes through as it is, not as the model's", async () => {
  const mine = new TypeError('mine');
  await withModel(textReply('x y z'), async (model) => {
    const running = streamAnswer(modelRequest(model.url), () => {
      throw mine;
    });
    await expect(running).rejects.toBe(mine);
    await model.requests[0]?.ended;
  });
});

test('F5: calls over one connection use one socket again', async () => {
  await withModel(textReply('ok'), async (model) => {
    const connection = openModelConnection();
    for (let call = 0; call < 3; call += 1) {
      await streamAnswer(modelRequest(model.url), () => {}, connection);
      await model.requests[call]?.ended;
    }
    const { freeSockets, sockets } = connection.agentFor(new URL(model.url));
    expect(Object.values(freeSockets).flat().length).toBeLessThanOrEqual(1);
    expect(Object.values(sockets).flat().length).toBeLessThanOrEqual(1);
    connection.close();
  });
});

test('F5: two hundred answers at once come through whole', async () => {
  const text = 'a few words for everyone';
  await withModel(textReply(text, { paceMs: 20 }), async (model) => {
    const connection = openModelConnection();
    const all = Array.from({ length: 200 }, () =>
      streamAnswer(modelRequest(model.url), () => {}, connection),
    );
    expect((await Promise.all(all)).every((answer) => answer.text === text)).toBe(true);
    connection.close();
  });
});

test('A5: a vendor that quotes the key in its refusal does not bring it into the error', async () => {
  const body = JSON.stringify({ error: { message: 'Incorrect API key provided: sk-very-secret.' } });
  await withModel({ kind: 'http', status: 401, body }, async (model) => {
    const endpoint = { ...modelRequest(model.url).endpoint, apiKey: 'sk-very-secret' };
    const error = await streamAnswer(modelRequest(model.url, { endpoint }), () => {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'model_unauthorized',
      status: 401,
      detail: expect.stringContaining('Incorrect API key provided: [key].'),
    });
    expect(inspect(error, { depth: 9 })).not.toContain('sk-very-secret');
  });
});

test('F13: further fields of the settings are in the request, and none of them replaces what the loop sends', () => {
  const request = modelRequest('http://127.0.0.1/v1');
  const params = { reasoning_effort: 'low', stream: false, messages: [], model: 'another' };
  const body = chatBody({ ...request, endpoint: { ...request.endpoint, params } }, PLAIN);
  expect(body).toMatchObject({
    reasoning_effort: 'low',
    stream: true,
    model: 'demo',
    messages: [{ content: 'hello' }],
  });
});
