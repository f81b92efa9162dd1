/** A thread for job-threads.test.ts: does as it is told. */
import { threadId } from 'node:worker_threads';
import { answerJobs } from '../../../src/threads/answer-jobs.ts';

export type OddJob = 'say which thread' | 'fail' | 'never end' | 'fill the heap' | 'fill buffers' | 'exit';

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
    case 'fill buffers': {
      const held: Buffer[] = [];
      while (held.length < 1_000) {
        held.push(Buffer.alloc(8 * 1024 ** 2, 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return held.length;
    }
    case 'exit':
      return process.exit(3);
  }
});
