/** Keys that programs of a person use in place of a session (I1). */
import { sql } from 'kysely';
import type { Scope } from '../domain/scopes.ts';
import type { Database } from './database.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  scopes: Scope[];
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Keys that a person may have at a time. */
export const MOST_KEYS = 50;

/** How exactly the last use is kept: not each request writes. */
const USED_WITHIN = '1 minute';

/** Undefined where the person is no more, or has MOST_KEYS already: however many ask at the same time. */
export async function addApiKey(
  db: Database,
  key: { userId: string; name: string; scopes: readonly Scope[]; hash: Buffer; hint: string },
): Promise<ApiKeyRow | 'full' | undefined> {
  return await db.transaction().execute(async (held) => {
    const user = await held
      .selectFrom('users')
      .select('id')
      .where('id', '=', key.userId)
      .where('deleted_at', 'is', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (user === undefined) return undefined;
    const { count } = await held
      .selectFrom('api_keys')
      .select((q) => q.fn.countAll<number>().as('count'))
      .where('user_id', '=', key.userId)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST_KEYS) return 'full';
    return (await held
      .insertInto('api_keys')
      .values({
        user_id: key.userId,
        name: key.name,
        scopes: [...key.scopes],
        key_hash: key.hash,
        hint: key.hint,
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()) as ApiKeyRow;
  });
}

const COLUMNS = [
  'id',
  'name',
  'scopes',
  'hint',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
] as const;

/** All of a person's, the newest first: there are never more than MOST_KEYS. */
export async function listApiKeys(db: Database, userId: string): Promise<ApiKeyRow[]> {
  return (await db
    .selectFrom('api_keys')
    .select(COLUMNS)
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()) as ApiKeyRow[];
}

/** Ends a key, and what it holds open: told like the end of a session. False where the person has no such key. */
export async function removeApiKey(db: Database, key: { id: string; userId: string }): Promise<boolean> {
  const { rows } = await sql`
    with ended as (delete from api_keys where id = ${key.id} and user_id = ${key.userId} returning id)
    select pg_notify('pa_session_ended', id::text) from ended`.execute(db);
  return rows.length > 0;
}

export interface UsedKey {
  id: string;
  userId: string;
  scopes: Scope[];
  /** Seconds until it may be used again; 0: it may be used now. */
  wait: number;
}

/** Whose key has this hash; that it was used is noted, and counted against what a key may do in a minute. */
export async function useApiKey(db: Database, hash: Buffer, perMinute: number): Promise<UsedKey | undefined> {
  const { rows } = await sql<UsedKey>`
    with used as (
      update api_keys set last_used_at = pa_now()
      where key_hash = ${hash}
        and (last_used_at is null or last_used_at < pa_now() - ${USED_WITHIN}::interval)
    )
    select k.id, k.user_id as "userId", k.scopes, take_rate('key:' || k.id, ${perMinute}::integer) as wait
    from api_keys k where k.key_hash = ${hash}`.execute(db);
  return rows[0];
}
