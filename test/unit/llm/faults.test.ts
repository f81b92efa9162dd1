import { expect, test } from '@jest/globals';
import { type Reply, type Step, say, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import { startScriptedModel } from '../../../src/demo-model/server.ts';
import { MOST_ANSWER, MOST_CALLS } from '../../../src/llm/exchange.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { callOnce, deadPort, modelRequest, piecesOf } from './model-call.ts';

const args = { code: 'print("π ≈ 3.14 🥧")\n', filename: null };
const mixed = () => toolReply([{ name: 'run_python', arguments: args }], { text: 'Running 代码 🥧.' });

function expectMixed(answer: Awaited<ReturnType<typeof callOnce>>['answer']) {
  expect(answer?.text).toBe('Running 代码 🥧.');
  expect(answer?.toolCalls).toEqual([{ name: 'run_python', arguments: JSON.stringify(args) }]);
  expect(answer?.finishReason).toBe('tool_calls');
}

test.each([
  ['CRLF line ends', { newline: '\r\n' }],
  ['one byte at a time', { drip: true }],
  ['CRLF, one byte at a time', { newline: '\r\n', drip: true }],
  ['no [DONE]', { done: false }],
  ['a server that holds the socket open after [DONE]', { end: false }],
] as const)('the fault list: %s changes nothing', async (_name, fault) => {
  const { answer } = await callOnce({ ...mixed(), ...fault });
  expectMixed(answer);
});

const noise: [string, Step[]][] = [
  ['comments', [{ type: 'raw', bytes: ': OPENROUTER PROCESSING\n\n' }]],
  ['empty choices', [{ type: 'chunk', chunk: { choices: [] } }]],
  [
    'a usage-only chunk',
    [{ type: 'chunk', chunk: { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } } }],
  ],
  ['a chunk without choices', [{ type: 'chunk', chunk: { id: 'x' } }]],
  [
    'null fields',
    [
      {
        type: 'chunk',
        chunk: {
          choices: [{ index: 0, delta: { content: null, tool_calls: null }, finish_reason: null }],
          usage: null,
        },
      },
    ],
  ],
  ['other fields of the event format', [{ type: 'raw', bytes: 'event: message\nid: 7\nretry: 10\n\n' }]],
  ['an event over several data lines', [{ type: 'raw', bytes: 'data: {"choices":\ndata: []}\n\n' }]],
];
test.each(noise)('the fault list: %s in the middle changes nothing', async (_name, steps) => {
  const reply = mixed();
  const { answer } = await callOnce({
    ...reply,
    steps: [...steps, ...(reply.steps as Step[]).flatMap((step) => [step, ...steps])],
  });
  expectMixed(answer);
});

test('P10: invalid bytes, split over chunks, become U+FFFD, never a lost call', async () => {
  const event = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"A@B"}}]}\n\n');
  const at = event.indexOf('@');
  const broken = Buffer.concat([event.subarray(0, at), Buffer.from([0xe4, 0xbd]), event.subarray(at + 1)]);
  const { answer } = await callOnce({ kind: 'stream', drip: true, steps: [{ type: 'raw', bytes: broken }] });
  expect(answer?.text).toBe('A\uFFFDB');
});

test('the fault list: tool arguments in one-byte pieces', async () => {
  const text = JSON.stringify(args);
  const pieces = [...text].map((piece): Step => ({ type: 'tool', index: 0, arguments: piece }));
  const first: Step = { type: 'tool', index: 0, id: 'a', name: 'run_python' };
  const { answer, deltas } = await callOnce({ kind: 'stream', steps: [first, ...pieces] });
  expect(answer?.toolCalls).toEqual([{ name: 'run_python', arguments: text }]);
  expect(piecesOf(deltas, 'tool').join('')).toBe(text);
});

