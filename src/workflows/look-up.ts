/** References of a Work that a person has looked up (O6): an activity that the next worker goes on with where its own dies. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities, LookUpInput } from '../activities/types.ts';
import { WORK_QUEUE } from './messages.ts';

const { lookUpBibliography } = proxyActivities<Pick<Activities, 'lookUpBibliography'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '15m',
  heartbeatTimeout: '30s',
  // What was found out by then is kept: the next attempt, or the next order, asks for the rest.
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumInterval: '1m', maximumAttempts: 5 },
  summary: 'look the references up',
});

export async function lookUpWork(input: LookUpInput): Promise<void> {
  await lookUpBibliography(input);
}
