/** What every activity has in common with Temporal: heartbeats, its ids, and which failures are tried again. */
import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import type { Holder } from '../db/claims.ts';
import { isUnavailable } from '../db/unavailable.ts';
import { SandboxUnavailable } from '../sandbox/types.ts';
import { WorkspacesAway } from '../workspace/reach-workspace.ts';
import { AttemptEnded } from './claims/attempt-ended.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { FAILURE } from './types.ts';

const HEARTBEAT_MS = 2_000;

/** How often something unexpected is tried again before the turn fails. */
const UNEXPECTED_TRIES = 5;

/** What an activity's heartbeats carry to its next attempt: how many attempts failed unexpectedly. */
interface Beat {
  unexpected: number;
}

/** Which activity this is, for whoever holds a claim for it. */
export function thisActivity(): Omit<Holder, 'workerId'> {
  const { workflowExecution, activityId } = activityInfo();
  return { workflowId: workflowExecution?.workflowId ?? '', activityId };
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
  // Temporal's own count of attempts includes waits for the model and workers' deaths, which are nobody's error.
  const { unexpected } = (activityInfo().heartbeatDetails ?? { unexpected: 0 }) as Beat;
  const beat = setInterval(() => heartbeat({ unexpected } satisfies Beat), HEARTBEAT_MS);
  try {
    return await body();
  } catch (error) {
    const failure = failureOf(deps, { workId: input.workId, turn: input.turn() }, error, unexpected);
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
  unexpected: number,
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
  if (isAway(error)) return ApplicationFailure.retryable('a dependency did not answer', 'unavailable');
  const tries = unexpected + 1;
  if (tries >= UNEXPECTED_TRIES && of.turn !== null) {
    return ApplicationFailure.nonRetryable('an unexpected error', FAILURE.stepFailed, of.turn);
  }
  heartbeat({ unexpected: tries } satisfies Beat);
  return ApplicationFailure.retryable('an unexpected error', 'internal_error');
}

/** Whether what failed is a part of the system that comes back: the same may succeed later, on this worker or another. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) || error instanceof WorkspacesAway || error instanceof SandboxUnavailable;
}
