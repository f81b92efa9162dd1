/** Who here waits for a claim that somebody else holds, and how they are told that it may be free. */

export interface ClaimWaiters {
  /** Resolves when the claim may have become free. Dispose of it when it is no longer waited for. */
  expect(workId: string, key: string): { told: Promise<void> } & Disposable;
  /** The claim has settled, or whoever held it is gone. */
  tell(workId: string, key: string): void;
  /** Notifications may have been missed, or the process is ending: all look again. */
  tellAll(): void;
}

export function createClaimWaiters(): ClaimWaiters {
  const waiting = new Map<string, Set<() => void>>();
  const nameOf = (workId: string, key: string) => `${workId}:${key}`;
  return {
    expect(workId, key) {
      const name = nameOf(workId, key);
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = waiting.get(name) ?? new Set();
      waiting.set(name, others.add(resolve));
      return {
        told: promise,
        [Symbol.dispose]() {
          others.delete(resolve);
          if (others.size === 0 && waiting.get(name) === others) waiting.delete(name);
        },
      };
    },
    tell(workId, key) {
      for (const resolve of waiting.get(nameOf(workId, key)) ?? []) resolve();
    },
    tellAll() {
      for (const others of waiting.values()) for (const resolve of others) resolve();
    },
  };
}
