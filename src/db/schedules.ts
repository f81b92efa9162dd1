/** Schedules of a person's Works (H7). Each query names the owner (A2). */
import { sql } from 'kysely';
import type { Overlap, RunOutcome, RunReason, Schedule } from '../domain/schedules/schedule.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson, type Quotas } from './quotas.ts';
import { nextOf } from './scheduled-times.ts';
import { storableText } from './storable.ts';

export interface ScheduleRow extends Schedule {
  createdAt: Date;
  last: ScheduleRun | null;
}

/** What came of one of its times. */
export interface ScheduleRun {
  /** The time itself; what came of it may have come later. */
  firesAt: string;
  outcome: RunOutcome;
  why: RunReason | null;
  /** Of its message, and the turn that it began; null where it began none, or not yet. */
  messageId: string | null;
  turn: number | null;
  /** How that turn stands: running, done, stopped or failed. */
  state: string | null;
}

export interface OwnWork {
  workId: string;
  ownerId: string;
}
export interface OwnSchedule extends OwnWork {
  id: string;
}

/** What came of a time, as JSON. */
const RUN = sql`jsonb_build_object('firesAt', iso_time(r.fires_at), 'outcome', r.outcome, 'why', r.why,
  'messageId', r.message_id, 'turn', m.turn, 'state', t.state)`;
const RUNS = sql`schedule_runs r left join messages m on m.work_id = s.work_id and m.id = r.message_id
  left join turns t on t.work_id = m.work_id and t.turn = m.turn`;
const ROW = sql`s.id, s.text, s.cron, s.time_zone as "timeZone", s.overlap, s.paused, s.created_at as "createdAt",
  (select ${RUN} from ${RUNS} where r.schedule_id = s.id order by r.fires_at desc limit 1) as last`;

function ownSchedules({ workId, ownerId }: OwnWork) {
  return sql`from schedules s join works w on w.id = s.work_id
    where w.id = ${workId}::uuid and w.owner_id = ${ownerId}::uuid and w.deleted_at is null and s.deleted_at is null`;
}

/** Those of a Work, the oldest first: never more than its person may have. */
export async function listSchedules(db: Database, own: OwnWork): Promise<ScheduleRow[]> {
  const { rows } = await sql<ScheduleRow>`
    select ${ROW} ${ownSchedules(own)} order by s.created_at, s.id`.execute(db);
  return rows;
}

async function findOwn(db: Database, own: OwnSchedule): Promise<ScheduleRow | undefined> {
  const { rows } = await sql<ScheduleRow>`
    select ${ROW} ${ownSchedules(own)} and s.id = ${own.id}::uuid`.execute(db);
  return rows[0];
}

/** What came of its times, the newest first; undefined where there is none of that id. */
export async function listRuns(db: Database, own: OwnSchedule): Promise<ScheduleRun[] | undefined> {
  const { rows } = await sql<{ runs: ScheduleRun[] }>`
    select coalesce((select jsonb_agg(${RUN} order by r.fires_at desc) from ${RUNS} where r.schedule_id = s.id), '[]') as runs
    ${ownSchedules(own)} and s.id = ${own.id}::uuid`.execute(db);
  return rows[0]?.runs;
}

/** Why there is none: there is no such Work, or its person has as many schedules as they may, whoever adds one meanwhile. */
export type ScheduleRefusal = 'not_found' | 'full' | 'guest';

export async function addSchedule(
  db: Database,
  own: OwnWork,
  schedule: Schedule,
  quotas: Quotas,
): Promise<ScheduleRow | ScheduleRefusal> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, own.ownerId);
    // Shared with nobody who deletes the Work: that one sees this schedule, or this one sees that there is no Work.
    const work = await held
      .selectFrom('works')
      .select('id')
      .where('id', '=', own.workId)
      .where('owner_id', '=', own.ownerId)
      .where('deleted_at', 'is', null)
      .forShare()
      .executeTakeFirst();
    if (person === undefined || work === undefined) return 'not_found';
    const { schedules: most } = person.guest ? quotas.guest : quotas.account;
    if (person.guest && most === 0) return 'guest';
    if ((await countOf(held, own.ownerId)) >= most) return 'full';
    const { timeZone, text, ...rest } = schedule;
    await held
      .insertInto('schedules')
      .values({
        ...rest,
        ...{ work_id: own.workId, text: storableText(text), time_zone: timeZone },
        ...{ created_at: databaseNow, since: databaseNow, next_at: nextOf(schedule, Date.now()) },
      })
      .execute();
    return (await findOwn(held, { ...own, id: schedule.id })) ?? 'not_found';
  });
}

async function countOf(db: Database, ownerId: string): Promise<number> {
  const { count } = await db
    .selectFrom('schedules')
    .innerJoin('works', 'works.id', 'schedules.work_id')
    .select((q) => q.fn.countAll<number>().as('count'))
    .where('works.owner_id', '=', ownerId)
    .where('works.deleted_at', 'is', null)
    .where('schedules.deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What is absent stays. */
export interface ScheduleChange {
  text?: string | undefined;
  cron?: string | undefined;
  timeZone?: string | undefined;
  overlap?: Overlap | undefined;
  paused?: boolean | undefined;
}

/**
 * Changes it from now on: what Temporal does by an older state is nothing. Undefined where there is none of that id.
 */
export async function changeSchedule(
  db: Database,
  own: OwnSchedule,
  change: ScheduleChange,
): Promise<ScheduleRow | undefined> {
  return await db.transaction().execute(async (held) => {
    await sql`select 1 ${ownSchedules(own)} and s.id = ${own.id}::uuid for update of s`.execute(held);
    const old = await findOwn(held, own);
    if (old === undefined) return undefined;
    const { text = old.text, cron = old.cron, overlap = old.overlap, paused = old.paused } = change;
    const timeZone = change.timeZone ?? old.timeZone;
    const comesAsBefore = cron === old.cron && timeZone === old.timeZone && paused === old.paused;
    await held
      .updateTable('schedules')
      .set({ text: storableText(text), overlap })
      .$if(!comesAsBefore, (query) =>
        query.set((at) => ({
          ...{ cron, time_zone: timeZone, paused, since: databaseNow, version: at('version', '+', 1) },
          next_at: nextOf({ cron, timeZone, paused }, Date.now()),
        })),
      )
      .where('id', '=', own.id)
      .execute();
    return await findOwn(held, own);
  });
}

/** Ends it at once; a job has Temporal forget it, and removes its row. False where there is none of that id. */
export async function deleteSchedule(db: Database, own: OwnSchedule): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update schedules set deleted_at = pa_now(), version = version + 1
    where id in (select s.id ${ownSchedules(own)} and s.id = ${own.id}::uuid)`.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}

/** The ids of all of a Work, for whoever ends it. */
export async function schedulesOf(db: Database, workId: string): Promise<string[]> {
  const rows = await db.selectFrom('schedules').select('id').where('work_id', '=', workId).execute();
  return rows.map(({ id }) => id);
}
