/** Says that a worker came down by itself: for whoever saw it, with a connection for this one statement. */
import { connectionOptions, createClient } from './database.ts';

/** A process that is to end, or to be started again, waits no longer for this. */
const WITHIN_MS = 3_000;

/**
 * Writes down why; the first word about a worker stands (note_crash in functions/workers.sql).
 * @throws where the database does not take it in time: then the death counts like any other
 */
export async function noteCrash(url: string, workerId: string, reason: string): Promise<void> {
  const client = createClient({
    ...connectionOptions(url, 'paperagent-crash'),
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: WITHIN_MS,
  });
  try {
    await client.connect();
    await client.query('select note_crash($1::uuid, $2::text)', [workerId, reason]);
  } finally {
    await client.end().catch(() => {}); // broken: nothing to close
  }
}
