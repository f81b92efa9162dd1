/** What this process has begun ahead of the activities that will ask for it (eager-start.ts). */

export interface EagerStarts {
  /** From now on `begin` begins; before, and after `close`, it does nothing. */
  open(): void;
  /** Begins something for a Work; nobody waits for it. `isWanted` is false once the process is going away. */
  begin(workId: string, start: (isWanted: () => boolean) => Promise<void>): void;
  /** Begins no more, and resolves when those under way have settled. */
  close(): Promise<void>;
}

/** `onFailure` is for the log only: what went wrong is in the claim, where its activity finds it. */
export function createEagerStarts(onFailure: (workId: string, error: unknown) => void): EagerStarts {
  const running = new Set<Promise<void>>();
  let opened = false;
  return {
    open() {
      opened = true;
    },
    begin(workId, start) {
      if (!opened) return;
      const under: Promise<void> = start(() => opened)
        .catch((error: unknown) => onFailure(workId, error))
        .finally(() => running.delete(under));
      running.add(under);
    },
    async close() {
      opened = false;
      await Promise.all(running);
    },
  };
}
