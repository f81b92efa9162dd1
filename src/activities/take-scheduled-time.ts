/**
 * A time of a schedule has come (H7, docs/people.md): its message is sent as a person's is. Idempotent: one statement decides and
 * writes down what comes of a time, once.
 */
import { ApplicationFailure } from '@temporalio/common';
import { findSchedule, takeTime } from '../db/scheduled-times.ts';
import { titleFrom } from '../domain/work-title.ts';
import { framed } from './activity-frame.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ScheduledTimeInput } from './types.ts';

export function takeScheduledTime(deps: ActivityDependencies) {
  return (input: ScheduledTimeInput): Promise<void> =>
    framed(deps, { workId: input.workId, turn: () => null }, () => take(deps, input));
}

async function take(
  { db, temporal, limits, log }: ActivityDependencies,
  { workId, scheduleId, version, firesAt }: ScheduledTimeInput,
): Promise<void> {
  const schedule = await findSchedule(db, scheduleId);
  const taken =
    schedule === undefined
      ? ({ kind: 'gone' } as const)
      : await takeTime(db, schedule, {
          ...{ version, firesAt: new Date(firesAt), title: titleFrom(schedule.text) },
          ...limits.messages,
        });
  log.info({ workId, scheduleId, firesAt, ...taken }, 'a time of a schedule has come');
  switch (taken.kind) {
    case 'sent':
      return await temporal.wake({ workId: taken.workId, ownerId: taken.ownerId });
    // Whoever created it in Temporal was slower than who deleted it.
    case 'gone':
      return await temporal.forgetSchedule(scheduleId);
    case 'limited':
      throw ApplicationFailure.create({
        message: 'its person sends too many messages',
        type: 'limited',
        nextRetryDelay: Math.ceil(taken.retryAfter * 1000),
      });
    default:
      return;
  }
}
