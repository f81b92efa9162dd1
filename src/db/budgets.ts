/** What a person may take over all their Works (H4); what holds where a step begins is in functions/budgets.sql. */
import { sql } from 'kysely';
import type { PersonBudget } from '../domain/budgets.ts';
import type { Database } from './database.ts';
import { storableJson } from './storable.ts';

interface Spent {
  tokens: number;
  cost: number;
}

export interface PersonBudgetView {
  budget: PersonBudget | null;
  /** By now; `person`: since the budget was set, without one in all. */
  used: { day: Spent; person: Spent };
}

/** Undefined where the person is no more. */
export async function findPersonBudget(db: Database, userId: string): Promise<PersonBudgetView | undefined> {
  const { rows } = await sql<PersonBudgetView>`
    select budget - 'spent' as budget, jsonb_build_object(
      'day', spent_by(id, pa_now() - interval '1 day'),
      'person', jsonb_build_object(
        'tokens', (s ->> 'tokens')::numeric - coalesce((budget -> 'spent' ->> 'tokens')::numeric, 0),
        'cost', (s ->> 'cost')::numeric - coalesce((budget -> 'spent' ->> 'cost')::numeric, 0))) as used
    from users, spent_by(id, null) s where id = ${userId}::uuid and deleted_at is null`.execute(db);
  return rows[0];
}

/** Sets what the person may take; null takes it away. */
export async function setPersonBudget(
  db: Database,
  userId: string,
  budget: PersonBudget | null,
): Promise<void> {
  await sql`select set_person_budget(${userId}::uuid, ${budget && storableJson(budget)}::jsonb)`.execute(db);
}
