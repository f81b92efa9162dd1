/** The connection to Postgres that everything else takes as its first argument. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DB } from './schema.ts';

export type Database = Kysely<DB>;

/** Session settings of every connection: nothing of ours may hold a Work's row while it waits (R5). */
const SESSION_SETTINGS = '-c lock_timeout=15s -c idle_in_transaction_session_timeout=15s';

// Sequence numbers and sizes stay below 2^53, so bigint columns are read as numbers.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** Options for one connection to `url` with our session settings; `name` is what pg_stat_activity shows. */
export function connectionOptions(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    options: SESSION_SETTINGS,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    types,
  };
}

/**
 * Opens a pool of at most `max` connections. A connection that breaks while idle is replaced by the pool; that
 * is reported through `onIdleError` and is no failure of any query.
 */
export function openDatabase(
  url: string,
  { name, max, onIdleError }: { name: string; max: number; onIdleError: (error: Error) => void },
): Database {
  const pool = new pg.Pool({ ...connectionOptions(url, name), max });
  pool.on('error', onIdleError);
  // The pool hears of a connection only while it is idle. One that breaks in use, just after its query has failed,
  // would tell nobody, and an error that nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
