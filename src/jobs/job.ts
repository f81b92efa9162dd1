/** A process's recurring duties: each by itself, never twice at once, its failure logged and tried again. */

export interface Duty {
  name: string;
  everyMs: number;
  /** Also when the process starts, for what the one before it left. */
  atStart?: true;
  run: () => Promise<void>;
}

export interface Sweeper {
  /** Stops, and waits for the duty that is under way. */
  stop(): Promise<void>;
}

/** Begins the duties; the first round of each comes after its interval, or at once. */
export function startSweeper(duties: Duty[], onFailure: (duty: string, error: unknown) => void): Sweeper {
  let stopped = false;
  const loops = duties.map((duty) => {
    let timer: NodeJS.Timeout | undefined;
    let running = Promise.resolve();
    const next = (afterMs = duty.everyMs) => {
      timer = setTimeout(() => {
        running = duty
          .run()
          .catch((error: unknown) => onFailure(duty.name, error))
          .finally(() => {
            if (!stopped) next();
          });
      }, afterMs);
    };
    next(duty.atStart ? 0 : duty.everyMs);
    return async () => {
      clearTimeout(timer);
      await running;
    };
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(loops.map((end) => end()));
    },
  };
}
