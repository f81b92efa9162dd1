/** What model servers have refused, and how they are asked since then (M19). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';

/** Of a model that a person set up, by its id; without one, of the server's own. */
export interface LearnedOf {
  id?: string | undefined;
  baseUrl: string;
  model: string;
}

export interface LearnedRow {
  field: string;
  value: unknown;
  words: string;
  learnedAt: string;
}

/** Newest first. */
export async function readLearned(db: Database, { id, baseUrl, model }: LearnedOf): Promise<LearnedRow[]> {
  const { rows } = await sql<LearnedRow>`
    select field, value, words, iso_time(learned_at) as "learnedAt" from learned_facts
    where model_id is not distinct from ${id ?? null}::uuid and endpoint = ${storableText(baseUrl)}::text
      and model = ${storableText(model)}::text
    order by learned_at desc, id desc`.execute(db);
  return rows;
}

/** What all of them say together. */
export async function learnedChange(db: Database, of: LearnedOf): Promise<Record<string, unknown>> {
  const rows = await readLearned(db, of);
  return Object.fromEntries(rows.map(({ field, value }) => [field, value]));
}

/**
 * Keeps facts, one a field. Of a model that is gone, or that was sent elsewhere while the call was made, there is nothing
 * to keep.
 */
export async function writeLearned(
  db: Database,
  { id, baseUrl, model }: LearnedOf,
  facts: { change: Record<string, unknown>; words: string }[],
): Promise<void> {
  const fields = facts.flatMap(({ change, words }) =>
    Object.entries(change).map(([field, value]) => ({ field, value, words })),
  );
  const byField = new Map(fields.map((fact) => [fact.field, fact]));
  await sql`
    insert into learned_facts (model_id, endpoint, model, field, value, words)
    select ${id ?? null}::uuid, ${storableText(baseUrl)}::text, ${storableText(model)}::text, f ->> 'field', f -> 'value',
           f ->> 'words'
    from jsonb_array_elements(${storableJson([...byField.values()])}::jsonb) f
    where ${id ?? null}::uuid is null
       or exists (select 1 from models m where m.id = ${id ?? null}::uuid
                  and m.base_url = ${storableText(baseUrl)}::text and m.model = ${storableText(model)}::text)
    on conflict (model_id, endpoint, model, field)
    do update set value = excluded.value, words = excluded.words, learned_at = pa_now()`.execute(db);
}

/** Forgets all that was learned of a model. */
export async function forgetLearned(db: Database, { id, baseUrl, model }: LearnedOf): Promise<void> {
  await sql`
    delete from learned_facts
    where model_id is not distinct from ${id ?? null}::uuid and endpoint = ${storableText(baseUrl)}::text
      and model = ${storableText(model)}::text`.execute(db);
}

/** The facts, as the model handler reads and keeps them. */
export function learnedStore(db: Database) {
  return {
    read: (of: LearnedOf) => learnedChange(db, of),
    write: (of: LearnedOf, facts: Parameters<typeof writeLearned>[2]) => writeLearned(db, of, facts),
    forget: (of: LearnedOf) => forgetLearned(db, of),
  };
}
