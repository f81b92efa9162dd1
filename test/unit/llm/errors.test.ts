import { expect, test } from '@jest/globals';
import { isTooLong, ModelError, toModelError } from '../../../src/llm/errors.ts';
import { waitAsked } from '../../../src/llm/waits.ts';
import { callOnce } from './model-call.ts';

const endpoint = { baseUrl: 'https://user:pass@models.example/v1?key=secret', model: 'm-1' };
const failure = (status: number, body = '{"error":{"message":"vendor words"}}') => ({
  status,
  headers: {},
  body,
});

test.each([
  [400, 'model_bad_request', false],
  [401, 'model_unauthorized', false],
  [402, 'model_unauthorized', false],
  [403, 'model_unauthorized', false],
  [404, 'model_not_found', false],
  [408, 'model_server_error', true],
  [413, 'model_bad_request', false],
  [422, 'model_bad_request', false],
  [429, 'model_rate_limited', true],
  [500, 'model_server_error', true],
  [502, 'model_server_error', true],
  [503, 'model_server_error', true],
  [529, 'model_server_error', true],
  [307, 'model_bad_request', false],
])('R7: HTTP %i is %s, retryable: %s, after one call', async (status, code, retryable) => {
  const { error, calls } = await callOnce({ kind: 'http', status });
  expect(error).toMatchObject({ code, retryable, status });
  expect(calls).toBe(1);
});

test('A9: a message names the address without user, password and query, and never quotes the vendor', () => {
  for (const status of [0, 302, 400, 401, 402, 403, 404, 429, 500]) {
    const error = toModelError(failure(status), endpoint);
    expect(error.message).toContain('https://models.example/v1');
    expect(error.message).not.toMatch(/user|pass@|secret|vendor words/);
    expect(error.message).toMatch(/[.)]$/);
    expect(error.detail).toContain('vendor words');
  }
});

test('R7: a full conversation and an empty account are told apart from a bad request and a rate limit', () => {
  const full = toModelError(failure(400, '{"error":{"code":"context_length_exceeded"}}'), endpoint);
  expect(full.message).toContain('longer than the window');
  for (const body of [
    '{"error":{"code":"context_length_exceeded"}}',
    '{"message":"This model\'s maximum context length is 8192 tokens."}',
    '{"error":{"type":"exceed_context_size_error","message":"the request exceeds the available context size"}}',
    '{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
  ]) {
    expect(isTooLong(toModelError(failure(400, body), endpoint))).toBe(true);
  }
  expect(isTooLong(toModelError(failure(400, '{"error":{"message":"bad tools"}}'), endpoint))).toBe(false);
  expect(isTooLong(toModelError(failure(500, '{"error":{"message":"context canceled"}}'), endpoint))).toBe(
    false,
  );
  const empty = toModelError(failure(429, '{"error":{"type":"insufficient_quota"}}'), endpoint);
  expect(empty).toMatchObject({ code: 'model_unauthorized', retryable: false });
});

test('R7: Retry-After is understood in seconds, as a date and in milliseconds', async () => {
  const now = Date.parse('2026-03-01T10:00:00Z');
  expect(waitAsked({ headers: { 'retry-after': '7' }, body: '' }, now)).toBe(7000);
  expect(waitAsked({ headers: { 'retry-after': '0' }, body: '' }, now)).toBe(0);
  expect(waitAsked({ headers: { 'retry-after': 'Sun, 01 Mar 2026 10:00:30 GMT' }, body: '' }, now)).toBe(
    30_000,
  );
  expect(waitAsked({ headers: { 'retry-after': 'Sun, 01 Mar 2026 09:00:00 GMT' }, body: '' }, now)).toBe(0);
  expect(waitAsked({ headers: { 'retry-after-ms': '250', 'retry-after': '1' }, body: '' }, now)).toBe(250);
  expect(waitAsked({ headers: { 'retry-after': 'soon' }, body: '' }, now)).toBeUndefined();
  expect(waitAsked({ headers: {}, body: '' }, now)).toBeUndefined();
  const { error } = await callOnce({ kind: 'http', status: 429, headers: { 'retry-after': '3' } });
  expect(error?.retryAfterMs).toBe(3000);
});

test('R7: what the socket throws is unreachable; a certificate is not worth another try', () => {
  const thrown = (code: string) => Object.assign(new Error('words'), { code });
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE']) {
    expect(toModelError(thrown(code), endpoint)).toMatchObject({
      code: 'model_unreachable',
      retryable: true,
    });
  }
  const both = new AggregateError([thrown('ECONNREFUSED'), thrown('ECONNREFUSED')]);
  expect(toModelError(both, endpoint).message).toContain('nothing listens there');
  const certificate = toModelError(thrown('DEPTH_ZERO_SELF_SIGNED_CERT'), endpoint);
  expect(certificate).toMatchObject({ code: 'model_unreachable', retryable: false });
  expect(toModelError('a string', endpoint)).toMatchObject({ code: 'model_unreachable', detail: 'a string' });
  const known = new ModelError('model_stalled', 'x', { retryable: true });
  expect(toModelError(known, endpoint)).toBe(known);
});
