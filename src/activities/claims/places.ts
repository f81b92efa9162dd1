/** How an attempt begins: in a place of its person's share, told by the log, and alone where it is a suspect. */
import type { FairGate, Person } from '../../threads/fair-gate.ts';
import type { Log } from '../log.ts';
import type { Attempt } from './attempts.ts';
import type { Suspects } from './suspects.ts';

export interface Beginning {
  workId: string;
  turn: number;
  key: string;
  attempt: number;
  person: Person;
  crashes: number;
  /** Undefined: it needs no place. */
  gate: FairGate | undefined;
  /** Its run goes on outside this process already: it takes a place, and does not wait for one. */
  atOnce?: boolean;
}

/** Is told that the attempt waits (true), and that it does so no longer. */
export type OnWaiting = (waits: boolean) => void;

/** A shorter wait is not reported. */
const TOLD_AFTER_MS = 1_000;

/**
 * Runs `body` once there is a place for it, and holds that until it ends. The body calls `begun` when what may be
 * dangerous about its beginning is over.
 * @throws AttemptEnded where the attempt ended as it waited
 */
export async function inItsPlace<T>(
  { suspects, log }: { suspects: Suspects; log: Log },
  { gate, atOnce = false, ...claim }: Beginning,
  { signal }: Attempt,
  body: (begun: () => void) => Promise<T>,
  onWaiting: OnWaiting,
): Promise<T> {
  const { workId, turn, key, attempt, person, crashes } = claim;
  let isTold = false;
  const long = setTimeout(() => {
    isTold = true;
    onWaiting(true);
  }, TOLD_AFTER_MS);
  try {
    using _place = await gate?.enter(person, signal, { atOnce });
    return await suspects.run(claim, signal, (begun) => {
      clearTimeout(long);
      if (isTold) onWaiting(false);
      // Before anything else: where it brings this process down, the last lines say what it was at (SR-C1).
      log.info({ workId, turn, key, attempt, ...(crashes > 0 ? { crashes } : {}) }, 'an attempt begins');
      return body(begun);
    });
  } finally {
    clearTimeout(long);
  }
}
