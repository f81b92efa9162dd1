/** Files that a person writes while agents work on them: no agent overwrites one without having been told. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Notes that a person writes this file now; to be called before and after. */
export async function notePersonEdit(db: Database, workId: string, path: string): Promise<void> {
  await sql`select note_person_edit(${workId}::uuid, ${path}::text)`.execute(db);
}

/**
 * Whether a person wrote the file during the call's turn, and no other call asked this since: only the first is
 * told.
 */
export async function seePersonEdit(
  db: Database,
  call: { workId: string; toolCallId: string },
  path: string,
): Promise<boolean> {
  const { rows } = await sql<{ unseen: boolean }>`
    select see_person_edit(${call.workId}::uuid, ${call.toolCallId}::uuid, ${path}::text) as unseen`.execute(
    db,
  );
  return rows[0]?.unseen ?? false;
}
