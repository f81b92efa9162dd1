/**
 * Schedules in Temporal (H7). They follow the rows in Postgres: whoever tells of a state may tell of it again, and what one of
 * an older state starts comes to nothing.
 */
import {
  type Client,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Cron } from '../domain/schedules/cron.ts';
import type { ScheduleTimes } from '../domain/schedules/next-times.ts';
import { CATCH_UP_HOURS, type ScheduledTime } from '../domain/schedules/schedule.ts';
import { temporalScheduleIdOf } from '../domain/work-names.ts';
import { SCHEDULED_TIME_WORKFLOW, WORK_QUEUE } from '../workflows/messages.ts';

export interface ToldSchedule {
  id: string;
  workId: string;
  version: number;
  times: ScheduleTimes;
  paused: boolean;
}

/**
 * Makes Temporal's schedule what it is to be, whether there is one or not, and has it take the times of a period that it may
 * have missed; undefined: it missed none.
 */
export async function tellSchedule(
  client: Client,
  schedule: ToldSchedule,
  missed: { start: Date; end: Date } | undefined,
): Promise<void> {
  const options = optionsOf(schedule);
  const handle = client.schedule.getHandle(options.scheduleId);
  try {
    await handle.update(() => options);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create(options);
  }
  if (missed !== undefined) await handle.backfill({ ...missed, overlap: ScheduleOverlapPolicy.ALLOW_ALL });
}

/** Ends it; where there is none, there is nothing to end. */
export async function forgetSchedule(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(temporalScheduleIdOf(id)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

function optionsOf({ id, workId, version, times, paused }: ToldSchedule) {
  const input: ScheduledTime = { workId, scheduleId: id, version };
  return {
    scheduleId: temporalScheduleIdOf(id),
    spec: specOf(times),
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_TIME_WORKFLOW,
      workflowId: temporalScheduleIdOf(id),
      taskQueue: WORK_QUEUE,
      args: [input],
      workflowTaskTimeout: '3s',
      staticSummary: 'PaperAgent schedule',
    },
    // What overlaps is the Work's to decide, under its row's lock: such a workflow is over in a moment.
    policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: `${CATCH_UP_HOURS}h` },
    state: { paused },
  } as const satisfies ScheduleOptions;
}

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

/** Of one of Temporal's calendars all fields must match: where both kinds of day are named, each has its own. */
function specOf({ cron, timeZone }: ScheduleTimes): ScheduleSpec {
  const { days, weekdays } = cron;
  const named = [
    ...(days === null ? [] : [{ dayOfMonth: days }]),
    ...(weekdays === null ? [] : [{ dayOfWeek: weekdays.flatMap((day) => WEEKDAYS[day] ?? []) }]),
  ];
  const calendars = (named.length === 0 ? [{}] : named).map((dates) => ({ ...timeOfDay(cron), ...dates }));
  return { calendars, timezone: timeZone };
}

function timeOfDay({ minute, hours, months }: Cron) {
  return { minute, hour: hours, month: months.flatMap((month) => MONTHS[month - 1] ?? []) };
}
