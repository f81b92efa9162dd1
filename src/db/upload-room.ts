/** Room that uploads reserve in their Work before they begin, so that those of all apis are within it together (M1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** The uploads to a Work that go on, as of an instant of the database's clock. */
export interface UploadsNow {
  at: string;
  /** Each has a temporary file of this id. */
  ids: string[];
}

export async function uploadsNow(db: Database, workId: string): Promise<UploadsNow> {
  const { rows } = await sql<UploadsNow>`
    select statement_timestamp()::text as at, coalesce(array_agg(id::text), '{}') as ids
    from upload_room
    where work_id = ${workId}::uuid and ended_at is null and expires_at >= statement_timestamp()`.execute(db);
  return rows[0] as UploadsNow;
}

export interface RoomAsked {
  workId: string;
  id: string;
  /** The most that may be stored, and with how much less the upload makes no sense. */
  bytes: number;
  least: number;
  /** Bytes of the Work's files, but for those of the uploads `since`; of the one that is replaced. */
  measured: number;
  replaced: number;
  since: UploadsNow;
  limit: number;
}

/** @returns the bytes that may be stored, 0 where there is no room, null where there is no such Work */
export async function reserveUploadRoom(db: Database, asked: RoomAsked): Promise<number | null> {
  const { rows } = await sql<{ bytes: string | null }>`
    select reserve_upload_room(${asked.workId}::uuid, ${asked.id}::uuid, ${asked.bytes}::bigint,
      ${asked.least}::bigint, ${asked.measured}::bigint, ${asked.replaced}::bigint, ${asked.since.at}::timestamptz,
      ${asked.limit}::bigint)::text as bytes`.execute(db);
  const bytes = rows[0]?.bytes ?? null;
  return bytes === null ? null : Number(bytes);
}

/** Says that the upload has ended: what it stored is where it is measured. */
export async function releaseUploadRoom(db: Database, id: string): Promise<void> {
  await sql`update upload_room set ended_at = clock_timestamp() where id = ${id}::uuid`.execute(db);
}
