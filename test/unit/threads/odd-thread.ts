/** A thread for job-threads.test.ts: does as it is told. */
import { threadId } from 'node:worker_threads';
import { answerJobs } from '../../../src/threads/answer-jobs.ts';

export type OddJob = 'say which thread' | 'fail' | 'never end' | 'fill the heap' | 'exit';

answerJobs(async (job: OddJob): Promise<number> => {
  switch (job) {
    case 'say which thread':
      return threadId;
    case 'fail':
      throw new RangeError('no such thing');
    case 'never end':
      for (;;);
    case 'fill the heap': {
      const held: number[][] = [];
      for (;;) held.push(new Array(10_000).fill(held.length));
    }
    case 'exit':
      return process.exit(3);
  }
});
