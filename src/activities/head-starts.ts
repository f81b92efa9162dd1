/** The first steps that this process has begun ahead of their activities (see startAhead in model-step.ts). */

export interface HeadStarts {
  /** From now on `begin` begins; before, and after `close`, it does nothing. */
  open(start: (workId: string) => Promise<void>): void;
  begin(workId: string): void;
  /** Begins no more, and resolves when those under way have settled. */
  close(): Promise<void>;
}

/** `onFailure` is for the log only: what went wrong is in the step's claim, where its activity finds it. */
export function createHeadStarts(onFailure: (workId: string, error: unknown) => void): HeadStarts {
  const running = new Set<Promise<void>>();
  let start: ((workId: string) => Promise<void>) | undefined;
  return {
    open(how) {
      start = how;
    },
    begin(workId) {
      if (start === undefined) return;
      const attempt: Promise<void> = start(workId)
        .catch((error: unknown) => onFailure(workId, error))
        .finally(() => running.delete(attempt));
      running.add(attempt);
    },
    async close() {
      start = undefined;
      await Promise.all(running);
    },
  };
}
