/** Everybody who is connected for long, so that a server that goes away can tell them. */

export interface Viewers {
  /** Adds what ends one viewer; gives what takes it out again. */
  add(end: () => void): () => void;
  /** Ends all, and those that come later at once. */
  endAll(): void;
}

export function createViewers(): Viewers {
  const ends = new Set<() => void>();
  let over = false;
  return {
    add(end) {
      // Later, as it would be for the others: the caller has not finished setting up.
      if (over) queueMicrotask(end);
      else ends.add(end);
      return () => ends.delete(end);
    },
    endAll() {
      over = true;
      for (const end of ends) end();
      ends.clear();
    },
  };
}
