import { expect, test } from '@jest/globals';
import { createSightings } from '../../../src/sandbox/sightings.ts';

test('what is seen in each round is as old as the time since the first', () => {
  let now = 1_000;
  const sightings = createSightings(() => now);
  expect(sightings.round()('a')).toBe(0);
  now = 5_000;
  const seenFor = sightings.round();
  expect([seenFor('a'), seenFor('b'), seenFor('a')]).toEqual([4_000, 0, 4_000]);
  now = 6_000;
  expect([seenFor('a'), seenFor('b')]).toEqual([5_000, 1_000]);
});

test('what a round did not see is new when it is there again', () => {
  let now = 0;
  const sightings = createSightings(() => now);
  sightings.round()('a');
  sightings.round();
  now = 9_000;
  expect(sightings.round()('a')).toBe(0);
});
