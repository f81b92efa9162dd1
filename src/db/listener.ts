/**
 * A session of its own that LISTENs, and holds session-level locks, for as long as the process lives. When the
 * connection breaks it is made again; `onConnect` then runs again, so that whoever listens can catch up on what
 * was told meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectionOptions } from './database.ts';

export interface SessionOptions {
  url: string;
  name: string;
  channels: readonly string[];
  /** Called on each (re)connection, after LISTEN; what it throws counts as a broken connection. */
  onConnect: (client: pg.Client) => Promise<void> | void;
  onNotification: (channel: string, payload: string) => void;
  /** A broken connection, which will be made again. */
  onBroken: (error: Error) => void;
}

export interface Session {
  /** Runs a statement in this session, behind nobody else's. @throws while the connection is away */
  query(text: string, values: unknown[]): Promise<pg.QueryResult>;
  /** Drops the connection; it is made again at once, with its locks. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the session and resolves when it is connected for the first time. */
export async function openSession(options: SessionOptions): Promise<Session> {
  let closed = false;
  let current: pg.Client | undefined;
  const closing = new AbortController();

  async function connect(): Promise<void> {
    const client = new pg.Client(connectionOptions(options.url, options.name));
    let up = false;
    client.on('error', (error) => {
      if (up && !closed && current === client) reconnect(error);
    });
    client.on('end', () => {
      if (up && !closed && current === client) reconnect(new Error('the connection was closed'));
    });
    client.on('notification', ({ channel, payload }) => options.onNotification(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of options.channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      current = client;
      await options.onConnect(client);
      up = true;
    } catch (error) {
      current = undefined;
      client.on('error', () => {}); // already reported by the throw below
      void client.end().catch(() => {}); // it never came up, or is broken: nothing to close
      throw error;
    }
  }

  function reconnect(reason: Error): void {
    current = undefined;
    options.onBroken(reason);
    void (async () => {
      for (let wait = 20; !closed; wait = Math.min(wait * 2, 1_000)) {
        try {
          await connect();
          return;
        } catch (error) {
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
      await current?.end();
    },
    async close() {
      closed = true;
      closing.abort();
      await current?.end();
    },
  };
}
