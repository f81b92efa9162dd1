/**
 * One time of a schedule (H7), as Temporal's schedule starts it: an activity that is tried again for as long as what it needs is
 * away. What comes of it is decided and written down in Postgres, once a time.
 */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { ScheduledTime } from '../domain/schedules/schedule.ts';
import { WORK_QUEUE } from './messages.ts';

const { takeScheduledTime } = proxyActivities<Pick<Activities, 'takeScheduledTime'>>({
  taskQueue: WORK_QUEUE,
  startToCloseTimeout: '1m',
  // A worker that died costs this long: nobody waits before the page for it.
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' },
  summary: 'send the message',
});

/** The time for which Temporal's schedule started it, whenever that was: later where it was asleep. */
const PLANNED = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

export async function scheduledTime(of: ScheduledTime): Promise<void> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const firesAt = typedSearchAttributes.get(PLANNED) ?? startTime;
  await takeScheduledTime({ ...of, firesAt: firesAt.toISOString() });
}
