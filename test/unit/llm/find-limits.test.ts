import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { createLimitsFinder, findLimits } from '../../../src/llm/limits/find-limits.ts';
import { DEFAULT_WINDOW } from '../../../src/llm/limits/limits.ts';
import { windowInWords } from '../../../src/llm/limits/window-in-words.ts';
import { createLearning } from '../../../src/llm/profiles/learning.ts';
import { mostTokens } from '../../../src/llm/requests/most-tokens.ts';
import type { ModelEndpoint } from '../../../src/llm/types.ts';
import { modelRequest } from './model-call.ts';

type Answers = Record<string, unknown>;

/** A server with these answers by path, and what was asked of it. */
async function withServer<T>(
  answers: Answers | ((request: IncomingMessage, response: ServerResponse) => void),
  use: (url: string, asked: string[]) => Promise<T>,
): Promise<T> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    if (typeof answers === 'function') return answers(request, response);
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'no such route' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function endpoint(baseUrl: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint {
  const assumed = { contextWindow: DEFAULT_WINDOW, isWindowAssumed: true };
  return { baseUrl, apiKey: 'key', model: 'some-model', ...assumed, ...more };
}

async function limitsAt(answers: Answers, more: Partial<ModelEndpoint> = {}) {
  const connection = openModelConnection();
  try {
    return await withServer(answers, (url) => findLimits(endpoint(`${url}/v1`, more), connection));
  } finally {
    connection.close();
  }
}

const vllm = {
  data: [
    { id: 'some-model', max_model_len: 40_960 },
    { id: 'other', max_model_len: 1_000 },
  ],
};

test.each<[string, Answers, number]>([
  ['vLLM and SGLang', { '/v1/models': vllm }, 40_960],
  ['Groq', { '/v1/models': { data: [{ id: 'some-model', context_window: 131_072 }] } }, 131_072],
  ['Mistral', { '/v1/models': { data: [{ id: 'some-model', max_context_length: 65_536 }] } }, 65_536],
  [
    'one model under another name',
    { '/v1/models': { data: [{ id: '/models/x', max_model_len: 8_192 }] } },
    8_192,
  ],
  ['llama.cpp', { '/props': { default_generation_settings: { n_ctx: 16_384 }, total_slots: 2 } }, 16_384],
  [
    'Ollama, loaded',
    {
      '/api/ps': { models: [{ name: 'some-model:latest', context_length: 4_096 }] },
      '/api/show': { parameters: 'stop "x"\nnum_ctx 9000', model_info: { 'x.context_length': 131_072 } },
    },
    4_096,
  ],
  [
    'Ollama, by its file',
    { '/api/ps': { models: [] }, '/api/show': { parameters: 'num_ctx    9000' } },
    9_000,
  ],
  [
    'LM Studio',
    {
      '/api/v1/models': {
        models: [
          {
            key: 'some-model',
            max_context_length: 99_000,
            loaded_instances: [{ config: { context_length: 12_000 } }],
          },
        ],
      },
    },
    12_000,
  ],
  [
    'LM Studio, older',
    { '/api/v0/models': { data: [{ id: 'some-model', loaded_context_length: 5_000 }] } },
    5_000,
  ],
  [
    'LiteLLM',
    { '/model/info': { data: [{ model_name: 'some-model', model_info: { max_input_tokens: 70_000 } }] } },
    70_000,
  ],
])('M7: the window of %s is asked of the server', async (_name, answers, window) => {
  expect((await limitsAt(answers)).contextWindow).toEqual({ value: window, source: 'server' });
});

test('M7: a router says most tokens and prices of four parts, too', async () => {
  const entry = {
    id: 'some-model',
    context_length: 200_000,
    top_provider: { context_length: 160_000, max_completion_tokens: 32_000 },
    pricing: { prompt: '0.00000015', completion: '0.0000006', input_cache_read: '0.000000075' },
  };
  expect(await limitsAt({ '/v1/models': { data: [entry] } })).toEqual({
    contextWindow: { value: 160_000, source: 'server' },
    maxOutput: { value: 32_000, source: 'server' },
    prices: { value: { input: 0.15, output: 0.6, cached: 0.075 }, source: 'server' },
  });
});

test('M7, M19: settings go before what was learned, that before the server, the table and the default', async () => {
  const learning = createLearning();
  const connection = openModelConnection({ learning });
  await withServer({ '/v1/models': vllm }, async (url) => {
    const asked = endpoint(`${url}/v1`, { prices: { input: 1, output: 2 } });
    await learning.learn(asked, [{ change: { contextWindow: 30_000 }, words: 'x' }]);
    expect(await findLimits(asked, connection)).toEqual({
      contextWindow: { value: 30_000, source: 'learned' },
      maxOutput: null,
      prices: { value: { input: 1, output: 2 }, source: 'settings' },
    });
    const set = { ...asked, contextWindow: 9_000, isWindowAssumed: false };
    expect((await findLimits(set, connection)).contextWindow).toEqual({ value: 9_000, source: 'settings' });
  });
  connection.close();
  expect((await limitsAt({}, { model: 'gpt-4.1' })).contextWindow).toEqual({
    value: 1_047_576,
    source: 'table',
  });
  expect(await limitsAt({})).toEqual({
    contextWindow: { value: DEFAULT_WINDOW, source: 'default' },
    maxOutput: null,
    prices: null,
  });
});

test('M20: of four prices those that a person left open are known ones, and the cache has the same part of input as the vendor’s', async () => {
  const finder = createLimitsFinder();
  const connection = openModelConnection();
  const own = { baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1' };
  const pricesOf = async (prices: object) =>
    (await finder.withLimits(endpoint('', { ...own, prices }), connection)).prices;
  expect(await pricesOf({ input: 20, output: 80 })).toEqual({ input: 20, output: 80, cached: 5 });
  expect(await pricesOf({ input: 20, output: 80, cached: 1 })).toEqual({ input: 20, output: 80, cached: 1 });
  expect(await pricesOf({ output: 80 })).toEqual({ input: 2, output: 80, cached: 0.5 });
  expect(await pricesOf({})).toEqual({ input: 2, output: 8, cached: 0.5 });
  connection.close();
});

test('M7: a server is asked once, with the key, and not at all where nothing is left open or the table has it', async () => {
  const connection = openModelConnection();
  await withServer({ '/v1/models': vllm }, async (url, asked) => {
    const finder = createLimitsFinder();
    const at = endpoint(`${url}/v1`);
    const found = await Promise.all([1, 2, 3].map(() => finder.withLimits(at, connection)));
    expect(found.map(({ contextWindow }) => contextWindow)).toEqual([40_960, 40_960, 40_960]);
    expect(asked.filter((line) => line.startsWith('GET /v1/models'))).toEqual(['GET /v1/models Bearer key']);
    const set = { model: 'x', isWindowAssumed: false, maxOutput: 4_000, prices: { input: 1, output: 2 } };
    await finder.withLimits({ ...at, ...set }, connection);
    expect(asked.filter((line) => line.startsWith('GET /v1/models'))).toHaveLength(1);
    expect(await finder.isOllama(at, connection)).toBe(false);
  });
  connection.close();
});

test('A6: an address that may not be reached is not asked either', async () => {
  const connection = openModelConnection({ allowHost: () => false });
  await withServer({ '/v1/models': vllm }, async (url, asked) => {
    const { contextWindow } = await findLimits(endpoint(`${url}/v1`), connection);
    expect(contextWindow.source).toBe('default');
    expect(asked).toEqual([]);
  });
  connection.close();
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
  ['never answers', () => undefined],
  ['never ends', (_, response) => void response.write('{"data":[')],
  ['sends without end', (_, response) => void response.end(`{"data":["${'x'.repeat(5_000_000)}"]}`)],
  ['redirects', (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['answers nonsense', (_, response) => void response.end('<html>')],
  ['breaks off', (request) => void request.socket.destroy()],
  [
    'says nonsense of its window',
    (_, r) => void r.end('{"data":[{"id":"some-model","max_model_len":"-1e999"}]}'),
  ],
])('M7, SR-H7: a server that %s has the default window soon', async (_what, answer) => {
  const connection = openModelConnection();
  await withServer(answer, async (url) => {
    const { contextWindow } = await findLimits(endpoint(`${url}/v1`), connection);
    expect(contextWindow).toEqual({ value: DEFAULT_WINDOW, source: 'default' });
  });
  connection.close();
});

test('M7: most tokens are what the model gives or the window leaves, and nothing where somebody else has said it', () => {
  const most = (more: Partial<ModelEndpoint>, promptTokens = 0) => {
    const request = modelRequest('http://x/v1', { promptTokens });
    return mostTokens({ ...request, endpoint: { ...request.endpoint, contextWindow: 40_000, ...more } });
  };
  expect(most({})).toBeUndefined();
  expect(most({ maxOutput: 16_000 })).toBe(16_000);
  expect(most({ maxOutput: 16_000 }, 30_000)).toBe(40_000 - 30_000 - 1_024);
  expect(most({ maxOutput: 16_000, params: { max_completion_tokens: 5 } })).toBeUndefined();
});

test.each([
  ["This model's maximum context length is 8192 tokens. However, you requested 9000", 8_192],
  ['prompt is too long: 210000 tokens > 200000 maximum', 200_000],
  ['The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).', 1_048_575],
  [
    '{"error":{"message":"the request exceeds the available context size","n_prompt_tokens":9000,"n_ctx":4096}}',
    4_096,
  ],
  ["This model's maximum prompt length is 131,072 but the request contains 140000 tokens.", 131_072],
  ['context window of 32768 tokens', 32_768],
  ['too long', undefined],
])('M18, M19: the window in a refusal is read: %s', (words, window) => {
  expect(windowInWords(words)).toBe(window);
});
