/**
 * What keeps every Work going whatever died (R9, life of a turn 2): a dead worker's activities are failed at once,
 * so that their next attempt starts; a Work that something waits for and nobody is at is woken. Every api and
 * worker process does this: the statements behind it give each finding to one of them.
 */

import { ActivityNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Database } from '../db/database.ts';
import { claimStalledWorks } from '../db/sweeps.ts';
import { collectDeadWorkers } from '../db/workers.ts';
import type { Duty } from './duties.ts';

export interface RecoveryDependencies {
  db: Database;
  client: Client;
  /** Wakes a Work's workflow, starting it where there is none. */
  wake: (work: { workId: string; ownerId: string }) => Promise<void>;
  /** Tells a workflow that a turn is to stop. */
  stop: (of: { workId: string; turn: number }) => Promise<void>;
  log: { info(fields: object, message: string): void };
}

/** How often the lock of each worker is tried; the delay of noticing a death. */
const DEAD_WORKERS_MS = 250;

export function recoveryDuties(deps: RecoveryDependencies): Duty[] {
  return [
    { name: 'dead workers', everyMs: DEAD_WORKERS_MS, run: () => failLostActivities(deps) },
    { name: 'stalled works', everyMs: 2_000, run: () => wakeStalledWorks(deps) },
  ];
}

async function failLostActivities({ db, client, log }: RecoveryDependencies): Promise<void> {
  for (const activity of await collectDeadWorkers(db)) {
    log.info({ ...activity }, 'a worker died; its activity is tried again');
    try {
      await client.activity.fail(
        activity,
        ApplicationFailure.create({ message: 'the worker died', type: 'worker_lost', nextRetryDelay: 1 }),
      );
    } catch (error) {
      // It ended, or was timed out and retried, in the meantime.
      if (!(error instanceof ActivityNotFoundError)) throw error;
    }
  }
}

async function wakeStalledWorks({ db, wake, stop, log }: RecoveryDependencies): Promise<void> {
  for (const work of await claimStalledWorks(db, { quietMs: 3_000, againMs: 10_000 })) {
    log.info({ workId: work.workId }, 'a work waits and nobody is at it: woken');
    await wake(work);
    if (work.stopTurn !== null) await stop({ workId: work.workId, turn: work.stopTurn });
  }
}
