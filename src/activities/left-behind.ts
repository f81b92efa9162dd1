/**
 * Claims of this worker that no attempt here stands for: what claimed them never heard that it had them, for the
 * answer was lost with its connection. Whoever waits for such a claim would wait for as long as this worker lives.
 */
import { releaseClaim } from '../db/turns.ts';
import { claimsOfWorker } from '../db/workers.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * Gives up, each time it is called, the claims that had no attempt at the call before either: one that was given
 * just now may not have begun. Call it at intervals that no answer of the database takes on its way.
 */
export function createLeftBehind(
  deps: Pick<ActivityDependencies, 'db' | 'attempts' | 'workerId' | 'log'>,
): () => Promise<void> {
  let suspects = new Set<string>();
  return async () => {
    const alone = (await claimsOfWorker(deps.db, deps.workerId)).filter(
      ({ workId, key }) => deps.attempts.settled(workId, key) === undefined,
    );
    const nameOf = ({ workId, key, attempt }: (typeof alone)[number]) => `${workId} ${key} ${attempt}`;
    for (const claim of alone.filter((found) => suspects.has(nameOf(found)))) {
      deps.log.warn({ ...claim }, 'a claim was left behind here; it is given up');
      await releaseClaim(deps.db, claim);
    }
    suspects = new Set(alone.map(nameOf));
  };
}
