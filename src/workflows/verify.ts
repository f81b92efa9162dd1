/** One verification (P19): an activity that the next worker takes over where its own dies, and said to have failed in the end. */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities, VerifyInput } from '../activities/types.ts';
import { WORK_QUEUE } from './messages.ts';

const { makeAgain } = proxyActivities<Pick<Activities, 'makeAgain'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '2h',
  // A worker that was suspended is not waited for.
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumInterval: '1m', maximumAttempts: 8 },
  summary: 'make the runs again',
});

const { failVerification } = proxyActivities<Pick<Activities, 'failVerification'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '1m',
  summary: 'say that it failed',
});

export async function verifyWork(input: VerifyInput): Promise<void> {
  try {
    await makeAgain(input);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await failVerification(input);
  }
}
