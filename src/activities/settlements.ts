/** Claims of other workers that something here waits for; Postgres tells when one has settled. */

export interface Settlements {
  /** Resolves when the claim settles. Dispose of it when it is no longer waited for. */
  expect(workId: string, key: string): { settled: Promise<void> } & Disposable;
  /** Told by Postgres: `workId` and `key`, with a colon between them. */
  onSettled(payload: string): void;
}

export function createSettlements(): Settlements {
  const waiting = new Map<string, Set<() => void>>();
  return {
    expect(workId, key) {
      const name = `${workId}:${key}`;
      const { promise, resolve } = Promise.withResolvers<void>();
      const others = waiting.get(name) ?? new Set();
      waiting.set(name, others.add(resolve));
      return {
        settled: promise,
        [Symbol.dispose]() {
          others.delete(resolve);
          if (others.size === 0 && waiting.get(name) === others) waiting.delete(name);
        },
      };
    },
    onSettled(payload) {
      for (const resolve of waiting.get(payload) ?? []) resolve();
    },
  };
}
