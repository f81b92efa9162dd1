/** One export (P20): made by an activity that is tried again where a worker dies, and said to have failed in the end. */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities, ExportInput } from '../activities/types.ts';
import { WORK_QUEUE } from './messages.ts';

const { makeExport } = proxyActivities<Pick<Activities, 'makeExport'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '10m',
  // Some minutes: a conversation that no worker survives must not take one after the other for ever.
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumInterval: '1m', maximumAttempts: 8 },
  summary: 'make the file',
});

const { failExport } = proxyActivities<Pick<Activities, 'failExport'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '1m',
  summary: 'say that it failed',
});

export async function exportWork(input: ExportInput): Promise<void> {
  try {
    await makeExport(input);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await failExport(input);
  }
}
