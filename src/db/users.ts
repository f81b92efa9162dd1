/** Accounts (A1, F12): how they begin, change and end. */
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import { type Database, inTransaction } from './database.ts';
import { endSessions } from './sessions.ts';

export interface UserRow {
  id: string;
  email: string | null;
  name: string;
  guest: boolean;
  createdAt: string;
  /** Whether a password opens it, and whether somebody whom the operator's provider knows does (H9). */
  password: boolean;
  provider: boolean;
}

/** What an account begins with; null: it has none, and its person comes in by the operator's provider. */
export interface NewAccount {
  email: string | null;
  passwordHash: string | null;
  name: string;
}

const USER_COLUMNS = [
  'id',
  'email',
  'name',
  'guest',
  sql<string>`iso_time(created_at)`.as('createdAt'),
  sql<boolean>`password_hash is not null`.as('password'),
  sql<boolean>`exists (select 1 from identities i where i.user_id = users.id)`.as('provider'),
] as const;

/** Makes an account; undefined where the address has one. */
export async function createUser(db: Database, user: NewAccount): Promise<UserRow | undefined> {
  return await db
    .insertInto('users')
    .values({
      ...{ email: user.email, password_hash: user.passwordHash, name: user.name },
      created_at: databaseNow,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(USER_COLUMNS)
    .executeTakeFirst();
}

/** Makes an account without an address: whoever holds its tokens is it. `network` is where they come from. */
export async function createGuest(db: Database, network: string): Promise<UserRow> {
  return await db
    .insertInto('users')
    .values({ guest: true, network, created_at: databaseNow })
    .returning(USER_COLUMNS)
    .executeTakeFirstOrThrow();
}

export async function findUser(db: Database, id: string): Promise<UserRow | undefined> {
  return await db
    .selectFrom('users')
    .select(USER_COLUMNS)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
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

/** What an account's password is checked against; null: it has none. */
export async function findPasswordHash(
  db: Database,
  id: string,
): Promise<{ email: string | null; passwordHash: string | null } | undefined> {
  return await db
    .selectFrom('users')
    .select(['email', 'password_hash as passwordHash'])
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/**
 * Makes a guest an account with an address; what they have stays theirs, and the guest's sessions end, for whoever
 * shared them. 'taken' where the address has an account: a transaction that `db` was can then only be rolled back.
 * 'no_guest' where that is none (any more).
 */
export async function registerGuest(
  db: Database,
  user: NewAccount & { id: string },
): Promise<'registered' | 'taken' | 'no_guest'> {
  const { email, passwordHash: password_hash, name } = user;
  try {
    return await inTransaction(db, async (held) => {
      const { numUpdatedRows } = await held
        .updateTable('users')
        .set({ email, password_hash, name, guest: false })
        .where('id', '=', user.id)
        .where('guest', '=', true)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return 'no_guest';
      await endSessions(held, user.id);
      return 'registered';
    });
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'taken';
    throw error;
  }
}

/** Postgres' word for a value that another row has. */
const UNIQUE_VIOLATION = '23505';

/** Puts `next` in the place of the hash `checked` and ends every session but one. False: it is another by now. */
export async function changePassword(
  db: Database,
  change: { userId: string; checked: string; next: string; keepSession: string | null },
): Promise<boolean> {
  return await inTransaction(db, async (held) => {
    const { numUpdatedRows } = await held
      .updateTable('users')
      .set({ password_hash: change.next })
      .where('id', '=', change.userId)
      .where('password_hash', '=', change.checked)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await endSessions(held, change.userId, change.keepSession);
    return true;
  });
}

/** Accepts the deletion of an account and all its Works; false where there is no such account. */
export async function deleteAccount(db: Database, userId: string): Promise<boolean> {
  const { rows } = await sql<{ deleted: boolean }>`
    select delete_account(${userId}::uuid) as deleted`.execute(db);
  return rows[0]?.deleted ?? false;
}

/** Removes the rows of deleted accounts of which nothing else is left; gives how many. */
export async function removeDeletedAccounts(db: Database): Promise<number> {
  const { rows } = await sql<{ removed: number }>`select remove_deleted_accounts() as removed`.execute(db);
  return rows[0]?.removed ?? 0;
}

/** Guests removed at a time. */
const GUESTS_AT_ONCE = 100;

/**
 * Accepts the deletion of guests whom nobody can be any more: each session is over, and for `days` nothing has
 * happened in what they have. Gives how many.
 */
export async function deleteLeftGuests(db: Database, days: number): Promise<number> {
  const { rows } = await sql<{ deleted: boolean }>`
    select delete_account(id) as deleted from (
      select u.id from users u
      where u.guest and u.deleted_at is null
        and u.created_at < pa_now() - make_interval(days => ${days}::integer)
        and not exists (
          select 1 from refresh_tokens r
          where r.user_id = u.id and r.revoked_at is null and r.expires_at > pa_now())
        and not exists (
          select 1 from works w
          where w.owner_id = u.id and w.deleted_at is null and (w.running_turn is not null
            or w.updated_at > pa_now() - make_interval(days => ${days}::integer)))
      limit ${GUESTS_AT_ONCE}) left_guests`.execute(db);
  return rows.filter(({ deleted }) => deleted).length;
}
