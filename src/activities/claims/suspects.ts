/**
 * Claims whose worker came down by itself while it held them. One of them may have been the reason, most were not: so
 * they begin one at a time here, and a further crash counts against the one that was beginning (died_with_worker in
 * src/db/functions/claims.sql).
 */

import { beginAlone } from '../../db/claims.ts';
import type { Database } from '../../db/database.ts';
import { persist } from '../../db/unavailable.ts';
import { createFairGate, type Person } from '../../threads/fair-gate.ts';

export interface ClaimOfSuspect {
  workId: string;
  key: string;
  attempt: number;
  person: Person;
  /** How many workers came down by themselves at it. */
  crashes: number;
}

export interface Suspects {
  /**
   * Runs `body`; that of a suspect alone, until it says that it has `begun`, or ends, or has run for long enough.
   * @throws the signal's reason when it is aborted before the body's turn
   */
  run<T>(claim: ClaimOfSuspect, signal: AbortSignal, body: (begun: () => void) => Promise<T>): Promise<T>;
}

/** Twice what the watchdog needs to end a process that stands still: who runs for so long keeps no others waiting. */
const ALONE_AT_MOST_MS = 20_000;

export function createSuspects(db: Database, onFailure: (workId: string, error: unknown) => void): Suspects {
  const gate = createFairGate({ places: 1, placesForGuests: 1, placesOf: () => 1 });
  return {
    async run(claim, signal, body) {
      if (claim.crashes === 0) return await body(() => {});
      const place = await gate.enter(claim.person, signal);
      let isAlone = true;
      const begun = () => {
        if (!isAlone) return;
        isAlone = false;
        clearTimeout(late);
        beginAlone(db, claim, false)
          .catch((error: unknown) => onFailure(claim.workId, error))
          .finally(() => place[Symbol.dispose]());
      };
      const late = setTimeout(begun, ALONE_AT_MOST_MS);
      try {
        await persist(() => beginAlone(db, claim, true));
        return await body(begun);
      } finally {
        begun();
      }
    },
  };
}
