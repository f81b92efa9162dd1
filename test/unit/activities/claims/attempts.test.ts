import { expect, test } from '@jest/globals';
import type { AttemptEnded } from '../../../../src/activities/claims/attempt-ended.ts';
import { createAttempts } from '../../../../src/activities/claims/attempts.ts';

const WORK = 'a-work';

/** Why an attempt at this turn is ended the moment it begins; undefined where it is not. */
async function endedAtOnce(attempts: ReturnType<typeof createAttempts>, turn: number) {
  return await attempts.run({ workId: WORK, turn, key: 'model' }, async ({ signal }) =>
    signal.aborted ? (signal.reason as AttemptEnded).why : undefined,
  );
}

test('D9: an attempt that was claimed as its turn was stopped, and begins a moment later, is told at once', async () => {
  const attempts = createAttempts(() => {});
  attempts.stop(WORK, 2);
  expect(await endedAtOnce(attempts, 2)).toBe('stopped');
  expect(await endedAtOnce(attempts, 3)).toBeUndefined();
});

test('D9: a stop reaches the attempts of its turn and no other', async () => {
  const attempts = createAttempts(() => {});
  const why = (turn: number) =>
    attempts.run({ workId: WORK, turn, key: `model:${turn}` }, async ({ signal }) => {
      await Promise.resolve();
      return signal.aborted ? (signal.reason as AttemptEnded).why : undefined;
    });
  const both = [why(1), why(2)];
  attempts.stop(WORK, 1);
  expect(await Promise.all(both)).toEqual(['stopped', undefined]);
});

test('D7: after a shutdown nothing may be claimed, and what was claimed meanwhile is told', async () => {
  const attempts = createAttempts(() => {});
  attempts.throwIfShutDown();
  attempts.shutdown();
  expect(() => attempts.throwIfShutDown()).toThrow('shutdown');
  expect(await endedAtOnce(attempts, 1)).toBe('shutdown');
});
