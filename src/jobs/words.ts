/** Writes down by which words messages are found (H8). */
import type { Database } from '../db/database.ts';
import { WORDS_BATCH, writeWordsDue } from '../db/search.ts';
import type { Job } from './job.ts';

/** Rounds one after the other: after an update there are messages of years. */
const ROUNDS = 5;

/** After a failure half as many are taken at a time, down to one: what a whole batch has no time for is done in parts. */
export function wordsJob(db: Database, write: typeof writeWordsDue = writeWordsDue): Job {
  let most = WORDS_BATCH;
  return {
    name: 'words of messages',
    everyMs: 1_000,
    run: async () => {
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const written = await write(db, most);
          most = Math.min(WORDS_BATCH, most * 2);
          if (written === 0) return;
        }
      } catch (error) {
        most = Math.max(1, Math.floor(most / 2));
        throw error;
      }
    },
  };
}
