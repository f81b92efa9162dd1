/** Reading a Work's event log. Rows come out as the events that clients see. */
import { sql } from 'kysely';
import type { LogEvent } from '../domain/events.ts';
import type { Database } from './database.ts';

/** How far a Work's log goes: nothing at or below `prunedThrough` can be read completely any more. */
export interface LogExtent {
  lastSeq: number;
  prunedThrough: number;
}

/** The events after `after`, in order, at most `limit`; `through` bounds them from above. */
export async function readEvents(
  db: Database,
  workId: string,
  { after, through, limit }: { after: number; through?: number; limit: number },
): Promise<LogEvent[]> {
  let query = db
    .selectFrom('events')
    .select(['seq', 'turn', 'kind', 'body', sql<string>`iso_time(at)`.as('at')])
    .where('work_id', '=', workId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit);
  if (through !== undefined) query = query.where('seq', '<=', through);
  const rows = await query.execute();
  return rows.map(
    (row) =>
      ({ seq: row.seq, turn: row.turn, at: row.at, kind: row.kind, ...(row.body as object) }) as LogEvent,
  );
}

/** The log's extent, or undefined where the Work is gone. */
export async function logExtent(db: Database, workId: string): Promise<LogExtent | undefined> {
  return await db
    .selectFrom('works')
    .select(['last_seq as lastSeq', 'pruned_through as prunedThrough'])
    .where('id', '=', workId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}
