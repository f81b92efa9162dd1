/** Workers' leases: how others know that a worker lives, and what a dead one left behind (R4, R9). */
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import type { ListeningSession, SessionConnection } from './listener.ts';

/** Writes a worker's row; its lease begins now. Gives the key of the advisory lock that it must hold. */
export async function registerWorker(
  db: Database,
  worker: { id: string; host: string; pid: number },
): Promise<number> {
  const row = await db
    .insertInto('workers')
    .values({ ...worker, started_at: databaseNow, renewed_at: databaseNow })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ renewed_at: databaseNow }))
    .returning('lock_key')
    .executeTakeFirstOrThrow();
  return row.lock_key;
}

/** Takes the worker's lock in this session, shared with its other one, for as long as the session lasts. */
export async function holdWorkerLock(
  connection: Pick<SessionConnection, 'query'>,
  lockKey: number,
): Promise<void> {
  await connection.query('select pg_advisory_lock_shared($1)', [lockKey]);
}

/**
 * Renews a lease, by the database's clock, in a session of the worker's own: the pool may be busy for longer than a
 * lease lasts. False where the row is gone: the worker was declared dead.
 */
export async function renewLease(session: ListeningSession, workerId: string): Promise<boolean> {
  const { rowCount } = await session.query('update workers set renewed_at = pa_now() where id = $1', [
    workerId,
  ]);
  return rowCount === 1;
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
 * Finds workers that are dead, removes their rows, and gives them with the activities whose claims they had: those
 * whose work was not done, and those whose work was stored a moment ago, for its worker may have died before it
 * told Temporal. Who waits for one of their claims is told that it is free. Of many processes that look at once, one gets each worker. `alive` are those that are left.
 */
export async function collectDeadWorkers(
  db: Database,
): Promise<{ workerIds: string[]; activities: LostActivity[]; alive: string[] }> {
  const { rows } = await sql<{ id: string; activities: LostActivity[] | null }>`
    with dead as (
      delete from workers where id in (
        select id from workers where not worker_alive(id) for update skip locked
      ) returning id
    )
    select dead.id, coalesce((
      select jsonb_agg(distinct jsonb_build_object('workflowId', c.workflow_id, 'activityId', c.activity_id))
      from (
        select id as work_id, running_turn as turn from works where running_turn is not null
        union all
        select work_id, turn from turns where not pruned and completed_at > pa_statement_now() - interval '15 seconds'
      ) t
      join claims c on c.work_id = t.work_id and c.turn = t.turn
      where c.worker = dead.id and c.workflow_id <> '' and c.state in ('running', 'done')
    ), '[]') as activities, (
      select count(pg_notify('pa_settled', c.work_id || ':' || c.key)) from claims c
      where c.worker = dead.id and c.state = 'running' and c.awaited
    ) as told
    from dead
    union all
    select id, null, null from workers where id not in (select id from dead)`.execute(db);
  const dead = rows.flatMap(({ id, activities }) => (activities === null ? [] : [{ id, activities }]));
  return {
    workerIds: dead.map(({ id }) => id),
    activities: dead.flatMap(({ activities }) => activities),
    alive: rows.flatMap(({ id, activities }) => (activities === null ? [id] : [])),
  };
}

/** Those of the given workers that are registered now. */
export async function registeredOf(db: Database, workerIds: string[]): Promise<string[]> {
  if (workerIds.length === 0) return [];
  const rows = await db.selectFrom('workers').select('id').where('id', 'in', workerIds).execute();
  return rows.map(({ id }) => id);
}

/**
 * The agents of which something is to be done, or was done a moment ago, while no worker that lives holds a claim:
 * Works by their ids, code agents by the ids of their calls. An activity of theirs may be with a dead worker that
 * had not come to claim it.
 */
export async function agentsNobodyIsAt(db: Database): Promise<{ works: string[]; codeAgents: string[] }> {
  const { rows } = await sql<{ kind: 'work' | 'code'; id: string }>`
    with alive as materialized (
      select id from workers where worker_alive(id)
    ), held as (
      select work_id, agent from claims where state = 'running' and worker in (select id from alive)
    ), unsettled as (
      select id from works where running_turn is not null
      union
      select work_id from messages where status = 'queued'
      union
      select work_id from turns
      where not pruned and completed_at > pa_statement_now() - interval '15 seconds'
    )
    select 'work' as kind, w.id from unsettled join works w using (id)
    where w.deleted_at is null and not exists (select from held where work_id = w.id and agent = 'main')
    union all
    select 'code', c.id from works w
    join tool_calls c on c.work_id = w.id and c.turn = w.running_turn
    where w.deleted_at is null and c.name = 'code_agent' and c.state = 'running'
      and not exists (select from held where work_id = w.id and agent = c.id::text)`.execute(db);
  const idsOf = (kind: 'work' | 'code') => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  return { works: idsOf('work'), codeAgents: idsOf('code') };
}

/** The claims that a worker holds now. */
export async function claimsOfWorker(
  db: Database,
  workerId: string,
): Promise<{ workId: string; key: string; attempt: number }[]> {
  return await db
    .selectFrom('claims')
    .select(['work_id as workId', 'key', 'attempt'])
    .where('worker', '=', workerId)
    .where('state', '=', 'running')
    .execute();
}
