/** How many messages' words are written down at a time (H8). */
import { expect, test } from '@jest/globals';
import type { Database } from '../../../src/db/database.ts';
import { WORDS_BATCH } from '../../../src/db/search.ts';
import { wordsJob } from '../../../src/jobs/words.ts';

const NO_DATABASE = {} as Database;

test('H8: a batch that fails is tried again in smaller ones, down to one message, and grows again afterwards', async () => {
  const asked: number[] = [];
  let can = 3;
  const job = wordsJob(NO_DATABASE, async (_, most = WORDS_BATCH) => {
    asked.push(most);
    if (most > can) throw new Error('no time for so many');
    return 0;
  });
  for (let n = 0; n < 6; n += 1) await expect(job.run()).rejects.toThrow('no time');
  await job.run();
  expect(asked).toEqual([200, 100, 50, 25, 12, 6, 3]);
  can = WORDS_BATCH;
  for (let n = 0; n < 8; n += 1) await job.run();
  expect(asked.at(-1)).toBe(WORDS_BATCH);
});

test('H8: a message that always fails is asked for alone; what is due is read until there is none, or five times', async () => {
  const asked: number[] = [];
  const job = wordsJob(NO_DATABASE, async (_, most = WORDS_BATCH) => {
    asked.push(most);
    throw new Error('never');
  });
  for (let n = 0; n < 12; n += 1) await expect(job.run()).rejects.toThrow('never');
  expect(asked.at(-1)).toBe(1);
  let left = 2;
  let rounds = 0;
  const busy = wordsJob(NO_DATABASE, async () => {
    rounds += 1;
    left -= 1;
    return Math.max(0, left);
  });
  await busy.run();
  expect(rounds).toBe(2);
  left = 100;
  await busy.run();
  expect(rounds).toBe(7);
});
