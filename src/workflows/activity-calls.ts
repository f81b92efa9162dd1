/** The activities as workflows call them: their time limits, retries, and what Temporal's UI says of each. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { Activities, CodeActivities } from '../activities/types.ts';
import { CODE_QUEUE, WORK_QUEUE } from './messages.ts';

// Infrastructure failures are retried for as long as they last: the activity itself says when it is over.
const retry: RetryPolicy = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' };

// Heartbeats are the second net; a dead worker is noticed sooner by its lock (R9). A cancelled activity is not
// waited for: whoever cancels raises the fence in Postgres next.
const options: ActivityOptions = {
  startToCloseTimeout: '2h',
  heartbeatTimeout: '10s',
  retry,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

/** The activities of the Work's own queue; `summary` is what Temporal's UI shows of this one. */
export function activities(summary: string) {
  return proxyActivities<Activities>({ ...options, taskQueue: WORK_QUEUE, summary });
}

/** The activities of the queue for code runs. */
export function codeActivities(summary: string) {
  return proxyActivities<CodeActivities>({ ...options, taskQueue: CODE_QUEUE, summary });
}
