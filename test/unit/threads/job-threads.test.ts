import { describe, expect, test } from '@jest/globals';
import { createJobThreads, type JobThreadsOptions, JobTooLarge } from '../../../src/threads/job-threads.ts';
import type { OddJob } from './odd-thread.ts';

const MODULE = new URL('./odd-thread.ts', import.meta.url);
const never = new AbortController().signal;
const ada = { person: { id: 'ada', guest: false }, signal: never };
const guest = (id: string) => ({ person: { id, guest: true }, signal: never });
const threadsOf = (options: Partial<JobThreadsOptions> = {}) =>
  createJobThreads<OddJob, number>({ module: MODULE, places: 1, ...options });

describe('SR-H1: jobs in threads', () => {
  test('threads are kept: the next job has the same', async () => {
    const kept = threadsOf();
    const first = await kept.run('say which thread', ada);
    expect(await kept.run('say which thread', ada)).toBe(first);
  });

  test('what a job throws is thrown to whoever asked, and the thread goes on', async () => {
    const threads = threadsOf();
    const first = await threads.run('say which thread', ada);
    await expect(threads.run('fail', ada)).rejects.toThrow('no such thing');
    expect(await threads.run('say which thread', ada)).toBe(first);
  });

  test.each<[OddJob, Partial<JobThreadsOptions>, JobTooLarge | Error]>([
    ['never end', { deadlineMs: 200 }, new JobTooLarge('time')],
    ['fill the heap', { heapMiB: 32 }, new JobTooLarge('memory')],
    ['exit', {}, new Error('the thread ended with code 3')],
  ])('"%s" ends with its thread, and the next job has another', async (job, options, error) => {
    const threads = threadsOf(options);
    const first = await threads.run('say which thread', ada);
    await expect(threads.run(job, ada)).rejects.toEqual(error);
    expect(await threads.run('say which thread', ada)).not.toBe(first);
  });

  test('a job that nobody wants any more is ended, whether it waits or runs', async () => {
    const threads = threadsOf();
    await threads.run('say which thread', ada);
    const ends = new AbortController();
    const running = threads.run('never end', { ...ada, signal: ends.signal });
    const waiting = threads.run('never end', { ...ada, signal: ends.signal });
    ends.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    await expect(waiting).rejects.toThrow('stopped');
    expect(await threads.run('say which thread', ada)).toBeGreaterThan(0);
  });

  test('a module that does not load fails the job', async () => {
    const threads = threadsOf({ module: new URL('./no-such-thread.ts', import.meta.url) });
    await expect(threads.run('say which thread', ada)).rejects.toThrow('no-such-thread');
  });

  test('SR-H8: ten guests whose jobs do not end leave a place to somebody with an account', async () => {
    const threads = threadsOf({ places: 2, placesForGuests: 1 });
    const ends = new AbortController();
    const jobs = Array.from({ length: 10 }, (_, n) =>
      threads.run('never end', { ...guest(`g${n}`), signal: ends.signal }).catch((error: unknown) => error),
    );
    expect(await threads.run('say which thread', ada)).toBeGreaterThan(0);
    ends.abort(new Error('over'));
    await Promise.all(jobs);
  });
});
