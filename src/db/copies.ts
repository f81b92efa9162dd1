/** Copies of Works, whole or up to a message. The rules are in functions/copies.sql. */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import type { Quotas } from './quotas.ts';
import { storableText } from './storable.ts';
import { type Made, withinWorks } from './works.ts';

/** The snapshot whose files a Work has that branches off behind a message; null: they are not kept. */
export async function branchPoint(
  db: Database,
  of: { workId: string; ownerId: string; messageId: string },
): Promise<{ kind: 'found'; snapshot: string | null } | { kind: 'no_message' }> {
  return await call(db, sql`branch_point(${of.ownerId}::uuid, ${of.workId}::uuid, ${of.messageId}::uuid)`);
}

/**
 * Copies a Work's conversation, no further than a message where one is named, into a new Work whose files are there
 * already; undefined where there is no such Work.
 */
export async function duplicateWork(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
  copy: { id: string; title: string; diskBytes: number; throughMessageId?: string | undefined },
  quotas: Quotas,
): Promise<Made<true>> {
  return await withinWorks(db, ownerId, quotas, async (held) => {
    const { rows } = await sql<{ made: boolean }>`
      select duplicate_work(${ownerId}::uuid, ${workId}::uuid, ${copy.id}::uuid, ${storableText(copy.title)}::text,
        ${copy.throughMessageId ?? null}::uuid) as made`.execute(held);
    if (!rows[0]?.made) return undefined;
    await sql`update works set disk_bytes = ${copy.diskBytes}::bigint, disk_at = pa_statement_now()
      where id = ${copy.id}::uuid`.execute(held);
    return true;
  });
}
