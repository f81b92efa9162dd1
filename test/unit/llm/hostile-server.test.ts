/** SR-H7: what a server may send at most, shown on the whole handler by a server that sends more. */
import { expect, test } from '@jest/globals';
import { MOST_PIECES } from '../../../src/llm/exchange.ts';
import { streamAnswer } from '../../../src/llm/handler.ts';
import { endless, event, JSON_HEAD, STREAM_HEAD, startEvilModel } from './evil-model.ts';
import { modelRequest } from './model-call.ts';

const MIB = 1024 * 1024;
/** What a socket's buffers of both sides hold, beside what was read. */
const IN_BUFFERS = 16 * MIB;

async function attacked(chunks: () => Iterable<string>) {
  const server = await startEvilModel(chunks);
  let pieces = 0;
  try {
    const answer = await streamAnswer(modelRequest(server.url), () => {
      pieces += 1;
    }).catch((error: unknown) => ({ error }));
    return { answer, pieces, written: server.written(), calls: server.calls() };
  } finally {
    await server.close();
  }
}

const text64k = 'x'.repeat(65_536);

test.each([
  ['an event without an end', () => endless(`${STREAM_HEAD}data: `, text64k)],
  ['data lines without the end of their event', () => endless(STREAM_HEAD, `data: ${text64k}\n`)],
  ['a line that is no field', () => endless(STREAM_HEAD, text64k)],
])('SR-H7: %s is given up at 1 MiB, and the call is asked once', async (_what, chunks) => {
  const { answer, pieces, written, calls } = await attacked(chunks);
  expect(answer).toMatchObject({ error: { code: 'model_cut_off', retryable: true } });
  expect(pieces).toBe(0);
  expect(written).toBeLessThan(MIB + IN_BUFFERS);
  expect(calls).toBe(1);
});

test.each([
  ['lists', '[],'],
  ['objects', '{},'],
  ['depth', '['],
])('SR-H7: an event of %s is no answer', async (_what, piece) => {
  const { answer } = await attacked(() => [STREAM_HEAD, `data: [${piece.repeat(300_000)}\n\n`]);
  expect(answer).toMatchObject({ error: { code: 'model_cut_off' } });
});

test.each([
  ['of lists', '[],'],
  ['of depth', '['],
  ['of text', text64k],
])('SR-H7: a body %s that is no stream is given up at 4 MiB', async (_what, piece) => {
  const chunk = piece.repeat(Math.ceil(65_536 / piece.length));
  const { answer, written } = await attacked(() => endless(`${JSON_HEAD}[`, chunk));
  expect(answer).toMatchObject({ error: { code: 'model_cut_off' } });
  expect(written).toBeLessThan(4 * MIB + IN_BUFFERS);
});

test('SR-H7: signs of life without end are a stream that is given up', async () => {
  const { answer, pieces, written } = await attacked(() => endless(STREAM_HEAD, ':\n\n'.repeat(20_000)));
  expect(answer).toMatchObject({ error: { code: 'model_cut_off' } });
  expect(pieces).toBe(0);
  expect(written).toBeLessThan(128 * MIB + IN_BUFFERS);
});

test('SR-H7: text and reasoning in turn are given up after 200,000 pieces, and not tried again', async () => {
  const both = event({ reasoning_content: 'r' }) + event({ content: 't' });
  const { answer, pieces } = await attacked(() => endless(STREAM_HEAD, both.repeat(500)));
  expect(answer).toMatchObject({ error: { code: 'model_bad_request', retryable: false } });
  expect(pieces).toBeLessThanOrEqual(MOST_PIECES);
  expect(pieces).toBeGreaterThan(MOST_PIECES - 10);
});

test.each(['100 Continue', '102 Processing', '103 Early Hints'])(
  'SR-H7: answers before the answer (%s) have an end',
  async (status) => {
    const { answer, written } = await attacked(() => endless('', `HTTP/1.1 ${status}\r\n\r\n`.repeat(100)));
    expect(answer).toMatchObject({ error: { code: 'model_unreachable' } });
    expect(written).toBeLessThan(IN_BUFFERS);
  },
);

test('SR-H7: headers without end are no answer', async () => {
  const { answer, written } = await attacked(() => endless('HTTP/1.1 200 OK\r\n', `x-a: ${text64k}\r\n`));
  expect(answer).toMatchObject({ error: { code: 'model_unreachable' } });
  expect(written).toBeLessThan(IN_BUFFERS);
});

test('SR-H7: a refusal’s body is read to 64 KiB', async () => {
  const { answer, written } = await attacked(() => endless('HTTP/1.1 400 No\r\n\r\n', text64k));
  expect(answer).toMatchObject({ error: { code: 'model_bad_request' } });
  expect(written).toBeLessThan(IN_BUFFERS);
});

test.each([
  ['a fraction', { prompt_tokens: 1.5, completion_tokens: 2 }],
  ['without measure', { prompt_tokens: 1e300, completion_tokens: 2 }],
  ['negative', { prompt_tokens: -5, completion_tokens: -1 }],
  ['words', { prompt_tokens: 'many', completion_tokens: {} }],
])('SR-H7: usage that is %s is counted here instead', async (_what, usage) => {
  const { answer } = await attacked(() => [
    STREAM_HEAD,
    event({ content: 'hello' }, 'stop'),
    `data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`,
  ]);
  expect(answer).toMatchObject({ text: 'hello', usage: { outputTokens: 1, estimated: true } });
});
