/** Whose account it is that a provider of OpenID Connect knows somebody as (H9), and sign-ins that are on their way. */
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';

/** By these two alone somebody is known: an address may be given to another person, or be anybody's claim. */
export interface IdentityKey {
  issuer: string;
  subject: string;
}

/** The id of the account that belongs to an identity. */
export async function findIdentity(
  db: Database,
  { issuer, subject }: IdentityKey,
): Promise<string | undefined> {
  const found = await db
    .selectFrom('identities')
    .select('user_id as userId')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return found?.userId;
}

/** Gives an identity to an account, which may have it already; false where it is another's. */
export async function addIdentity(db: Database, userId: string, identity: IdentityKey): Promise<boolean> {
  const { issuer, subject } = identity;
  await db
    .insertInto('identities')
    .values({ issuer, subject, user_id: userId, created_at: databaseNow })
    .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doNothing())
    .execute();
  return (await findIdentity(db, identity)) === userId;
}

/** Takes an account's identities away; false, and they stay, where it has no password: nobody could come in. */
export async function removeIdentities(db: Database, userId: string): Promise<boolean> {
  const { rows } = await sql<{ allowed: boolean }>`
    with person as (select id from users where id = ${userId}::uuid and password_hash is not null for update),
      gone as (delete from identities where user_id in (select id from person))
    select exists (select 1 from person) as allowed`.execute(db);
  return rows[0]?.allowed ?? false;
}

/** Notes that a sign-in was begun, by the hash of its browser's secret. */
export async function beginProviderSignIn(
  db: Database,
  hash: Buffer,
  lifetimeSeconds: number,
): Promise<void> {
  await sql`
    insert into provider_sign_ins (secret_hash, expires_at)
    values (${hash}, pa_now() + make_interval(secs => ${lifetimeSeconds}::double precision))`.execute(db);
}

/** Uses a sign-in up; false where there is none (any more). */
export async function takeProviderSignIn(db: Database, hash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('provider_sign_ins')
    .where('secret_hash', '=', hash)
    .where('expires_at', '>', databaseNow)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Removes sign-ins that nobody came back from. */
export async function forgetProviderSignIns(db: Database): Promise<void> {
  await db.deleteFrom('provider_sign_ins').where('expires_at', '<=', databaseNow).execute();
}
