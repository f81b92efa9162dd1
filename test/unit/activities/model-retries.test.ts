import { expect, test } from '@jest/globals';
import { retryDelay } from '../../../src/activities/model-retries.ts';
import { ModelError } from '../../../src/llm/errors.ts';

const MINUTE = 60_000;

/** The waits of a step whose every try fails so, in seconds; a try itself takes `tryMs`. */
function waitsOf(error: ModelError, tryMs = 0): number[] {
  const waits: number[] = [];
  let ageMs = 0;
  for (let attempt = 1; ; attempt += 1) {
    const wait = retryDelay(error, { attempt, ageMs });
    if (wait === undefined) return waits;
    waits.push(wait / 1_000);
    ageMs += wait + tryMs;
  }
}

const failed = (more: Partial<ModelError> = {}, code: ModelError['code'] = 'model_server_error') =>
  new ModelError(code, 'A sentence.', { retryable: true, ...more });

test('M17: without a named wait a step waits 1, 2, 4, 8, 16, 30 and then 60 s, until ten tries are made', () => {
  expect(waitsOf(failed())).toEqual([1, 2, 4, 8, 16, 30, 60, 60, 60]);
  expect(waitsOf(failed({ retryable: false }))).toEqual([]);
});

test('M17: a named wait is sat out, up to twenty minutes, and grows where it did not help', () => {
  expect(waitsOf(failed({ retryAfterMs: 20 * MINUTE }))).toEqual([1_200]);
  expect(waitsOf(failed({ retryAfterMs: 10 * MINUTE }), MINUTE)).toEqual([600, 600]);
  expect(waitsOf(failed({ retryAfterMs: 0 }))).toEqual([0, 1, 2, 4, 8, 16, 30, 60, 60]);
});

test('M12, M16: what costs much is tried as often as its error says; a server that is away, for half a minute', () => {
  expect(waitsOf(failed({ mostTries: 2 }, 'model_stalled'), 10 * MINUTE)).toEqual([1]);
  expect(waitsOf(failed({}, 'model_unreachable'))).toEqual([1, 2, 4, 8]);
});

test('M16: a step whose tries take minutes does not go on for hours', () => {
  expect(waitsOf(failed(), 10 * MINUTE).length).toBeLessThanOrEqual(3);
});
