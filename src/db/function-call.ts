/** Calls of functions of the database (src/db/functions) that answer with one JSON value. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';

/** What a function gives; `expression` is its call. */
export function call<T>(db: Database, expression: RawBuilder<unknown>): Promise<T> {
  return answerOf(db, sql`select ${expression} as answer`);
}

/** The `answer` of the statement's only row. */
export async function answerOf<T>(db: Database, statement: RawBuilder<unknown>): Promise<T> {
  const { rows } = await sql<{ answer: T }>`${statement}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('a database function gave no row');
  return row.answer;
}
