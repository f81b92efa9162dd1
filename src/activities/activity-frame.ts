/** What every activity has in common with Temporal: heartbeats, its ids, and which failures are tried again. */
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import { awaitClaim, type Claimant, releaseClaim } from '../db/turns.ts';
import { isUnavailable } from '../db/unavailable.ts';
import { AttemptEnded } from './attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { FAILURE } from './types.ts';

const HEARTBEAT_MS = 2_000;

/** How often a claim that is waited for is looked at: nobody tells that its worker died. */
const LOOK_MS = 200;

/** How often something unexpected is tried again before the turn fails. */
const UNEXPECTED_TRIES = 5;

/** Who this activity is, for a claim. */
export function claimant(deps: ActivityDependencies): Claimant {
  const { workflowExecution, activityId } = activityInfo();
  return { workerId: deps.workerId, workflowId: workflowExecution?.workflowId ?? '', activityId };
}

/** Who has begun something before the activity that will ask for it has come (see go-ahead.ts). */
export function ahead(deps: ActivityDependencies): Claimant {
  return { workerId: deps.workerId, workflowId: '', activityId: '' };
}

/**
 * Runs an activity's body with heartbeats. An infrastructure failure is retried by Temporal for as long as it
 * lasts; something unexpected a few times, then it fails the turn. Failures tell Temporal a code, never content
 * (R1): the log has the rest.
 */
export async function framed<T>(
  deps: ActivityDependencies,
  input: { workId: string; turn: () => number | null },
  body: () => Promise<T>,
): Promise<T> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_MS);
  try {
    return await body();
  } catch (error) {
    const failure = failureOf(deps, { workId: input.workId, turn: input.turn() }, error);
    // Its stack names this machine's folders: the log has it, Temporal's history does not (R1).
    failure.stack = '';
    throw failure;
  } finally {
    clearInterval(beat);
  }
}

/** What Temporal is told of whatever went wrong. */
function failureOf(
  deps: ActivityDependencies,
  of: { workId: string; turn: number | null },
  error: unknown,
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof AttemptEnded) {
    // Another worker may go on at once, however often this activity has been tried.
    return ApplicationFailure.create({
      message: 'the attempt ended',
      type: `attempt_${error.why}`,
      nextRetryDelay: 1,
    });
  }
  const { activityType, attempt } = activityInfo();
  deps.log.error({ ...of, activity: activityType, attempt, err: error }, 'an activity failed');
  if (isUnavailable(error)) return ApplicationFailure.retryable('a dependency did not answer', 'unavailable');
  if (attempt >= UNEXPECTED_TRIES && of.turn !== null) {
    return ApplicationFailure.nonRetryable('an unexpected error', FAILURE.stepFailed, of.turn);
  }
  return ApplicationFailure.retryable('an unexpected error', 'internal_error');
}

/**
 * Waits until the attempt that holds a claim may have ended: here when it settles, elsewhere a moment. A claim of
 * this very worker that no attempt here stands for was left behind, and is given up.
 */
export async function waitForHolder(
  deps: ActivityDependencies,
  claim: { workId: string; key: string; worker: string; attempt: number },
): Promise<void> {
  using told = deps.settlements.expect(claim.workId, claim.key);
  const settled = () => deps.attempts.settled(claim.workId, claim.key);
  if (!(await awaitClaim(deps.db, claim, claimant(deps)))) return;
  if (settled() === undefined) await Promise.race([told.settled, delay(LOOK_MS)]);
  // What has just been claimed here may not have begun when its claim was seen: only the second look counts.
  if (settled() !== undefined) await settled();
  else if (claim.worker === deps.workerId) await releaseClaim(deps.db, claim);
}
