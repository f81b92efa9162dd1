/** Whether a connection is a session: a pooler that shares Postgres' sessions out by transaction gives none. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { connectionOptions, createClient } from './database.ts';

/** Notifications arrive in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Resolves where what the client LISTENs to reaches it. Costs one statement straight to Postgres; behind a pooler, whose
 * connections are known by a process id that is not Postgres', a notification from another connection is waited for.
 * @throws Error saying what to set, where it does not come
 */
export async function requireOwnSession(client: pg.Client, url: string, name: string): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  // Known to pg from the server's first words, and left out of its types.
  if (rows[0]?.pid === (client as pg.Client & { processID: number | null }).processID) return;
  const channel = `pa_own_${randomUUID().replaceAll('-', '')}`;
  const arrived = Promise.withResolvers<boolean>();
  const hear = (told: pg.Notification) => {
    if (told.channel === channel) arrived.resolve(true);
  };
  client.on('notification', hear);
  const late = setTimeout(() => arrived.resolve(false), TIMEOUT_MS);
  const other = createClient(connectionOptions(url, name));
  try {
    await client.query(`listen ${channel}`);
    await other.connect();
    await other.query(`notify ${channel}`);
    if (await arrived.promise) return;
  } finally {
    clearTimeout(late);
    client.off('notification', hear);
    await other.end();
  }
  throw new Error(
    'a pooler stands before Postgres that keeps no sessions: set DATABASE_DIRECT_URL to an address without it',
  );
}
