/** The thread's side of job-threads.ts. */
import { parentPort } from 'node:worker_threads';

/** What came of a job. */
export type Outcome<Answer> = { answer: Answer } | { error: unknown };

/** Says that this thread is loaded, then answers the jobs that it is given. What that throws, whoever asked gets. */
export function answerJobs<Job, Answer>(answerOf: (job: Job) => Answer | Promise<Answer>): void {
  const say = (said: 'loaded' | Outcome<Answer>) => parentPort?.postMessage(said);
  parentPort?.on('message', async (job: Job) => {
    try {
      say({ answer: await answerOf(job) });
    } catch (error) {
      say({ error });
    }
  });
  say('loaded');
}
