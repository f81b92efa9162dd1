/** What the sweeper looks for: Works that nobody is at although something is to be done, and what may be put away. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface StalledWork {
  workId: string;
  ownerId: string;
  /** The turn that somebody asked to stop, where it runs still. */
  stopTurn: number | null;
}

/**
 * Works with a queued message or an unfinished turn, no event for `quietMs`, no living worker at them, no question that a
 * person has yet to answer, and not woken for `againMs`. They are marked as woken: of many sweepers one gets each.
 */
export async function claimStalledWorks(
  db: Database,
  { quietMs, againMs }: { quietMs: number; againMs: number },
): Promise<StalledWork[]> {
  const { rows } = await sql<StalledWork>`
    with alive as materialized (
      select id from workers where worker_alive(id)
    )
    update works set woken_at = pa_now()
    where id in (
      select w.id from works w
      where w.deleted_at is null
        -- By their indexes: most Works are neither, and this is asked every two seconds.
        and w.id in (
          select r.id from works r where r.running_turn is not null
          union select m.work_id from messages m where m.status = 'queued')
        and (w.woken_at is null or w.woken_at < pa_now() - ${againMs} * interval '1 ms')
        and not exists (
          select 1 from events e where e.work_id = w.id and e.seq = w.last_seq
            and e.at > pa_now() - ${quietMs} * interval '1 ms')
        and not exists (
          select 1 from claims c
          where c.work_id = w.id and c.turn = w.running_turn and c.state = 'running'
            and c.worker in (select id from alive))
        -- Who waits for a person waits as long as they like (H1): but a stop and a deadline are to be kept.
        and (w.stop_turn = w.running_turn or not exists (
          select 1 from asks a
          where a.work_id = w.id and a.answered_by is null and (a.deadline is null or a.deadline > pa_now())))
      order by w.id limit 200
      for update skip locked
    )
    returning id as "workId", owner_id as "ownerId",
      case when stop_turn = running_turn then stop_turn end as "stopTurn"`.execute(db);
  return rows;
}

/**
 * Works whose history file is behind the end of their last turn, or behind what a person took back since. By a partial
 * index that is empty while all is well (works_history_behind).
 */
export async function worksWithOldHistory(db: Database): Promise<string[]> {
  const { rows } = await sql<{ workId: string }>`
    select id as "workId" from works
    where deleted_at is null and running_turn is null and greatest(ended_seq, revised_seq) > history_seq
      and updated_at < pa_now() - interval '2 seconds'
    order by updated_at limit 100`.execute(db);
  return rows.map((row) => row.workId);
}

/** Idle for `days`, and not archived since. */
const toBeArchived = (days: number) => sql`
  deleted_at is null and running_turn is null and (archived_at is null or archived_at < updated_at)
  and updated_at < pa_statement_now() - make_interval(days => ${days}::integer)`;

/** Works in which nothing has happened for `days` and whose workflows may still be open, those idle longest first. */
export async function worksToArchive(
  db: Database,
  { days, limit }: { days: number; limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ workId: string }>`
    select id as "workId" from works w
    where ${toBeArchived(days)}
      and not exists (select 1 from messages m where m.work_id = w.id and m.status = 'queued')
    order by updated_at limit ${limit}`.execute(db);
  return rows.map((row) => row.workId);
}

/** Notes that these Works were archived, but for those in which something has happened since they were looked for. */
export async function noteArchived(db: Database, workIds: string[], days: number): Promise<void> {
  await sql`
    update works set archived_at = pa_now()
    where id = any(${workIds}::uuid[]) and ${toBeArchived(days)}`.execute(db);
}

/** Each takes a few milliseconds, and whoever ends waits for those that are being pruned. */
const PRUNED_AT_MOST = 500;

/**
 * Removes deltas and output of turns that ended at least `minutes` ago, and their claims; the messages have their
 * text. Gives how many turns were pruned: all there are, up to a number that keeps no process from its end. Each is
 * one statement, so that no Work is held for long.
 */
export async function pruneLog(db: Database, minutes: number): Promise<number> {
  for (let pruned = 0; pruned < PRUNED_AT_MOST; pruned += 1) {
    const { rows } = await sql<{ found: boolean }>`
      select prune_next_turn(make_interval(mins => ${minutes}::integer)) as found`.execute(db);
    if (!rows[0]?.found) return pruned;
  }
  return PRUNED_AT_MOST;
}
