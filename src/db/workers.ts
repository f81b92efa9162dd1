/** Workers' leases: how others know that a worker lives, and what a dead one left behind (R4, R9). */
import { sql } from 'kysely';
import type pg from 'pg';
import type { Database } from './database.ts';

/** Writes a worker's row; its lease begins now. Gives the key of the advisory lock that it must hold. */
export async function registerWorker(
  db: Database,
  worker: { id: string; host: string; pid: number },
): Promise<number> {
  const row = await db
    .insertInto('workers')
    .values(worker)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ renewed_at: sql`clock_timestamp()` }))
    .returning('lock_key')
    .executeTakeFirstOrThrow();
  return row.lock_key;
}

/** Takes the worker's lock in this session, for as long as the session lasts. */
export async function holdWorkerLock(client: pg.Client, lockKey: number): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [lockKey]);
}

/** Renews a lease, by the database's clock. False where the row is gone: the worker was declared dead. */
export async function renewLease(db: Database, workerId: string): Promise<boolean> {
  const result = await db
    .updateTable('workers')
    .set({ renewed_at: sql`clock_timestamp()` })
    .where('id', '=', workerId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Removes a worker's row: it has ended in order and holds nothing. */
export async function removeWorker(db: Database, workerId: string): Promise<void> {
  await db.deleteFrom('workers').where('id', '=', workerId).execute();
}

/** An activity that a dead worker was at. */
export interface LostActivity {
  workflowId: string;
  activityId: string;
}

/**
 * Finds workers that are dead, removes their rows, and gives the activities they were at: those whose work was not
 * done, and those whose work was stored a moment ago, for its worker may have died before it told Temporal. Of many
 * processes that look at once, one gets each worker.
 */
export async function collectDeadWorkers(db: Database): Promise<LostActivity[]> {
  const { rows } = await sql<LostActivity>`
    with dead as (
      delete from workers where id in (
        select id from workers where not worker_alive(id) for update skip locked
      ) returning id
    )
    select distinct c.workflow_id as "workflowId", c.activity_id as "activityId"
    from claims c
    join dead on c.worker = dead.id
    join turns t on t.work_id = c.work_id and t.turn = c.turn
    where c.activity_id <> ''
      and (c.state = 'running'
           or (c.state = 'done'
               and (t.completed_at is null or t.completed_at > clock_timestamp() - interval '15 seconds')))`.execute(
    db,
  );
  return rows;
}
