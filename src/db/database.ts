/** The connection to Postgres that everything else takes as its first argument. */
import { Socket } from 'node:net';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { turnsByPerson } from './askers.ts';
import type { DB } from './schema.ts';

export type Database = Kysely<DB>;

/**
 * Milliseconds after which a statement of the pool that got no answer is given up with its connection. Nothing of ours
 * takes so long: what waits for a lock is ended after 15 s (session-settings.ts). A way that swallows packets, such as
 * a firewall that forgot the connection, is noticed by this alone.
 */
export const ANSWER_MS = 25_000;
/** What pg says of a statement that was given up. */
export const NO_ANSWER = 'Query read timeout';
/** What it says where no connection was free in time. */
const NO_CONNECTION = 'timeout exceeded when trying to connect';
/** How long a connection of the pool is waited for, in all. */
const CONNECT_MS = 10_000;
/** After so long of silence the way to the server is tried: firewalls forget what is silent for some minutes. */
const KEEP_ALIVE_MS = 30_000;
/** How long the server may take to say goodbye. */
const FAREWELL_MS = 1_000;

// Sequence numbers and sizes stay below 2^53, so bigint columns are read as numbers.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/** Options for one connection to `url`; `name` is what pg_stat_activity shows. Poolers refuse more start-up options. */
export function connectionOptions(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    types,
  };
}

export interface DatabaseOptions {
  /** As pg_stat_activity shows it. */
  name: string;
  /** Connections at once. */
  max: number;
  onIdleError: (error: Error) => void;
  /**
   * How many of them stay while nobody asks: a new one costs a process of the server, and each of our functions has to be
   * read by it again, before a turn that comes after a pause has its first token (B1).
   */
  kept?: number;
  /** How many of them people's statements have, who take turns (askers.ts); the rest is for what serves everybody. */
  ofPeople?: number;
}

/**
 * Opens a pool of at most `max` connections. A connection that breaks while idle is replaced by the pool; that
 * is reported through `onIdleError` and is no failure of any query.
 */
export function openDatabase(
  url: string,
  { name, max, kept = 0, ofPeople = max, onIdleError }: DatabaseOptions,
): Database {
  const sockets = new Set<Socket>();
  const options = {
    ...connectionOptions(url, name),
    query_timeout: ANSWER_MS,
    max,
    min: kept,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.on('close', () => sockets.delete(socket));
    },
  };
  const pool = createPool(options, onIdleError);
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: shared(pool, sockets, turnsByPerson(ofPeople)) }),
  });
}

/** Runs `use` in a transaction: in the one that `db` is, or in one of its own, which an error rolls back. */
export async function inTransaction<T>(db: Database, use: (held: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? await use(db) : await db.transaction().execute(use);
}

/**
 * The pool, shared out by person, and without the connections that gave no answer: it would hand them out again, and
 * wait for each as it ends.
 */
function shared(
  pool: pg.Pool,
  sockets: ReadonlySet<Socket>,
  takeTurn: ReturnType<typeof turnsByPerson>,
): PostgresPool {
  return {
    async connect() {
      const turn = await takeTurn(AbortSignal.timeout(CONNECT_MS)).catch((cause: unknown) => {
        throw new Error(`${NO_CONNECTION}: this person's other statements go first`, { cause });
      });
      const client = await pool.connect().catch((error: unknown) => {
        turn?.[Symbol.dispose]();
        throw error;
      });
      let silent: Error | undefined;
      return {
        async query(text: string, values: readonly unknown[]) {
          if (silent !== undefined) throw silent;
          try {
            return await client.query(text, [...values]);
          } catch (error) {
            if (error instanceof Error && error.message === NO_ANSWER) silent = error;
            throw error;
          }
        },
        release() {
          client.release(silent);
          turn?.[Symbol.dispose]();
        },
        // Cursors, the other thing that a client of Kysely's may do, are used nowhere.
      } as unknown as Awaited<ReturnType<PostgresPool['connect']>>;
    },
    async end() {
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, FAREWELL_MS).unref();
      await pool.end();
    },
  };
}

/**
 * A connection of its own, to be connected and ended by who asked for it. One that breaks fails what is asked of it, or
 * ends, which `end` tells; an error that nobody hears would end the process besides.
 */
export function createClient(options: pg.ClientConfig): pg.Client {
  const client = new pg.Client(options);
  return client.on('error', () => {});
}

/** A pool whose errors are heard, and those of every connection of it: one that nobody hears ends the process. */
export function createPool(options: pg.PoolConfig, onIdleError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on('error', onIdleError);
  // The pool hears of a connection only while it is idle. One that breaks in use fails its query, which says it; its
  // own report comes just after that.
  return pool.on('connect', (client) => client.on('error', () => {}));
}
