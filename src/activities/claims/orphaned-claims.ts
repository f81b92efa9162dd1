/**
 * Claims of this worker that no attempt here stands for: what claimed them never heard that it had them, for the
 * answer was lost with its connection. Whoever waits for such a claim would wait for as long as this worker lives.
 */

/** One attempt at a claim. */
export interface OneClaim {
  workId: string;
  key: string;
  attempt: number;
}

/**
 * Finds, each time it is called, the claims that had no attempt here at the call before either: one that was given
 * just now may not have begun. Call it at intervals that no answer of the database takes on its way.
 */
export function createOrphanedClaims(
  held: () => Promise<OneClaim[]>,
  isRunning: (workId: string, key: string) => boolean,
): () => Promise<OneClaim[]> {
  const nameOf = ({ workId, key, attempt }: OneClaim) => `${workId} ${key} ${attempt}`;
  let suspects = new Set<string>();
  return async () => {
    const alone = (await held()).filter(({ workId, key }) => !isRunning(workId, key));
    const orphaned = alone.filter((claim) => suspects.has(nameOf(claim)));
    suspects = new Set(alone.map(nameOf));
    return orphaned;
  };
}
