/** Brings a database up to the newest migration of migrations/. Safe when many processes start at once. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, type MigrationResultSet, Migrator, PostgresDialect, sql } from 'kysely';
import { connectionOptions, createPool } from './database.ts';
import { keepSessionSettings } from './session-settings.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Runs the migrations that `url`'s database lacks, under Kysely's migration lock, and gives their names. The address has
 * to lead straight to Postgres: the lock is a session's.
 * @throws the database's error, with the migration's name, when one fails; it is rolled back whole.
 */
export function migrateToLatest(url: string): Promise<string[]> {
  return migrate(url, (migrator) => migrator.migrateToLatest());
}

/** The same up to and with the migration `name`. */
export function migrateTo(url: string, name: string): Promise<string[]> {
  return migrate(url, (migrator) => migrator.migrateTo(name));
}

/** The names of all migrations, in their order. */
export async function migrationNames(): Promise<string[]> {
  return Object.keys(await readMigrations());
}

async function migrate(
  url: string,
  run: (migrator: Migrator) => Promise<MigrationResultSet>,
): Promise<string[]> {
  const options = { ...connectionOptions(url, 'paperagent-migrate'), max: 1 };
  const pool = createPool(options, () => {}); // the migration that it breaks says so
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } });
    const { error, results = [] } = await run(migrator);
    if (error) {
      const failed = results.find((result) => result.status === 'Error');
      throw new Error(`migration ${failed?.migrationName ?? '(unknown)'} failed: ${String(error)}`, {
        cause: error,
      });
    }
    await keepSessionSettings(db);
    return results.map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

async function readMigrations() {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort();
  return Object.fromEntries(
    files.map((file) => [
      file.replace(/\.sql$/, ''),
      {
        async up(db: Kysely<unknown>) {
          await sql.raw(await readFile(path.join(MIGRATIONS, file), 'utf8')).execute(db);
        },
      },
    ]),
  );
}
