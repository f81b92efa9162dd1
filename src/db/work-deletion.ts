/** The end of a Work: it is accepted at once, and what the Work has is removed afterwards (F1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Accepts a deletion: from here nobody finds the Work. False where the owner has no such Work. */
export async function deleteWork(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<boolean> {
  const { rows } = await sql<{ deleted: boolean }>`
    select delete_work(${ownerId}::uuid, ${workId}::uuid) as deleted`.execute(db);
  return rows[0]?.deleted ?? false;
}

/** Works whose deletion was accepted and which still have a row, the oldest first. */
export async function deletedWorks(
  db: Database,
  limit: number,
  except: readonly string[] = [],
): Promise<string[]> {
  const rows = await db
    .selectFrom('works')
    .select('id')
    .where('deleted_at', 'is not', null)
    .where('id', '<>', sql<string>`all(${except}::uuid[])`)
    .orderBy('deleted_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Removes a deleted Work's row, and with it all its rows: the last step of a deletion. */
export async function removeWork(db: Database, workId: string): Promise<void> {
  await db.deleteFrom('works').where('id', '=', workId).where('deleted_at', 'is not', null).execute();
}

/** Those of `ids` that name a Work's row, deleted or not. */
export async function existingWorks(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('works')
    .select('id')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .union(
      db
        .selectFrom('verifications')
        .select(sql<string>`scratch`.as('id'))
        .where('scratch', '=', sql<string>`any(${ids}::uuid[])`)
        .where('state', '=', 'running'),
    )
    .execute();
  return new Set(rows.map((row) => row.id));
}
