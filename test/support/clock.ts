/**
 * The clock of a test's database (src/db/functions/clock.sql), which can be moved on: grace periods are let pass, not
 * waited for. It is moved by another function in the place of pa_now, for everybody who uses that database.
 */
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import { until } from './until.ts';

/** Moves the clock on by an interval as Postgres reads it, such as `40 days`; from then on it goes on as before. */
export async function advanceClock(db: Database, by: string): Promise<void> {
  const { rows } = await sql<{ ahead: string }>`
    select (pa_now() - clock_timestamp() + ${by}::interval)::text as ahead`.execute(db);
  await sql`create or replace function pa_now() returns timestamptz
    language sql volatile parallel safe as ${sql.lit(`select clock_timestamp() + interval '${rows[0]?.ahead}'`)}`.execute(
    db,
  );
}

/** Less than a lease lasts, with what a worker may be late by. */
const STEP_SECONDS = 2;

/**
 * The same where workers live, which renew their leases all the while. Those with the ids `asleep` do not.
 */
export async function advanceClockOfWorkers(
  db: Database,
  seconds: number,
  asleep: readonly string[] = [],
): Promise<void> {
  for (let left = seconds; left > 0; left -= STEP_SECONDS) {
    await advanceClock(db, `${Math.min(left, STEP_SECONDS)} seconds`);
    const { rows } = await sql<{ at: string }>`select pa_now()::text as at`.execute(db);
    await until(async () => {
      const { rows: late } = await sql<{ id: string }>`
        select id from workers where renewed_at < ${rows[0]?.at}::timestamptz`.execute(db);
      return late.every(({ id }) => asleep.includes(id));
    }, 'the workers had renewed their leases');
  }
}

/** Seconds after Postgres came up in which nobody is taken for dead: see worker_alive in src/db/functions/workers.sql. */
const GRACE_SECONDS = 5.1;

/** Resolves once Postgres is up for longer than its grace, by the clock that was moved on for it. */
export async function postgresGraceOver(db: Database): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from pa_now() - up_since())::double precision as seconds`.execute(db);
  await advanceClockOfWorkers(db, GRACE_SECONDS - (rows[0]?.seconds ?? 0));
}
