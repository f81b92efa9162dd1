/**
 * Work whose cost strangers decide, done in threads: so many jobs at once, shared out by person, each with bounds on
 * its time and its memory. The process that others share stands still for none of it.
 */
import { Worker } from 'node:worker_threads';
import type { Outcome } from './answer-jobs.ts';
import { createFairGate, type Person } from './fair-gate.ts';

export interface JobThreadsOptions {
  /** The module that a thread runs; it answers by `answerJobs`. */
  module: URL;
  /** Jobs at once. */
  places: number;
  /** Jobs of guests at once; absent: as many as there are places. */
  placesForGuests?: number;
  /** What a job may take: milliseconds, and MiB of its thread's heap. Absent: any. */
  deadlineMs?: number;
  heapMiB?: number;
}

/** Whose job it is, and until when it is wanted. */
export interface Asking {
  person: Person;
  signal: AbortSignal;
}

export interface JobThreads<Job, Answer> {
  /** @throws JobTooLarge, what the job threw, or the signal's reason when it is aborted */
  run(job: Job, asking: Asking): Promise<Answer>;
}

/** Why a job was ended without an answer. */
export class JobTooLarge extends Error {
  override name = 'JobTooLarge';
  readonly takes: 'time' | 'memory';

  constructor(takes: 'time' | 'memory') {
    super(`a job takes more ${takes} than it may`);
    this.takes = takes;
  }
}

/** Threads are started as they are needed, and again after one has ended. Idle, they keep no process alive. */
export function createJobThreads<Job, Answer>(options: JobThreadsOptions): JobThreads<Job, Answer> {
  const { places, placesForGuests = places } = options;
  const gate = createFairGate({ places, placesForGuests, placesOf: () => places });
  const idle = new Set<Worker>();

  async function take(): Promise<Worker> {
    const [kept] = idle;
    if (kept === undefined) return await start(options, (ended) => idle.delete(ended));
    idle.delete(kept);
    kept.ref();
    return kept;
  }

  function keep(worker: Worker): void {
    worker.unref();
    idle.add(worker);
  }

  return {
    async run(job, { person, signal }) {
      using _place = await gate.enter(person, signal);
      const worker = await take();
      let isGood = false;
      try {
        const said = await askThread<Job, Answer>(worker, job, signal, options);
        isGood = true;
        if ('error' in said) throw said.error;
        return said.answer;
      } finally {
        if (isGood) keep(worker);
        else await worker.terminate();
      }
    },
  };
}

/** A thread that has loaded what it needs: from then on its job's time counts. */
function start({ module, heapMiB }: JobThreadsOptions, onEnd: (ended: Worker) => void): Promise<Worker> {
  const worker = new Worker(module, {
    ...(heapMiB === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMiB } }),
    stdout: true,
    stderr: true,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      onEnd(worker);
      reject(endedWith(code));
    });
  });
}

/** What the thread says to the job. @throws JobTooLarge, the signal's reason, or what ended the thread */
function askThread<Job, Answer>(
  worker: Worker,
  job: Job,
  signal: AbortSignal,
  { deadlineMs }: JobThreadsOptions,
): Promise<Outcome<Answer>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (settle: () => void) => {
      over.abort();
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const onMessage = (said: Outcome<Answer>) => end(() => resolve(said));
    const onError = (error: Error & { code?: string }) =>
      end(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new JobTooLarge('memory') : error));
    const onExit = (code: number) => end(() => reject(endedWith(code)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal.addEventListener('abort', () => end(() => reject(signal.reason)), { signal: over.signal });
    if (deadlineMs !== undefined) {
      const late = setTimeout(() => end(() => reject(new JobTooLarge('time'))), deadlineMs);
      over.signal.addEventListener('abort', () => clearTimeout(late));
    }
    worker.postMessage(job);
  });
}

function endedWith(code: number): Error {
  return new Error(`the thread ended with code ${code}`);
}
