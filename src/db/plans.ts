/** The plan of a Work (H3). The rules are in functions/plans.sql: they must hold between processes. */
import { sql } from 'kysely';
import type { Plan, PlannedStep, PlanStep } from '../domain/plans.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson } from './storable.ts';

/** The plan as it was when the log stood at `upTo`, absent: as it is; undefined where there is none. */
export async function readPlan(db: Database, workId: string, upTo?: number): Promise<Plan | undefined> {
  let query = db
    .selectFrom('plans')
    .select(['seq', 'author', 'steps'])
    .where('work_id', '=', workId)
    .orderBy('seq', 'desc')
    .limit(1);
  if (upTo !== undefined) query = query.where('seq', '<=', upTo);
  const row = await query.executeTakeFirst();
  const steps = (row?.steps ?? []) as unknown as PlanStep[];
  if (row === undefined || steps.length === 0) return undefined;
  return { version: row.seq, by: row.author as Plan['by'], steps };
}

export type PlanChanged =
  | { kind: 'not_found' }
  | { kind: 'limited'; retryAfter: number }
  /** `changed`: it was another by then, which is given. */
  | ({ kind: 'stored' | 'changed' } & Plan);

/** Stores a person's change of the plan with that version, 0 where there was none. */
export async function changePlan(
  db: Database,
  { ownerId, workId }: { ownerId: string; workId: string },
  { version, steps }: { version: number; steps: PlannedStep[] },
  perMinute: number,
): Promise<PlanChanged> {
  return await call<PlanChanged>(
    db,
    sql`change_plan(${ownerId}::uuid, ${workId}::uuid, ${version}::bigint, ${storableJson(steps)}::jsonb,
      ${perMinute}::integer)`,
  );
}
