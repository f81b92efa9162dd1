/** Files that are brought back (T9, T10): what is ordered, what it concerns, and how it ends. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson, storableText } from './storable.ts';

export interface Restore {
  id: string;
  /** The snapshot whose files come back; the ids of those made before (`undo`) and after (`result`). */
  target: string;
  undo: string;
  result: string;
  /** Null: all files. */
  paths: string[] | null;
  /** Null: whatever differs comes back; else a person's own changes since stay, but for these paths. */
  taken: string[] | null;
  /** The turn that begins with it; null: a person asked. */
  turn: number | null;
  state: 'pending' | 'done' | 'failed';
  error: string | null;
}

export async function orderRestore(
  db: Database,
  restore: { ownerId: string; workId: string; id: string; snapshot: string; paths: string[] | undefined },
): Promise<{ kind: 'ordered'; id: string } | { kind: 'busy' } | { kind: 'not_found' }> {
  const { ownerId, workId, id, snapshot, paths } = restore;
  return await call(
    db,
    sql`order_restore(${ownerId}::uuid, ${workId}::uuid, ${id}::uuid, ${snapshot}::uuid,
      ${paths === undefined ? null : storableJson(paths)}::jsonb)`,
  );
}

const COLUMNS = ['id', 'target', 'undo', 'result', 'paths', 'taken', 'turn', 'state', 'error'] as const;

export async function findRestore(db: Database, workId: string, id: string): Promise<Restore | undefined> {
  const row = await db
    .selectFrom('restores')
    .select(COLUMNS)
    .where('work_id', '=', workId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row as unknown as Restore | undefined;
}

/** Those of a Work that have not ended, in the order in which they were asked for. */
export async function pendingRestores(db: Database, workId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('restores')
    .select('id')
    .where('work_id', '=', workId)
    .where('state', '=', 'pending')
    .orderBy('ordered_at')
    .execute();
  return rows.map(({ id }) => id);
}

/** Whether it has neither ended nor lost its Work. */
export async function isPending(db: Database, workId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('restores')
    .innerJoin('works', 'works.id', 'restores.work_id')
    .select('restores.id')
    .where('restores.work_id', '=', workId)
    .where('restores.id', '=', id)
    .where('restores.state', '=', 'pending')
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Restores that nobody is at any more: whoever began them died, or their turn was stopped. */
export async function leftRestores(
  db: Database,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<{ workId: string; id: string }[]> {
  const { rows } = await sql<{ workId: string; id: string }>`
    select r.work_id as "workId", r.id
    from restores r join works w on w.id = r.work_id
    where r.state = 'pending' and w.deleted_at is null and w.running_turn is distinct from coalesce(r.turn, 0)
      and r.ordered_at < pa_now() - ${olderThanMs} * interval '1 ms'
    order by r.ordered_at limit ${limit}`.execute(db);
  return rows;
}

/** Ends it with its event, or as failed for a reason that its person may read. */
export async function endRestore(
  db: Database,
  end: { workId: string; id: string; files: number; error?: string },
): Promise<void> {
  const { workId, id, files, error } = end;
  await call(
    db,
    sql`end_restore(${workId}::uuid, ${id}::uuid, ${files}::integer,
      ${error === undefined ? null : storableText(error)}::text)`,
  );
}
