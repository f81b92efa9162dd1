/** Brings a database up to the newest migration of migrations/, and to the functions of src/db/functions. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, type MigrationResultSet, Migrator, PostgresDialect, sql, type Transaction } from 'kysely';
import { connectionOptions, createPool } from './database.ts';
import { applyFunctions } from './function-sources.ts';
import { keepSessionSettings } from './session-settings.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Kysely's lock, a session's: the tables named here are not used on Postgres. */
const LOCK = { lockTable: '', lockRowId: '' };

/**
 * Runs the migrations that `url`'s database lacks, puts the functions there that it lacks, and gives the migrations'
 * names. Safe when many processes start at once: all of it is under Kysely's migration lock. The address has to lead
 * straight to Postgres: the lock is a session's. A database that a newer version has migrated stays as it is (D10).
 * @throws the database's error, with the migration's name, when one fails; it is rolled back whole.
 */
export function migrateToLatest(url: string): Promise<string[]> {
  return migrate(url, (migrator) => migrator.migrateToLatest());
}

/** The same up to and with the migration `name`. Functions come with the newest alone. */
export function migrateTo(url: string, name: string): Promise<string[]> {
  return migrate(url, (migrator) => migrator.migrateTo(name));
}

/** The names of all migrations, in their order. */
export async function migrationNames(): Promise<string[]> {
  const files = await readdir(MIGRATIONS);
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.replace(/\.sql$/, ''))
    .sort();
}

async function migrate(
  url: string,
  run: (migrator: Migrator) => Promise<MigrationResultSet>,
): Promise<string[]> {
  const options = { ...connectionOptions(url, 'paperagent-migrate'), max: 1 };
  const pool = createPool(options, () => {}); // the migration that it breaks says so
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const ran = await db.connection().execute((session) => underLock(session, () => bringUp(session, run)));
    await keepSessionSettings(db);
    return ran;
  } finally {
    await db.destroy();
  }
}

async function underLock<T>(session: Kysely<unknown>, use: () => Promise<T>): Promise<T> {
  const { adapter } = session.getExecutor();
  await adapter.acquireMigrationLock(session, LOCK);
  try {
    return await use();
  } finally {
    await adapter.releaseMigrationLock(session, LOCK);
  }
}

async function bringUp(
  session: Kysely<unknown>,
  run: (migrator: Migrator) => Promise<MigrationResultSet>,
): Promise<string[]> {
  const names = await migrationNames();
  if (isNewer(await migrationsOf(session), names)) return [];
  const migrator = new Migrator({ db: session, provider: { getMigrations: async () => migrations(names) } });
  const { error, results = [] } = await run(migrator);
  if (error) {
    const failed = results.find((result) => result.status === 'Error');
    throw new Error(`migration ${failed?.migrationName ?? '(unknown)'} failed: ${String(error)}`, {
      cause: error,
    });
  }
  if ((await migrationsOf(session)).length === names.length) {
    await session.transaction().execute(applyFunctions);
  }
  return results.map((result) => result.migrationName);
}

/** Each migration by its name. The newest brings the functions with it: tables and functions change at one instant. */
function migrations(names: readonly string[]) {
  const newest = names.at(-1);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          await sql.raw(await readFile(path.join(MIGRATIONS, `${name}.sql`), 'utf8')).execute(db);
          if (name === newest) await applyFunctions(db as Transaction<unknown>);
        },
      },
    ]),
  );
}

/** The migrations that a database has, in their order. */
async function migrationsOf(session: Kysely<unknown>): Promise<string[]> {
  const { rows: tables } = await sql`select where to_regclass('kysely_migration') is not null`.execute(
    session,
  );
  if (tables.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(session);
  return rows.map(({ name }) => name).sort();
}

/** Whether a database has all of these migrations, and later ones that this program does not know. */
function isNewer(there: readonly string[], names: readonly string[]): boolean {
  return there.length > names.length && names.every((name, index) => there[index] === name);
}
