/**
 * Temporal's schedules are made what the rows say (H7): each that was changed since Temporal was told, and each that did not
 * come when it should have. What Temporal could not know of meanwhile is taken then, as far as it is not too late.
 */
import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import {
  noteTold,
  removeSchedule,
  type ScheduleState,
  takeUntoldSchedules,
  untoldFrom,
} from '../db/scheduled-times.ts';
import { parseCron } from '../domain/schedules/cron.ts';
import { timesOf } from '../domain/schedules/schedule.ts';
import { forgetSchedule, tellSchedule } from '../temporal/schedule-client.ts';
import type { Job } from './job.ts';

export interface SchedulesDependencies {
  db: Database;
  client: Client;
}

/** Schedules that one process tells Temporal of in a round. */
const AT_ONCE = 20;
/** Less than their lease: no two ever tell of one at a time. */
const TELL_MS = 10_000;

export function schedulesJob({ db, client }: SchedulesDependencies): Job {
  async function tell(schedule: ScheduleState): Promise<void> {
    if (schedule.deleted) {
      await forgetSchedule(client, schedule.id);
      return await removeSchedule(db, schedule.id);
    }
    const { id, workId, version, paused, timeZone } = schedule;
    const times = { cron: parseCron(schedule.cron), timeZone };
    await tellSchedule(client, { id, workId, version, paused, times }, missedOf(schedule, Date.now()));
    await noteTold(db, schedule);
  }

  return {
    name: 'schedules',
    everyMs: 2_000,
    async run() {
      const untold = await takeUntoldSchedules(db, AT_ONCE);
      const ends = await Promise.allSettled(
        untold.map((schedule) => client.withDeadline(Date.now() + TELL_MS, () => tell(schedule))),
      );
      const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, 'schedules that Temporal was not told of');
    },
  };
}

/** The period in which Temporal may have missed some of its times; undefined: there were none. */
export function missedOf(
  schedule: Pick<ScheduleState, 'cron' | 'timeZone' | 'paused' | 'since'>,
  now: number,
): { start: Date; end: Date } | undefined {
  if (schedule.paused) return undefined;
  const start = untoldFrom(schedule, now);
  const [first] = timesOf(schedule, start, 1);
  return first === undefined || first > now ? undefined : { start: new Date(start), end: new Date(now) };
}
