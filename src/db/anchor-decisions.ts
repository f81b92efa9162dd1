/** What people decided about numbers of a paper (T1, P17). */
import { sql } from 'kysely';
import type { Decision } from '../domain/provenance/types.ts';
import type { Database } from './database.ts';
import { storableText } from './storable.ts';

/** Decisions of a Work. */
export const MOST_DECISIONS = 2_000;

/** Those about a file, the oldest first. */
export async function decisionsAbout(db: Database, workId: string, file: string): Promise<Decision[]> {
  const rows = await db
    .selectFrom('anchor_decisions')
    .select(['id', 'verdict', 'quote', 'before', 'after', 'run', 'fact'])
    .where('work_id', '=', workId)
    .where('file', '=', file)
    .orderBy('decided_at')
    .orderBy('id')
    .limit(MOST_DECISIONS)
    .execute();
  return rows.map(({ run, fact, verdict, ...row }) => ({
    ...row,
    verdict: verdict as Decision['verdict'],
    ...(run === null ? {} : { run }),
    ...(fact === null ? {} : { fact }),
  }));
}

/** Keeps a decision; one of the same id is replaced, and counts as decided now. False where the Work has too many. */
export async function keepDecision(
  db: Database,
  { workId, file }: { workId: string; file: string },
  decision: Decision,
): Promise<boolean> {
  const { id, verdict, quote, before, after, run = null, fact = null } = decision;
  const { rows } = await sql`
    insert into anchor_decisions (work_id, id, file, verdict, quote, before, after, run, fact)
    select ${workId}::uuid, ${id}::uuid, ${storableText(file)}, ${verdict}, ${storableText(quote)},
      ${storableText(before)}, ${storableText(after)}, ${run}::integer, ${fact === null ? null : storableText(fact)}::text
    where (select count(*) from anchor_decisions where work_id = ${workId}::uuid) < ${MOST_DECISIONS}
      or exists (select from anchor_decisions where work_id = ${workId}::uuid and id = ${id}::uuid)
    on conflict (work_id, id) do update set file = excluded.file, verdict = excluded.verdict,
      quote = excluded.quote, before = excluded.before, after = excluded.after, run = excluded.run,
      fact = excluded.fact, decided_at = pa_now()
    returning id`.execute(db);
  return rows.length > 0;
}

/** False where there is no such decision. */
export async function dropDecision(db: Database, decision: { workId: string; id: string }): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('anchor_decisions')
    .where('work_id', '=', decision.workId)
    .where('id', '=', decision.id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
