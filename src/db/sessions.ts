/** Sessions: families of refresh tokens, each the successor of the one before (A1). */
import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { databaseNow } from './clock.ts';
import { type Database, inTransaction } from './database.ts';

/** Begins a session of one device; gives its id. */
export async function beginSession(
  db: Database,
  token: { hash: Buffer; userId: string; lifetimeSeconds: number },
): Promise<string> {
  const sessionId = randomUUID();
  await storeToken(db, { ...token, sessionId });
  return sessionId;
}

export type Rotation =
  | { outcome: 'rotated'; userId: string; sessionId: string }
  | { outcome: 'invalid' }
  | { outcome: 'reused' };

/** Seconds after its first use in which a token gives its session another successor. */
const GRACE_SECONDS = 10;

/**
 * Exchanges a refresh token for its successor, or another one within ten seconds of its first use (two tabs that renew
 * it at once are one session, not a thief). One that was used before that is a thief's, or its victim's, and ends its
 * session (A1). Behind the row of the person, as endSessions, so that no successor of an ended token slips through.
 */
export async function rotateSession(
  db: Database,
  tokens: { old: Buffer; next: Buffer; lifetimeSeconds: number },
): Promise<Rotation> {
  return await inTransaction(db, async (held) => {
    await sql`
      select from users where id = (select user_id from refresh_tokens where token_hash = ${tokens.old})
      for share`.execute(held);
    const token = await held
      .selectFrom('refresh_tokens')
      .select([
        ...(['user_id as userId', 'family as sessionId'] as const),
        sql<boolean>`revoked_at is not null or expires_at <= pa_now()`.as('isOver'),
        sql<boolean>`coalesce(used_at <= pa_now() - make_interval(secs => ${GRACE_SECONDS}), false)`.as(
          'isUsed',
        ),
      ])
      .where('token_hash', '=', tokens.old)
      .forUpdate()
      .executeTakeFirst();
    if (token === undefined || token.isOver) return { outcome: 'invalid' };
    const { userId, sessionId } = token;
    if (token.isUsed) {
      await revoke(held, sql`family = ${sessionId}::uuid`);
      return { outcome: 'reused' };
    }
    // Its first use counts: uses in the grace do not prolong it.
    await held
      .updateTable('refresh_tokens')
      .set({ used_at: databaseNow })
      .where('token_hash', '=', tokens.old)
      .where('used_at', 'is', null)
      .execute();
    const { next: hash, lifetimeSeconds } = tokens;
    await storeToken(held, { hash, userId, sessionId, lifetimeSeconds });
    return { outcome: 'rotated', userId, sessionId };
  });
}

/** Those of the given sessions, API keys and shared links, by their ids, that are still valid. */
export async function sessionsThatGoOn(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ family: string }>`
    select distinct family from refresh_tokens
    where family = any(${ids}::uuid[]) and revoked_at is null and expires_at > pa_now()
    union all select id from api_keys where id = any(${ids}::uuid[])
    union all select id from shares
    where id = any(${ids}::uuid[]) and (expires_at is null or expires_at > pa_now())`.execute(db);
  return new Set(rows.map(({ family }) => family));
}

/** Ends the session that a refresh token belongs to; an unknown token ends nothing. */
export async function endSession(db: Database, hash: Buffer): Promise<void> {
  await inTransaction(db, async (held) => {
    const token = await held
      .selectFrom('refresh_tokens')
      .select(['user_id', 'family'])
      .where('token_hash', '=', hash)
      .executeTakeFirst();
    if (token === undefined) return;
    await holdSessions(held, token.user_id);
    await revoke(held, sql`family = ${token.family}::uuid`);
  });
}

/** Ends every session of a person, or every one but that of the id `but`. */
export async function endSessions(db: Database, userId: string, but: string | null = null): Promise<void> {
  await inTransaction(db, async (held) => {
    await holdSessions(held, userId);
    await revoke(held, sql`user_id = ${userId}::uuid and family is distinct from ${but}::uuid`);
  });
}

/** Holds the person's row, behind which their sessions begin anew and end. */
async function holdSessions(held: Database, userId: string): Promise<void> {
  await held.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
}

/** Ends the sessions of these tokens and tells every api (SR-L8), once a session. */
async function revoke(held: Database, which: RawBuilder<unknown>): Promise<void> {
  await sql`
    with ended as (
      update refresh_tokens set revoked_at = pa_now() where revoked_at is null and ${which} returning family
    )
    select pg_notify('pa_session_ended', family::text) from (select distinct family from ended) sessions`.execute(
    held,
  );
}

async function storeToken(
  db: Database,
  token: { hash: Buffer; userId: string; sessionId: string; lifetimeSeconds: number },
): Promise<void> {
  await db
    .insertInto('refresh_tokens')
    .values({
      ...{ token_hash: token.hash, user_id: token.userId, family: token.sessionId },
      expires_at: sql<Date>`pa_now() + make_interval(secs => ${token.lifetimeSeconds}::double precision)`,
    })
    .execute();
}
