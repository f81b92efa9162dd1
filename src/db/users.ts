/** Accounts and their refresh tokens (A1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface UserRow {
  id: string;
  email: string | null;
  name: string;
  guest: boolean;
  createdAt: string;
}

const USER_COLUMNS = [
  'id',
  'email',
  'name',
  'guest',
  sql<string>`iso_time(created_at)`.as('createdAt'),
] as const;

/** Makes an account; undefined where the address has one. */
export async function createUser(
  db: Database,
  user: { email: string; passwordHash: string; name: string },
): Promise<UserRow | undefined> {
  return await db
    .insertInto('users')
    .values({ email: user.email, password_hash: user.passwordHash, name: user.name })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(USER_COLUMNS)
    .executeTakeFirst();
}

/** Makes an account without an address: whoever holds its tokens is it. */
export async function createGuest(db: Database): Promise<UserRow> {
  return await db
    .insertInto('users')
    .values({ guest: true })
    .returning(USER_COLUMNS)
    .executeTakeFirstOrThrow();
}

export async function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  return await db.selectFrom('users').select(USER_COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** The account of an address, with what its password is checked against. */
export async function findCredentials(
  db: Database,
  email: string,
): Promise<(UserRow & { passwordHash: string | null }) | undefined> {
  return await db
    .selectFrom('users')
    .select([...USER_COLUMNS, 'password_hash as passwordHash'])
    .where('email', '=', email)
    .executeTakeFirst();
}

/** Begins a family of refresh tokens: one session of one device. */
export async function beginSession(
  db: Database,
  token: { hash: Buffer; userId: string; lifetimeSeconds: number },
): Promise<void> {
  await sql`
    insert into refresh_tokens (token_hash, user_id, family, expires_at)
    values (${token.hash}, ${token.userId}::uuid, gen_random_uuid(),
      clock_timestamp() + make_interval(secs => ${token.lifetimeSeconds}::double precision))`.execute(db);
}

export type Rotation =
  | { outcome: 'rotated'; userId: string }
  | { outcome: 'invalid' }
  | { outcome: 'reused' };

/** Exchanges a refresh token for its successor; one that was used already revokes its family. */
export async function rotateSession(
  db: Database,
  tokens: { old: Buffer; next: Buffer; lifetimeSeconds: number },
): Promise<Rotation> {
  const { rows } = await sql<{ outcome: Rotation['outcome']; user_id: string }>`
    select outcome, user_id from rotate_refresh_token(${tokens.old}, ${tokens.next},
      make_interval(secs => ${tokens.lifetimeSeconds}::double precision))`.execute(db);
  const row = rows[0];
  if (row === undefined) return { outcome: 'invalid' };
  return row.outcome === 'rotated' ? { outcome: row.outcome, userId: row.user_id } : { outcome: row.outcome };
}

/** Ends the session that a refresh token belongs to; an unknown token ends nothing. */
export async function endSession(db: Database, hash: Buffer): Promise<void> {
  await sql`
    update refresh_tokens set revoked_at = clock_timestamp()
    where family = (select family from refresh_tokens where token_hash = ${hash}) and revoked_at is null`.execute(
    db,
  );
}

/** Ends every session of a person. */
export async function endAllSessions(db: Database, userId: string): Promise<void> {
  await db
    .updateTable('refresh_tokens')
    .set({ revoked_at: sql`clock_timestamp()` })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute();
}
