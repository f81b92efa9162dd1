/** What was found out about a Work's references (O6). */
import { sql } from 'kysely';
import type { ReferenceVerdict } from '../domain/references/verdict.ts';
import type { Database } from './database.ts';
import { storableJson } from './storable.ts';

/** Verdicts of a Work; of more, the oldest are forgotten. */
export const MOST_VERDICTS = 2_000;

export interface KeptVerdict {
  fingerprint: string;
  verdict: ReferenceVerdict;
  lookedUpAt: Date;
}

/** By fingerprint (src/domain/references/verdict.ts). */
export async function verdictsOf(db: Database, workId: string): Promise<KeptVerdict[]> {
  const rows = await db
    .selectFrom('reference_verdicts')
    .select(['fingerprint', 'verdict', 'looked_up_at'])
    .where('work_id', '=', workId)
    .orderBy('looked_up_at', 'desc')
    .limit(MOST_VERDICTS)
    .execute();
  return rows.map(({ fingerprint, verdict, looked_up_at: lookedUpAt }) => ({
    fingerprint,
    verdict: verdict as unknown as ReferenceVerdict,
    lookedUpAt,
  }));
}

/** In whose name a Work's references are looked up; undefined where the Work is gone. */
export async function personOfWork(
  db: Database,
  workId: string,
): Promise<{ id: string; guest: boolean } | undefined> {
  return await db
    .selectFrom('works')
    .innerJoin('users', 'users.id', 'works.owner_id')
    .select(['users.id', 'users.guest'])
    .where('works.id', '=', workId)
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
}

/** Keeps a verdict in place of an older one. Where the Work is gone, nothing is kept. */
export async function keepVerdict(
  db: Database,
  workId: string,
  { fingerprint, verdict }: Omit<KeptVerdict, 'lookedUpAt'>,
): Promise<void> {
  await sql`
    with kept as (
      insert into reference_verdicts (work_id, fingerprint, verdict, looked_up_at)
      select id, ${fingerprint}::text, ${storableJson(verdict)}::jsonb, pa_now() from works where id = ${workId}::uuid
      on conflict (work_id, md5(fingerprint)) do update set verdict = excluded.verdict, looked_up_at = excluded.looked_up_at
    )
    delete from reference_verdicts v using (
      select fingerprint from reference_verdicts where work_id = ${workId}::uuid
      order by looked_up_at desc offset ${MOST_VERDICTS - 1}
    ) old
    where v.work_id = ${workId}::uuid and v.fingerprint = old.fingerprint`.execute(db);
}
