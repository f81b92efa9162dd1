/**
 * The log as text that is ready to be sent. Postgres writes the JSON of a body, and it goes out as it is: what
 * streams to many viewers is neither parsed nor serialised here.
 */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** One event as it goes over the wire. */
export interface LogFrame {
  readonly seq: number;
  readonly kind: string;
  /** JSON text: {"type":"event","seq",...}. */
  readonly text: string;
}

/** The columns of LogFrame. A kind is one of a closed set, and needs no escaping. */
export const LOG_FRAME = `seq, kind,
  '{"type":"event","seq":' || seq || ',"turn":' || coalesce(turn::text, 'null') || ',"at":"' || iso_time(at)
  || '","kind":"' || kind || '"' || case when body = '{}' then '}' else ',' || substr(body::text, 2) end as text`;

/** The frames after `after`, in order, at most `limit`. */
export async function readFrames(
  db: Database,
  workId: string,
  { after, limit }: { after: number; limit: number },
): Promise<LogFrame[]> {
  const { rows } = await sql<LogFrame>`
    select ${sql.raw(LOG_FRAME)} from events
    where work_id = ${workId}::uuid and seq > ${after} order by seq limit ${limit}`.execute(db);
  return rows;
}
