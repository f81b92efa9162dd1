/**
 * Settings of every session of the app's role in its database, wherever it comes from. They stand with the role, not in
 * the start-up options of connections: poolers (PgBouncer, Neon's) refuse those, and would hand a SET to somebody else.
 */
import { type Kysely, sql } from 'kysely';

/** No session may hold a Work's row for longer while it waits (R5). */
const SETTINGS = { lock_timeout: '15s', idle_in_transaction_session_timeout: '15s' };

/** The key of an advisory lock that nothing else takes: two sessions that alter a role at once fail. */
const LOCK = 7_021_940;

/** Writes the settings where they are not as they should be; sessions that begin afterwards have them. */
export async function keepSessionSettings(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
    const { rows } = await sql<{ kept: string[] | null; database: string }>`
      select current_database() as database, (
        select setconfig from pg_db_role_setting
        where setrole = current_user::regrole
          and setdatabase = (select oid from pg_database where datname = current_database())
      ) as kept`.execute(transaction);
    const { kept = null, database = '' } = rows[0] ?? {};
    for (const [name, value] of Object.entries(SETTINGS)) {
      if (kept?.includes(`${name}=${value}`)) continue;
      await sql`alter role current_user in database ${sql.id(database)} set ${sql.id(name)} = ${sql.lit(value)}`.execute(
        transaction,
      );
    }
  });
}
