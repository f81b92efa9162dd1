/**
 * What this process holds or waits for. A claim in Postgres says who does a model step or a tool call (docs/claims.md);
 * here is all that a worker does about claims, whatever they are of: ask for one, do what was claimed in a place of its
 * person's share, wait for whoever else holds it, start eagerly, be stopped or fenced, give up what was orphaned.
 */

import { onBehalfOf } from '../../db/askers.ts';
import { awaitClaim, type Holder, releaseClaim } from '../../db/claims.ts';
import type { Database } from '../../db/database.ts';
import { stoppedTurns } from '../../db/turns.ts';
import { claimsOfWorker } from '../../db/workers.ts';
import type { FairGate } from '../../threads/fair-gate.ts';
import type { Log } from '../log.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import { createClaimWaiters } from './claim-waiters.ts';
import { comesWithin } from './comes-within.ts';
import { createEagerStarts, type EagerStarts } from './eager-starts.ts';
import { createOrphanedClaims, type OneClaim } from './orphaned-claims.ts';
import { type Beginning, inItsPlace, type OnWaiting } from './places.ts';
import { createSuspects } from './suspects.ts';

/** How often a claim that is waited for is looked at without a notification, in case one was lost. */
const LOOK_MS = 5_000;

/** Something that is done once, whatever dies meanwhile: a model step, a tool call. */
export interface ClaimOf<R> {
  workId: string;
  /** Whoever does it needs a place of this; absent: it needs none. */
  gate?: FairGate | undefined;
  /** Asks Postgres for the claim. @throws what its activity is to fail with, where it cannot be done any more */
  ask(by: Holder): Promise<Asked<R>>;
}

export type Asked<R> =
  /** Nothing is to be done: it was, or it is not to be done any more. */
  { kind: 'settled'; result: R } | { kind: 'busy'; key: string; attempt: number } | Claimed<R>;

export interface Claimed<R> {
  kind: 'claimed';
  claim: Omit<Beginning, 'workId' | 'gate'>;
  run: Run<R>;
}

/**
 * Does what was claimed and stores what came of it; 'fenced' where another attempt has taken over. What may begin only
 * in a place goes through `inPlace`, which throws AttemptEnded where the attempt was ended as it waited for one.
 */
export type Run<R> = (attempt: Attempt, inPlace: InPlace) => Promise<R | 'fenced'>;
export type InPlace = <T>(body: (begun: () => void) => Promise<T>, onWaiting: OnWaiting) => Promise<T>;

export interface ClaimRunner {
  /** Does it, or waits for whoever does, until there is a result. @throws AttemptEnded as the process goes away */
  runOrWait<R>(of: ClaimOf<R>, activity: Omit<Holder, 'workerId'>): Promise<R>;
  /**
   * Does it where nobody is at it and there is a place for it; else, and where it was taken over: undefined. Where
   * somebody is at it and `isAwaited` says so, it waits for them.
   */
  tryOnce<R>(of: ClaimOf<R>, isAwaited?: () => boolean): Promise<R | undefined>;
  /** Begins something for an agent, ahead of the activities that will ask for it. */
  startEagerly: EagerStarts['begin'];
  /** Ends what runs here of a turn. */
  stop(workId: string, turn: number): void;
  /** Postgres told that a claim which somebody waits for has settled, or that its holder is gone. */
  settled(workId: string, key: string): void;
  /** Notifications may have been missed: whoever waits looks again, and stops are asked for. */
  catchUp(): Promise<void>;
  /** Gives up claims of this worker that no attempt here holds (orphaned-claims.ts); to be called each second. */
  giveUpOrphaned(): Promise<void>;
  /** From now on things are started eagerly. */
  open(): void;
  /**
   * Starts nothing eagerly any more, and gives what runs so many milliseconds before it is handed over to other
   * workers. Resolves when `others`, and all that was started eagerly, have ended.
   */
  close(graceMs: number, others: Promise<unknown>): Promise<void>;
}

export function createClaimRunner({
  db,
  workerId,
  log,
  lookMs = LOOK_MS,
}: {
  db: Database;
  workerId: string;
  log: Log;
  lookMs?: number;
}): ClaimRunner {
  const waiters = createClaimWaiters();
  const attempts = createAttempts(waiters.tell);
  const eagerStarts = createEagerStarts((workId, err) =>
    log.info({ workId, err }, 'what was started eagerly did not end'),
  );
  const suspects = createSuspects(db, (workId, err) =>
    log.warn({ workId, err }, 'that a suspect has begun could not be said'),
  );
  const orphaned = createOrphanedClaims(() => claimsOfWorker(db, workerId), attempts.isRunning);

  /** `entering` is told when the attempt asks for its place. */
  function attempt<R>(of: ClaimOf<R>, { claim, run }: Claimed<R>, entering = () => {}) {
    const beginning = { ...claim, workId: of.workId, gate: of.gate };
    return onBehalfOf(claim.person.id, () =>
      attempts.run(beginning, (running) =>
        run(running, (body, onWaiting) => {
          entering();
          return inItsPlace({ suspects, log }, beginning, running, body, onWaiting);
        }),
      ),
    );
  }

  /** Waits until the attempt that holds a claim may have ended: by a notification, or because a look finds it so. */
  async function waitForHolder(claim: OneClaim, by: Holder): Promise<void> {
    using waiter = waiters.expect(claim.workId, claim.key);
    attempts.throwIfShutDown();
    while (await awaitClaim(db, claim, by)) {
      if (await comesWithin(waiter.told, lookMs)) return;
    }
  }

  return {
    async runOrWait(of, activity) {
      const by = { workerId, ...activity };
      for (;;) {
        attempts.throwIfShutDown();
        const asked = await of.ask(by);
        switch (asked.kind) {
          case 'settled':
            return asked.result;
          case 'busy':
            await waitForHolder({ ...asked, workId: of.workId }, by);
            continue;
          case 'claimed': {
            const result = await attempt(of, asked);
            if (result !== 'fenced') return result;
          }
        }
      }
    },
    async tryOnce(of, isAwaited = () => false) {
      // The activity that will ask for it names itself then (await_claim).
      const nobody = { workerId, workflowId: '', activityId: '' };
      for (;;) {
        using place = of.gate?.reserve();
        if (of.gate !== undefined && place === undefined) return undefined;
        const asked = await of.ask(nobody);
        if (asked.kind === 'settled') return asked.result;
        if (asked.kind === 'claimed') {
          const result = await attempt(of, asked, () => place?.[Symbol.dispose]());
          return result === 'fenced' ? undefined : result;
        }
        if (!isAwaited()) return undefined;
        place?.[Symbol.dispose]();
        await waitForHolder({ ...asked, workId: of.workId }, nobody);
      }
    },
    startEagerly: eagerStarts.begin,
    stop: attempts.stop,
    settled: waiters.tell,
    async catchUp() {
      waiters.tellAll();
      for (const { workId, turn } of await stoppedTurns(db, attempts.turns())) attempts.stop(workId, turn);
    },
    async giveUpOrphaned() {
      for (const claim of await orphaned()) {
        log.warn({ ...claim }, 'a claim was orphaned here; it is given up');
        await releaseClaim(db, claim);
        waiters.tell(claim.workId, claim.key);
      }
    },
    open: eagerStarts.open,
    async close(graceMs, others) {
      const handOver = setTimeout(() => {
        attempts.shutdown();
        waiters.tellAll();
      }, graceMs);
      await Promise.all([others, eagerStarts.close()]).finally(() => clearTimeout(handOver));
    },
  };
}
