import { expect, test } from '@jest/globals';
import { toModelError } from '../../../src/llm/errors.ts';
import { waitAsked } from '../../../src/llm/waits.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const endpoint = { baseUrl: 'https://models.example/v1', model: 'm-1' };
const wait = (headers: Record<string, string>, body = '') => waitAsked({ headers, body }, NOW);

test.each([
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '30s' }, 30_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 10:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
  [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
  [{ 'x-ratelimit-reset-tokens': '350ms', 'x-ratelimit-reset-requests': '1m2.5s' }, 62_500],
  // What is left of a limit asks for no wait.
  [{ 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '12' }, undefined],
  [{ 'x-ratelimit-reset-requests-day': '330.5', 'x-ratelimit-remaining-requests-day': '0' }, 330_500],
  [{ 'anthropic-ratelimit-requests-reset': '2026-03-01T10:01:00Z' }, 60_000],
  [
    {
      'anthropic-ratelimit-input-tokens-reset': '2026-03-01T10:02:00Z',
      'anthropic-ratelimit-input-tokens-remaining': '0',
    },
    120_000,
  ],
  [{ 'x-ratelimit-reset': String(NOW + 45_000) }, 45_000],
  [{ 'x-ratelimit-reset': String(NOW / 1_000 + 45) }, 45_000],
  [{ 'ratelimit-reset': '12' }, 12_000],
  [{ 'retry-after': '1e300' }, undefined],
])('M17: a wait in headers is read: %j', (headers, ms) => {
  expect(wait(headers as Record<string, string>)).toBe(ms);
});

test.each([
  ['{"error":{"details":[{"@type":"…/google.rpc.RetryInfo","retryDelay":"26s"}]}}', 26_000],
  ['{"retryDelay": "26.65s"}', 26_650],
  ['Please retry in 26.6s.', 26_600],
  ['Please try again in 6m0s. Visit our page.', 360_000],
  ['Please try again in 1m12.5s', 72_500],
  ['Please try again in 20ms.', 20],
  ['Please retry after 30 seconds.', 30_000],
  ['Try again in 2 minutes', 120_000],
  ['Try again in about 1 hour.', 3_600_000],
  ['Try again in a while', undefined],
  ['Try again in 20', undefined],
])('M17: a wait in words is read: %s', (body, ms) => {
  expect(wait({}, body)).toBe(ms);
});

test('M17: a wait of more than twenty minutes ends the turn, with how long it is and what to do', () => {
  const failure = (seconds: number) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: '{}',
  });
  expect(toModelError(failure(1_200), endpoint)).toMatchObject({ retryable: true, retryAfterMs: 1_200_000 });
  const error = toModelError(failure(10_800), endpoint);
  expect(error).toMatchObject({ code: 'model_rate_limited', retryable: false });
  expect(error.message).toMatch(/asks to wait for 3 hours .* Send the message again then, or choose another/);
});

test.each([
  [429, '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota."}}'],
  [400, '{"error":{"message":"Your credit balance is too low to access the API."}}'],
  [403, '{"error":{"code":"insufficient_balance"}}'],
  [503, '{"message":"Insufficient Balance"}'],
  [0, '{"error":{"message":"Your account has insufficient balance. Please retry in 20s."}}'],
])('M17: words of an empty account are final with status %i', (status, body) => {
  const error = toModelError({ status, headers: { 'retry-after': '1' }, body }, endpoint);
  expect(error).toMatchObject({ code: 'model_unauthorized', retryable: false });
  expect(error.message).toContain('Top it up');
});

test('M17: a free tier’s "exceeded your current quota" with a wait is a rate limit', () => {
  const message = 'You exceeded your current quota, please check your plan. Please retry in 26.6s.';
  const body = JSON.stringify({ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } });
  expect(toModelError({ status: 429, headers: {}, body }, endpoint)).toMatchObject({
    code: 'model_rate_limited',
    retryAfterMs: 26_600,
  });
});
