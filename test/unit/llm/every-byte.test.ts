import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AnswerAssembly } from '../../../src/llm/answers/assembly.ts';
import { createChatAnswer } from '../../../src/llm/answers/chat-answer.ts';
import { createResponsesAnswer } from '../../../src/llm/answers/responses-answer.ts';
import { openModelConnection } from '../../../src/llm/connection.ts';
import { ModelError } from '../../../src/llm/errors.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import type { Profile } from '../../../src/llm/profiles/profile.ts';
import { readAnswer } from '../../../src/llm/response-body.ts';
import type { ModelAnswer } from '../../../src/llm/types.ts';
import { chatEvents, type OwnAnswer, responsesEvents } from '../../support/strict-servers/events.ts';
import { type Habits, STRICT_SERVERS } from '../../support/strict-servers/vendors.ts';
import { modelRequest } from './model-call.ts';

const ANSWER: OwnAnswer = {
  text: 'A 图 🥧',
  calls: [{ name: 'tree', arguments: '{"path":"图"}' }],
  ...{ number: 7, reasoning: 'hm π', signature: 'sig' },
};

interface Dialect {
  name: string;
  api: Profile['api'];
  bytes: Buffer;
}

const CHAT: Dialect = { name: 'chat', api: 'chat', bytes: Buffer.from(chatEvents(ANSWER, {}, 'm').join('')) };
const RESPONSES: Dialect = {
  ...{ name: 'responses', api: 'responses' as const },
  bytes: Buffer.from(responsesEvents(ANSWER, 'm').join('')),
};
/** Each way of streaming that a strict server has, once. */
const HABITS = [...new Set(STRICT_SERVERS.map(({ habits }) => JSON.stringify(habits)))].map(
  (habits): Dialect => ({
    ...{ name: `chat ${habits}`, api: 'chat' as const },
    bytes: Buffer.from(chatEvents(ANSWER, JSON.parse(habits) as Habits, 'm').join('')),
  }),
);

/** The body in these pieces, put together as the handler does it. */
function assembled({ api }: Dialect, parts: Buffer[]): ReturnType<AnswerAssembly['soFar']> {
  const assembly = api === 'chat' ? createChatAnswer(() => true) : createResponsesAnswer();
  const body = new EventEmitter() as unknown as IncomingMessage;
  readAnswer(
    body,
    {
      onData: (data) => data !== '[DONE]' && assembly.take(JSON.parse(data)),
      onLife: () => {},
      onOver: () => {},
    },
    { limit: 1e6, onWhole: (text) => assembly.take(JSON.parse(text)) },
  );
  for (const part of parts) body.emit('data', part);
  body.emit('end');
  assembly.flush();
  return assembly.soFar();
}

test.each([RESPONSES, ...HABITS].map((dialect) => [dialect.name, dialect] as const))(
  'M10-M14, P10: a stream of %s parted at any byte is the same answer',
  (_name, dialect) => {
    const { bytes } = dialect;
    const whole = assembled(dialect, [bytes]);
    expect(whole).toMatchObject({ text: ANSWER.text, toolCalls: ANSWER.calls });
    expect(
      assembled(
        dialect,
        [...bytes].map((byte) => Buffer.of(byte)),
      ),
    ).toEqual(whole);
    const differing: number[] = [];
    for (let at = 1; at < bytes.length; at += 1) {
      const parted = assembled(dialect, [bytes.subarray(0, at), bytes.subarray(at)]);
      if (JSON.stringify(parted) !== JSON.stringify(whole)) differing.push(at);
    }
    expect(differing).toEqual([]);
  },
);

/** What the server does with its next request. */
let serve: (response: ServerResponse) => void = () => {};
let url = '';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    serve(response);
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const connection = openModelConnection();
afterAll(() => connection.close());

function ask(api: Profile['api']): Promise<ModelAnswer> {
  const request = modelRequest(url);
  return streamAnswer(
    { ...request, endpoint: { ...request.endpoint, profile: { api } } },
    () => {},
    connection,
  );
}

