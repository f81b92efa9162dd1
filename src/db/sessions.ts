/** Sessions: families of refresh tokens, each the successor of the one before (A1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Begins a session of one device; gives its id. */
export async function beginSession(
  db: Database,
  token: { hash: Buffer; userId: string; lifetimeSeconds: number },
): Promise<string> {
  const { rows } = await sql<{ family: string }>`
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (${token.hash}, ${token.userId}::uuid, gen_random_uuid(),
      pa_now() + make_interval(secs => ${token.lifetimeSeconds}::double precision))
    returning family`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('a session was not stored');
  return row.family;
}

export type Rotation =
  | { outcome: 'rotated'; userId: string; sessionId: string }
  | { outcome: 'invalid' }
  | { outcome: 'reused' };

/**
 * Exchanges a refresh token for its successor, or another one within ten seconds of its first use (two tabs that renew
 * it at once are one session, not a thief); one that was used before that revokes its family.
 */
export async function rotateSession(
  db: Database,
  tokens: { old: Buffer; next: Buffer; lifetimeSeconds: number },
): Promise<Rotation> {
  const { rows } = await sql<{ outcome: Rotation['outcome']; user_id: string; session_id: string }>`
    select outcome, user_id, session_id from rotate_refresh_token(${tokens.old}, ${tokens.next},
      make_interval(secs => ${tokens.lifetimeSeconds}::double precision))`.execute(db);
  const row = rows[0];
  if (row === undefined) return { outcome: 'invalid' };
  return row.outcome === 'rotated'
    ? { outcome: row.outcome, userId: row.user_id, sessionId: row.session_id }
    : { outcome: row.outcome };
}

/** Those of some sessions of which anything may still be used, and those of some keys that there still are. */
export async function sessionsThatGoOn(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ family: string }>`
    select distinct family from refresh_tokens
    where family = any(${ids}::uuid[]) and revoked_at is null and expires_at > pa_now()
    union all select id from api_keys where id = any(${ids}::uuid[])`.execute(db);
  return new Set(rows.map(({ family }) => family));
}

/** Ends the session that a refresh token belongs to; an unknown token ends nothing. */
export async function endSession(db: Database, hash: Buffer): Promise<void> {
  await sql`
    select end_sessions(user_id, family, null) from refresh_tokens where token_hash = ${hash}`.execute(db);
}

/** Ends every session of a person. */
export async function endAllSessions(db: Database, userId: string): Promise<void> {
  await sql`select end_sessions(${userId}::uuid, null, null)`.execute(db);
}
