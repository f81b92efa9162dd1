/**
 * A dead worker's activities are failed at once, so that their next attempt starts (R9). Those that it had claimed
 * are in Postgres. One that it was given and had not claimed yet is known to Temporal alone, by the worker's
 * identity: it is looked for where something is to be done and nobody alive is at it, so that no activity pays for
 * this with a round trip of its own.
 */
import { ActivityNotFoundError, type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Database } from '../db/database.ts';
import { runningExports } from '../db/exports.ts';
import { runningVerifications } from '../db/verifications.ts';
import { agentsNobodyIsAt, collectDeadWorkers, type LostActivity, registeredOf } from '../db/workers.ts';
import {
  codeWorkflowIdOf,
  exportWorkflowIdOf,
  verifyWorkflowIdOf,
  workflowIdOf,
} from '../domain/work-names.ts';
import type { Job } from './job.ts';

export interface DeadWorkersDependencies {
  db: Database;
  client: Client;
  log: { info(fields: object, message: string): void };
  /** Told, at each look, of the workers that live; absent: nobody asks. */
  onAlive?: ((workerIds: string[]) => void) | undefined;
}

/** How often the lock of each worker is tried; the delay of noticing a death. */
const EVERY_MS = 250;

/**
 * Temporal hands tasks to a connection whose end it has not seen: of a process that was killed for a moment; of one that
 * is suspended or cut off until its own pings (`frontend.keepAliveTime`) went unanswered, which is 70 s where nobody has
 * set it, as in Temporal Cloud. So it is asked again: often at first, then now and then.
 */
const ASK_AGAIN_MS = 500;
const ASK_OFTEN_FOR_MS = 3_000;
const ASK_LATER_MS = 5_000;
const ASK_FOR_MS = 90_000;

/** Workflows that are asked about at a time. */
const ASKED_AT_ONCE = 8;

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

/** Who a worker process is to Temporal: by its id its activities are told from others'. */
export function workerIdentity(workerId: string): string {
  return `${workerId}@${process.pid}`;
}

export function deadWorkersJob(deps: DeadWorkersDependencies): Job {
  /** The dead of late, with the time when each was noticed. */
  const dead = new Map<string, number>();
  let askAt = 0;

  return {
    name: 'dead workers',
    everyMs: EVERY_MS,
    async run() {
      const { workerIds, activities, alive } = await collectDeadWorkers(deps.db);
      deps.onAlive?.(alive);
      const now = performance.now();
      for (const id of workerIds) dead.set(id, now);
      await failAll(deps, activities);
      for (const [id, since] of dead) if (now - since > ASK_FOR_MS) dead.delete(id);
      if (dead.size === 0 || (workerIds.length === 0 && now < askAt)) return;
      const latest = Math.max(...dead.values());
      askAt = now + (now - latest < ASK_OFTEN_FOR_MS ? ASK_AGAIN_MS : ASK_LATER_MS);
      // One that was only taken for dead has a row again, and may have been given new work.
      for (const id of await registeredOf(deps.db, [...dead.keys()])) dead.delete(id);
      await failAll(deps, await unclaimedActivities(deps, [...dead.keys()]));
    },
  };
}

/** Tries all of them whatever becomes of one. @throws AggregateError; heartbeats are the second net (R9) */
async function failAll(deps: DeadWorkersDependencies, activities: LostActivity[]): Promise<void> {
  const ends = await Promise.allSettled(activities.map((activity) => fail(deps, activity)));
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, 'activities of a dead worker could not be failed');
}

async function fail({ client, log }: DeadWorkersDependencies, activity: LostActivity): Promise<void> {
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

/** What Temporal believes to be with these workers, of the workflows that nobody alive is at, of exports and of verifications. */
async function unclaimedActivities(
  { db, client }: DeadWorkersDependencies,
  workerIds: string[],
): Promise<LostActivity[]> {
  if (workerIds.length === 0) return [];
  const { works, codeAgents } = await agentsNobodyIsAt(db);
  const exports = await runningExports(db);
  const waiting = [
    ...works.map(workflowIdOf),
    ...codeAgents.map(codeWorkflowIdOf),
    ...exports.map(exportWorkflowIdOf),
    ...(await runningVerifications(db)).map(verifyWorkflowIdOf),
  ];
  const found: LostActivity[] = [];
  await Promise.all(
    Array.from({ length: ASKED_AT_ONCE }, async () => {
      for (let workflowId = waiting.pop(); workflowId !== undefined; workflowId = waiting.pop()) {
        for (const { activityId, workerId } of await startedActivities(client, workflowId)) {
          if (workerIds.includes(workerId)) found.push({ workflowId, activityId });
        }
      }
    }),
  );
  return found;
}

/** The activities of a workflow that some worker was given, each with that worker's id. */
async function startedActivities(
  client: Client,
  workflowId: string,
): Promise<{ activityId: string; workerId: string }[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? [])
      .filter(({ state }) => state === PENDING_ACTIVITY_STATE_STARTED)
      .map(({ activityId, lastWorkerIdentity }) => ({
        activityId: activityId ?? '',
        workerId: (lastWorkerIdentity ?? '').split('@')[0] ?? '',
      }));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}