const twoCalls: [string, Step[]][] = [
  [
    'with two indexes and one id',
    [
      { type: 'tool', index: 0, id: 'a', name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 0, arguments: 'null}' },
      { type: 'tool', index: 1, id: 'a', name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 1, arguments: '"images"}' },
    ],
  ],
  [
    'with one index and two ids',
    [
      { type: 'tool', index: 0, id: 'a', name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 0, arguments: 'null}' },
      { type: 'tool', index: 0, id: 'b', name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 0, arguments: '"images"}' },
    ],
  ],
  [
    'with one index and one id',
    [
      { type: 'tool', index: 0, id: 'a', name: 'tree', arguments: '{"path":null}' },
      { type: 'tool', index: 1, id: 'b', name: 'tree', arguments: '{"path":"images"}' },
    ],
  ],
  [
    'with one index and no ids',
    [
      { type: 'tool', index: 0, name: 'tree', arguments: '{"path":null}' },
      { type: 'tool', index: 0, name: 'tree', arguments: '{"path":"images"}' },
    ],
  ],
  [
    'without index and ids',
    [
      { type: 'tool', name: 'tree', arguments: '{"path":null}' },
      { type: 'tool', name: 'tree', arguments: '{"path":' },
      { type: 'tool', arguments: '"images"}' },
    ],
  ],
  [
    'without index, interleaved by id',
    [
      { type: 'tool', id: 'a', name: 'tree', arguments: '{"path":' },
      { type: 'tool', id: 'b', name: 'tree', arguments: '{"path":' },
      { type: 'tool', id: 'a', arguments: 'null}' },
      { type: 'tool', id: 'b', arguments: '"images"}' },
    ],
  ],
  [
    'with the name repeated in each piece',
    [
      { type: 'tool', index: 0, id: 'a', name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 0, id: 'a', name: 'tree', arguments: 'null}' },
      { type: 'tool', index: 1, name: 'tree', arguments: '{"path":' },
      { type: 'tool', index: 1, name: 'tree', arguments: '"images"}' },
    ],
  ],
  [
    'with indexes that begin anywhere',
    [
      { type: 'tool', index: 3, id: 'a', name: 'tree', arguments: '{"path":null}' },
      { type: 'tool', index: 7, id: 'b', name: 'tree', arguments: '{"path":"images"}' },
    ],
  ],
];
test.each(twoCalls)('the fault list: two tools %s are two calls', async (_name, steps) => {
  const { answer, deltas } = await callOnce({ kind: 'stream', steps });
  expect(answer?.toolCalls).toEqual([
    { name: 'tree', arguments: '{"path":null}' },
    { name: 'tree', arguments: '{"path":"images"}' },
  ]);
  const named = deltas.filter((delta) => delta.type === 'tool' && delta.name !== undefined);
  expect(named).toHaveLength(2);
});

test('the fault list: malformed tool JSON and an impossible name are handed on, not thrown', async () => {
  const { answer } = await callOnce({
    kind: 'stream',
    steps: [{ type: 'tool', index: 0, id: 'a', name: 'run python!', arguments: '{"code": ' }],
  });
  expect(answer?.toolCalls).toEqual([{ name: 'run_python_', arguments: '{"code": ' }]);
});

test.each(['length', 'content_filter'] as const)(
  'the fault list: finish_reason %s is passed on',
  async (finish) => {
    const { answer } = await callOnce(textReply('half', { finish }));
    expect(answer).toMatchObject({ text: 'half', finishReason: finish });
  },
);

test('F5: a finish reason that no standard knows is a stop, or tool calls where there are some', async () => {
  expect((await callOnce(textReply('x', { finish: 'eos' }))).answer?.finishReason).toBe('stop');
  expect((await callOnce({ ...mixed(), finish: 'stop' })).answer?.finishReason).toBe('tool_calls');
});

test('F5: [DONE] without a finish reason is an end; nothing at all before it is not', async () => {
  const lines = 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n';
  const said = await callOnce({ kind: 'stream', finish: null, steps: [{ type: 'raw', bytes: lines }] });
  expect(said.answer).toMatchObject({ text: 'x', finishReason: 'stop' });
  const nothing = await callOnce({ kind: 'stream', finish: null, usage: null, steps: [] });
  expect(nothing.error?.code).toBe('model_cut_off');
});

test('the fault list: a stream cut at any byte is cut off, or whole once the model had finished', async () => {
  const reply = (): Reply & { kind: 'stream' } => textReply('one 两🥧', { usage: { input: 3, output: 2 } });
  let bytes = 0;
  const model = await startScriptedModel({ script: reply });
  await streamAnswer(modelRequest(model.url), () => {});
  bytes = model.requests[0]?.bytesSent ?? 0;
  const outcomes = new Set<string>();
  for (let cutAtByte = 1; cutAtByte < bytes; cutAtByte += 1) {
    model.setScript(() => ({ ...reply(), cutAtByte }));
    const heard: string[] = [];
    try {
      const answer = await streamAnswer(modelRequest(model.url), (delta) => heard.push(delta.text));
      expect(answer.text).toBe('one 两🥧');
      outcomes.add(answer.usage.estimated ? 'counted' : 'reported');
    } catch (error) {
      expect(error).toMatchObject({ code: 'model_cut_off', retryable: true });
      outcomes.add('cut off');
    }
    expect('one 两🥧'.startsWith(heard.join(''))).toBe(true);
  }
  await model.close();
  expect([...outcomes].sort()).toEqual(['counted', 'cut off', 'reported']);
});

test('the fault list: an event whose JSON is cut in the middle is a cut-off answer', async () => {
  const { error } = await callOnce({
    kind: 'stream',
    steps: [...say('x'), { type: 'raw', bytes: 'data: {"choices":[{"del\n\n' }],
  });
  expect(error).toMatchObject({ code: 'model_cut_off', retryable: true });
  expect(error?.detail).toContain('{"choices":[{"del');
});

test('P10: no first token in time; comments and an empty first chunk are no token', async () => {
  const timeouts = { firstTokenMs: 60, stallMs: 20_000 };
  const dead: Reply[] = [
    { kind: 'silence' },
    { kind: 'stream', steps: [{ type: 'raw', bytes: ': wait\n\n' }, { type: 'stall' }] },
  ];
  for (const reply of dead) {
    const { error } = await callOnce(reply, { timeouts });
    expect(error).toMatchObject({ code: 'model_stalled', retryable: true });
    expect(error?.message).toContain('did not begin to answer within 0.06 s');
  }
});

