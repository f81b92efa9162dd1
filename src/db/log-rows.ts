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

/** A row of the statements here; `ms` is `at` in milliseconds since 1970. */
export interface LogRow {
  seq: number;
  turn: number | null;
  ms: number;
  kind: string;
  body: string;
}

/** The columns of LogRow. */
export const LOG_ROW = `seq, turn, kind, floor(extract(epoch from at) * 1000)::bigint as ms, body::text as body`;

/** The frame of a row. The kind is one of a closed set, and needs no escaping. */
export function toFrame(row: LogRow): LogFrame {
  const fields = row.body === '{}' ? '}' : `,${row.body.slice(1)}`;
  const at = new Date(row.ms).toISOString();
  return {
    seq: row.seq,
    kind: row.kind,
    text: `{"type":"event","seq":${row.seq},"turn":${row.turn},"at":"${at}","kind":"${row.kind}"${fields}`,
  };
}

/** The frames after `after`, in order, at most `limit`. */
export async function readFrames(
  db: Database,
  workId: string,
  { after, limit }: { after: number; limit: number },
): Promise<LogFrame[]> {
  const { rows } = await sql<LogRow>`
    select ${sql.raw(LOG_ROW)} from events
    where work_id = ${workId}::uuid and seq > ${after} order by seq limit ${limit}`.execute(db);
  return rows.map(toFrame);
}
