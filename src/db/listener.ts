/**
 * A session of its own that LISTENs, and holds session-level locks, for as long as the process lives. When the
 * connection breaks, or answers no more, it is made again; `onConnect` then runs again, so that whoever listens can
 * catch up on what was told meanwhile.
 */
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectionOptions, createClient, NO_ANSWER } from './database.ts';
import { requireOwnSession } from './own-session.ts';

/** How often a statement is sent: a connection that a firewall dropped is silent, and so is one that only listens. */
const HEARTBEAT_MS = 10_000;
/** A session that answers nothing for this long is taken for broken: with the interval, within 25 s. */
const ANSWER_MS = 15_000;
/** How long the server may take to say goodbye. */
const FAREWELL_MS = 1_000;

export interface SessionOptions {
  /** Straight to Postgres, or by a pooler that keeps sessions. */
  url: string;
  name: string;
  channels: readonly string[];
  /** Called on each (re)connection, after LISTEN; what it throws counts as a broken connection. */
  onConnect: (connection: SessionConnection) => Promise<void> | void;
  onNotification: (channel: string, payload: string) => void;
  /** A broken connection, which will be made again. */
  onBroken: (error: Error) => void;
}

/** One connection of the session, until it breaks. */
export interface SessionConnection {
  /** Runs a statement behind those before it. One that gets no answer in time breaks the connection. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    statement: string | { name: string; text: string },
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<R>>;
  /** Gives the connection up; it is made again at once. */
  drop(reason: Error): void;
}

export interface ListeningSession {
  /** Runs a statement in this session, without waiting for the pool. @throws while the connection is away */
  query(text: string, values: unknown[]): Promise<pg.QueryResult>;
  /** Drops the connection; it is made again at once, with its locks. */
  reconnect(): Promise<void>;
  /** Ends it, whatever state it is in: one that is just being made, and one whose server answers no more. */
  close(): Promise<void>;
}

interface Connection extends SessionConnection {
  client: pg.Client;
  socket: Socket;
}

function createConnection(
  client: pg.Client,
  socket: Socket,
  onBroken: (made: Connection, error: Error) => void,
): Connection {
  let last: Promise<unknown> = Promise.resolve();
  const made: Connection = {
    client,
    socket,
    drop: (reason) => onBroken(made, reason),
    query(statement, values = []) {
      const named = typeof statement === 'string' ? { text: statement } : statement;
      const answer = last.then(() => client.query({ ...named, values: [...values] }));
      last = answer.catch((error: Error) => {
        if (error.message === NO_ANSWER) onBroken(made, error);
      });
      return answer;
    },
  };
  // `onBroken` minds only the connection in use: before that, and after it was given up, the statements that wait fail.
  client.on('error', made.drop);
  client.on('end', () => made.drop(new Error('the connection was closed')));
  return made;
}

/** Opens the session and resolves when it is connected for the first time. */
export async function openSession(options: SessionOptions): Promise<ListeningSession> {
  const closing = new AbortController();
  /** The one that serves; undefined while it is made again. */
  let current: Connection | undefined;
  /** The one that is being made. */
  let next: Connection | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const socket = new Socket();
    const client = createClient({
      ...connectionOptions(options.url, options.name),
      query_timeout: ANSWER_MS,
      stream: () => socket,
    });
    const made = createConnection(client, socket, (broken, error) => {
      if (current === broken) reconnect(error);
    });
    next = made;
    client.on('notification', ({ channel, payload }) => options.onNotification(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of options.channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      if (options.channels.length > 0) await requireOwnSession(client, options.url, options.name);
      await options.onConnect(made);
      closing.signal.throwIfAborted();
      // It may have broken between its last answer and now, when nobody was told.
      if (socket.destroyed) throw new Error('the connection was closed');
      current = made;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      next = undefined;
    }
    beat(made);
  }

  function beat(on: Connection): void {
    heartbeat = setTimeout(() => {
      on.query('select').then(() => {
        if (current === on) beat(on);
      }, on.drop);
    }, HEARTBEAT_MS);
  }

  function reconnect(reason: Error): void {
    current?.socket.destroy();
    current = undefined;
    clearTimeout(heartbeat);
    if (closing.signal.aborted) return;
    options.onBroken(reason);
    void (async () => {
      for (let wait = 20; !closing.signal.aborted; wait = Math.min(wait * 2, 1_000)) {
        try {
          await connect();
          return;
        } catch (error) {
          if (closing.signal.aborted) return;
          options.onBroken(error instanceof Error ? error : new Error(String(error)));
          await delay(wait, undefined, { signal: closing.signal }).catch(() => {}); // closed while waiting
        }
      }
    })();
  }

  await connect();
  return {
    async query(text, values) {
      if (current === undefined) throw new Error('the connection is being made again');
      return await current.query(text, values);
    },
    async reconnect() {
      if (current !== undefined) reconnect(new Error('it was to be made again'));
    },
    async close() {
      closing.abort();
      clearTimeout(heartbeat);
      next?.socket.destroy();
      const last = current;
      current = undefined;
      if (last === undefined) return;
      const late = setTimeout(() => last.socket.destroy(), FAREWELL_MS);
      await last.client.end().finally(() => clearTimeout(late));
    },
  };
}
