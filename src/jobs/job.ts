/** What a process does on a clock: each job by itself, never twice at once, its failure logged and tried again. */

export interface Job {
  name: string;
  everyMs: number;
  /** Also when the process starts, for what the one before it left. */
  atStart?: true;
  run: () => Promise<void>;
  /** Ends what `run` began and did not wait for; nothing of it may be under way afterwards. */
  end?: () => Promise<void>;
}

export interface RunningJobs {
  /** Stops, and waits for what is under way. */
  stop(): Promise<void>;
}

/** Begins the jobs; the first round of each comes after its interval, or at once. */
export function startJobs(jobs: Job[], onFailure: (job: string, error: unknown) => void): RunningJobs {
  let stopped = false;
  const loops = jobs.map((job) => {
    let timer: NodeJS.Timeout | undefined;
    let running = Promise.resolve();
    const next = (afterMs = job.everyMs) => {
      timer = setTimeout(() => {
        running = job
          .run()
          .catch((error: unknown) => onFailure(job.name, error))
          .finally(() => {
            if (!stopped) next();
          });
      }, afterMs);
    };
    next(job.atStart ? 0 : job.everyMs);
    return async () => {
      clearTimeout(timer);
      await running;
      await job.end?.().catch((error: unknown) => onFailure(job.name, error));
    };
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(loops.map((end) => end()));
    },
  };
}
