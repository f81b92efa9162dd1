/** What the system itself does with schedules (H7); the rules are in functions/schedules.sql. */
import { sql } from 'kysely';
import { CATCH_UP_HOURS, type RunReason, timesOf } from '../domain/schedules/schedule.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { turnShares } from './post-message.ts';
import type { Quotas } from './quotas.ts';
import { storableText } from './storable.ts';

/** A schedule as it is told to Temporal. */
export interface ScheduleState {
  id: string;
  workId: string;
  text: string;
  cron: string;
  timeZone: string;
  paused: boolean;
  deleted: boolean;
  /** Counts the changes that Temporal has to know. */
  version: number;
  /** From here on times may have passed that Temporal did not know of. */
  since: Date;
}

const STATE = sql`id, work_id as "workId", text, cron, time_zone as "timeZone", paused, deleted_at is not null as deleted,
  version, since`;

/** How long one who tells Temporal has for it, before another does; and how long a time may stay out. */
const LEASE = '30 seconds';
const OVERDUE = '20 seconds';
const LATE = `${CATCH_UP_HOURS} hours`;

export async function findSchedule(db: Database, id: string): Promise<ScheduleState | undefined> {
  const { rows } = await sql<ScheduleState>`select ${STATE} from schedules where id = ${id}::uuid`.execute(
    db,
  );
  return rows[0];
}

export type TimeTaken =
  /** Now, or when this time was told before. */
  | { kind: 'sent'; workId: string; ownerId: string }
  | { kind: 'skipped' | 'refused' | 'missed'; why: RunReason }
  /** Not yet: to be told again in `retryAfter` seconds. */
  | { kind: 'limited'; retryAfter: number }
  /** It was changed or paused since: Temporal is told so again. */
  | { kind: 'stale' }
  /** It was deleted, or its Work was. */
  | { kind: 'gone' }
  /** It is none of its times, as where a change of the clocks repeats an hour and Temporal takes both. */
  | { kind: 'unplanned' };

/** A time of it has come, by the state `version`: once for each time something comes of it. */
export async function takeTime(
  db: Database,
  schedule: ScheduleState,
  time: { version: number; firesAt: Date; title: string; perMinute: number; quotas: Quotas },
): Promise<TimeTaken> {
  const planned = timesOf(schedule, time.firesAt.getTime() - 1, 1);
  if (planned[0] !== time.firesAt.getTime()) return { kind: 'unplanned' };
  const next = nextOf(schedule, Math.max(Date.now(), time.firesAt.getTime()));
  return await call<TimeTaken>(
    db,
    sql`take_scheduled_time(${schedule.id}::uuid, ${time.version}::integer, ${time.firesAt}::timestamptz, ${next}::timestamptz,
      ${LATE}::interval, ${storableText(time.title)}::text, ${time.perMinute}::integer, ${turnShares(time.quotas)})`,
  );
}

/** Schedules that Temporal does not know as they are, or that did not come when they should have: the caller's to tell. */
export async function takeUntoldSchedules(db: Database, most: number): Promise<ScheduleState[]> {
  const { rows } = await sql<ScheduleState>`
    select ${STATE} from take_untold_schedules(${most}::integer, ${LEASE}::interval, ${OVERDUE}::interval,
      ${LATE}::interval)`.execute(db);
  return rows;
}

/** Temporal knows it now as it was in that state. */
export async function noteTold(db: Database, schedule: ScheduleState): Promise<void> {
  const next = nextOf(schedule, untoldFrom(schedule, Date.now()));
  await sql`
    select told_schedule(${schedule.id}::uuid, ${schedule.version}::integer, ${next}::timestamptz)`.execute(
    db,
  );
}

/** From when on its times are still to be taken, in milliseconds: since Temporal may not have known it, if not too long ago. */
export function untoldFrom({ since }: Pick<ScheduleState, 'since'>, now: number): number {
  return Math.max(since.getTime(), now - CATCH_UP_HOURS * 3_600_000);
}

/** Removes the row of one that was deleted, once Temporal has forgotten it. */
export async function removeSchedule(db: Database, id: string): Promise<void> {
  await db.deleteFrom('schedules').where('id', '=', id).where('deleted_at', 'is not', null).execute();
}

/** When it comes next after a time in milliseconds; null: never, as while it is paused. */
export function nextOf(
  schedule: { cron: string; timeZone: string; paused: boolean },
  after: number,
): Date | null {
  const [next] = schedule.paused ? [] : timesOf(schedule, after, 1);
  return next === undefined ? null : new Date(next);
}