test('P10: silence after the first token is a stall, and comments are silence', async () => {
  const timeouts = { firstTokenMs: 20_000, stallMs: 60 };
  async function* commentsOnly(): AsyncGenerator<Step> {
    yield { type: 'text', text: 'x' };
    for (;;) {
      yield { type: 'raw', bytes: ': still here\n\n' };
      yield { type: 'pause', ms: 10 };
    }
  }
  for (const steps of [[...say('x'), { type: 'stall' } as const], commentsOnly()]) {
    const { error, deltas } = await callOnce({ kind: 'stream', steps }, { timeouts });
    expect(error).toMatchObject({ code: 'model_stalled', retryable: true });
    expect(piecesOf(deltas, 'text')).toEqual(['x']);
  }
});

test('P10: tokens that come slower than the stall time in total, but not one by one, are no stall', async () => {
  const timeouts = { firstTokenMs: 20_000, stallMs: 400 };
  const { answer } = await callOnce(textReply('a b c d e f g h', { paceMs: 100 }), { timeouts });
  expect(answer?.text).toBe('a b c d e f g h');
});

test('R7: nobody listening, a closed socket and an unknown host are unreachable, with the address in the sentence', async () => {
  const port = await deadPort();
  const refused = streamAnswer(modelRequest(`http://127.0.0.1:${port}/v1`), () => {});
  await expect(refused).rejects.toMatchObject({
    code: 'model_unreachable',
    retryable: true,
    message: expect.stringContaining(`http://127.0.0.1:${port}/v1 cannot be reached: nothing listens there`),
  });
  expect((await callOnce({ kind: 'close' })).error).toMatchObject({
    code: 'model_unreachable',
    retryable: true,
  });
  const unknown = streamAnswer(modelRequest('http://no-such-host.invalid/v1'), () => {});
  await expect(unknown).rejects.toMatchObject({ code: 'model_unreachable' });
});

test.each(['', 'not a url', 'ftp://x/v1'])(
  'R7: the address "%s" is a bad request, said in a sentence',
  async (address) => {
    await expect(streamAnswer(modelRequest(address), () => {})).rejects.toMatchObject({
      code: 'model_bad_request',
      retryable: false,
      message: expect.stringContaining('is not the address of a model server'),
    });
  },
);

test('R7: an error inside the stream is mapped like one of the status line', async () => {
  const inside = (error: unknown) =>
    callOnce({ kind: 'stream', steps: [...say('x'), { type: 'chunk', chunk: { error } }] });
  expect((await inside({ message: 'busy', code: 429 })).error?.code).toBe('model_rate_limited');
  expect((await inside({ message: 'busy', type: 'rate_limit_exceeded' })).error?.code).toBe(
    'model_rate_limited',
  );
  expect((await inside({ message: 'overloaded' })).error).toMatchObject({
    code: 'model_server_error',
    retryable: true,
  });
  expect((await inside('overloaded')).error).toMatchObject({ code: 'model_server_error', retryable: true });
});

test('F5: a vendor that does not stream is understood; a web page is not a model server', async () => {
  const whole = {
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'whole' } }],
    usage: { prompt_tokens: 5, completion_tokens: 1 },
  };
  const { answer } = await callOnce({ kind: 'http', status: 200, body: JSON.stringify(whole) });
  expect(answer).toMatchObject({
    text: 'whole',
    finishReason: 'stop',
    usage: { inputTokens: 5, outputTokens: 1 },
  });
  const page = await callOnce({
    kind: 'http',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>',
  });
  expect(page.error).toMatchObject({ code: 'model_not_found', retryable: false });
});

test.each([
  ['text', (piece: string): Step => ({ type: 'text', text: piece })],
  ['reasoning', (piece: string): Step => ({ type: 'reasoning', text: piece })],
  [
    'arguments',
    (piece: string): Step => ({ type: 'tool', index: 0, id: 'a', name: 'tree', arguments: piece }),
  ],
])(
  'R7: an answer whose %s does not end is broken off after 8 MiB, and not tried again',
  async (_what, step) => {
    const steps = Array.from({ length: 200 }, () => step('x'.repeat(65_536)));
    const { error, deltas, calls } = await callOnce({ kind: 'stream', steps });
    expect(error).toMatchObject({ code: 'model_bad_request', retryable: false });
    expect(error?.message).toMatch(/more than 8 MiB/);
    const received = deltas.reduce((sum, { text }) => sum + text.length, 0);
    expect(received).toBeGreaterThan(MOST_ANSWER - 70_000);
    expect(received).toBeLessThanOrEqual(MOST_ANSWER);
    expect(calls).toBe(1);
  },
);

test('R7: an answer of ever more tool calls is broken off after 256', async () => {
  const steps = Array.from({ length: 1_000 }, (_, index) => ({
    type: 'tool' as const,
    index,
    id: `c${index}`,
    name: 'tree',
  }));
  const { error, deltas } = await callOnce({ kind: 'stream', steps });
  expect(error).toMatchObject({ code: 'model_bad_request', retryable: false });
  expect(deltas).toHaveLength(MOST_CALLS);
});