test.each([CHAT, RESPONSES].map((dialect) => [dialect.name, dialect] as const))(
  'M11, R7: a stream of %s cut at any byte is cut off, or whole once the model had finished; never half an answer',
  async (_name, { api, bytes }) => {
    const outcomes = new Set<string>();
    for (let at = 1; at < bytes.length; at += 1) {
      serve = (response) => {
        response.write(bytes.subarray(0, at), () => response.socket?.destroySoon());
      };
      try {
        const { text, toolCalls } = await ask(api);
        expect([at, text, toolCalls]).toEqual([at, ANSWER.text, ANSWER.calls]);
        outcomes.add('whole');
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        expect([at, error.code, error.retryable]).toEqual([at, 'model_cut_off', true]);
        outcomes.add('cut off');
      }
    }
    expect([...outcomes].sort()).toEqual(['cut off', 'whole']);
  },
  180_000,
);

/** The events of an answer of the Responses API, changed on their way. */
function responsesWith(change: (events: string[]) => string[]): (response: ServerResponse) => void {
  return (response) => {
    response.end(change(responsesEvents(ANSWER, 'm')).join(''));
  };
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const noise: [string, (events: string[]) => string[]][] = [
  ['comments', (events) => events.flatMap((one) => [': keep-alive\n\n', one])],
  ['CRLF line ends', (events) => events.map((one) => one.replaceAll('\n', '\r\n'))],
  [
    'events that nobody knows',
    (events) => events.flatMap((one) => [event({ type: 'response.rate_limits' }), one]),
  ],
  ['empty data', (events) => events.flatMap((one) => ['data:\n\n', one])],
  ['no deltas of arguments', (events) => events.filter((one) => !one.includes('arguments.delta'))],
  ['no items begun', (events) => events.filter((one) => !one.includes('output_item.added'))],
  ['a [DONE] as chat completions have it', (events) => [...events, 'data: [DONE]\n\n']],
  ['nothing but its end', (events) => events.slice(-1)],
];
test.each(noise)('M9, M14: the Responses API with %s is the same answer', async (_name, change) => {
  serve = responsesWith(change);
  const { text, toolCalls, finishReason, usage } = await ask('responses');
  expect({ text, toolCalls, finishReason }).toEqual({
    ...{ text: ANSWER.text, toolCalls: ANSWER.calls, finishReason: 'tool_calls' },
  });
  expect(usage).toEqual({ inputTokens: 120, outputTokens: 20, cachedTokens: 64, reasoningTokens: 8 });
});

const endings: [string, object, object][] = [
  [
    'a failure',
    { type: 'response.failed', response: { error: { code: 'server_error', message: 'The model failed.' } } },
    { code: 'model_server_error', retryable: true },
  ],
  [
    'an error of too many requests',
    {
      type: 'error',
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Slow down.' },
    },
    { code: 'model_rate_limited', retryable: true },
  ],
  [
    'an error without a frame of its own',
    { type: 'error', code: 'server_error', message: 'The server had an error.', param: null },
    { code: 'model_server_error', retryable: true },
  ],
];
test.each(endings)(
  'R7, M12: the Responses API ending with %s fails as such',
  async (_name, last, expected) => {
    serve = responsesWith((events) => [...events.slice(0, -1), event(last)]);
    await expect(ask('responses')).rejects.toMatchObject(expected);
  },
);

test('M12: an answer of the Responses API that its most tokens cut says so; one filtered, too', async () => {
  for (const [reason, finish] of [
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
  ] as const) {
    const response = { status: 'incomplete', incomplete_details: { reason }, output: [] };
    serve = responsesWith((events) => [
      ...events.slice(0, -1),
      event({ type: 'response.incomplete', response }),
    ]);
    expect((await ask('responses')).finishReason).toBe(finish);
  }
});

test('M9: two calls whose deltas come in turns are two calls', async () => {
  const two = {
    ...ANSWER,
    calls: ['a', 'b'].map((path) => ({ name: 'tree', arguments: `{"path":"${path}"}` })),
  };
  const calls = responsesEvents(two, 'm');
  const of = (index: number) => (one: string) =>
    one.includes(`"output_index":${index},`) || one.includes(`"output_index":${index}}`);
  const [first, second] = [calls.filter(of(2)), calls.filter(of(3))];
  const rest = calls.filter((one) => !of(2)(one) && !of(3)(one));
  const inTurns = first.flatMap((one, at) => [one, second[at] ?? '']);
  serve = (response) => {
    response.end([...rest.slice(0, -1), ...inTurns, ...rest.slice(-1)].join(''));
  };
  expect((await ask('responses')).toolCalls).toEqual(two.calls);
});
