/** What this process has begun ahead of the activities that will ask for it (see go-ahead.ts). */

export interface HeadStarts {
  /** From now on `begin` begins; before, and after `close`, it does nothing. */
  open(): void;
  /** Begins something for a Work; nobody waits for it. `isWanted` is false once the process is going away. */
  begin(workId: string, start: (isWanted: () => boolean) => Promise<void>): void;
  /** Begins no more, and resolves when those under way have settled. */
  close(): Promise<void>;
}

/**
 * At most `most` at a time: what is not begun here its activity begins, on a worker that has room. `onFailure` is for
 * the log only: what went wrong is in the claim, where its activity finds it.
 */
export function createHeadStarts(
  most: number,
  onFailure: (workId: string, error: unknown) => void,
): HeadStarts {
  const running = new Set<Promise<void>>();
  let opened = false;
  return {
    open() {
      opened = true;
    },
    begin(workId, start) {
      if (!opened || running.size >= most) return;
      const attempt: Promise<void> = start(() => opened)
        .catch((error: unknown) => onFailure(workId, error))
        .finally(() => running.delete(attempt));
      running.add(attempt);
    },
    async close() {
      opened = false;
      await Promise.all(running);
    },
  };
}
