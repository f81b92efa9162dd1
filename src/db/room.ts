/**
 * Room on the disk: what each Work's files take, as of when somebody last looked, and what is reserved for those who are
 * writing. Whoever is about to write reserves first, so that a Work and all Works of a person are within their bounds
 * together, however much comes at once, over all processes (SR-M1, SR-M10).
 */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { Quotas } from './quotas.ts';

/** Bytes that all Works of a person take together, by whose they are; undefined: without bound. */
export interface DiskShares {
  account: number | undefined;
  guest: number | undefined;
}

export function diskSharesOf({ account, guest }: Quotas): DiskShares {
  return { account: account.diskBytes, guest: guest.diskBytes };
}

/** The reservations in a Work that live, as of an instant of the database's clock. */
export interface RoomNow {
  at: string;
  /** Each file that is being written has a temporary file of this id. */
  ids: string[];
}

export async function roomNow(db: Database, workId: string): Promise<RoomNow> {
  const { rows } = await sql<RoomNow>`
    select pa_statement_now()::text as at, coalesce(array_agg(id::text), '{}') as ids
    from upload_room
    where work_id = ${workId}::uuid and ended_at is null and expires_at >= pa_statement_now()`.execute(db);
  return rows[0] as RoomNow;
}

export interface RoomAsked {
  workId: string;
  id: string;
  kind: 'file' | 'run' | 'copy';
  /** The most bytes that may be stored, and the fewest that are of use. */
  bytes: number;
  least: number;
  /** Bytes of the Work's files, but for those of the reservations `since`; of the one that is replaced. */
  measured: number;
  replaced: number;
  since: RoomNow;
  /** Of the Work. */
  limit: number;
  /** After which it counts as ended, should nobody say so. */
  lifetimeMs: number;
}

/** A bound in bytes, and whose it is: the Work's, its person's, or that of all guests of their network. */
export interface RoomBound {
  of: 'work' | 'person' | 'network';
  most: number;
}

/** What came of a wish for room, with the bound that is reached, or would be next. */
export type RoomGiven =
  | ({ kind: 'reserved'; bytes: number } & RoomBound)
  | ({ kind: 'full' } & RoomBound)
  | { kind: 'not_found' };

export async function reserveRoom(db: Database, asked: RoomAsked, shares: DiskShares): Promise<RoomGiven> {
  const { rows } = await sql<{ given: RoomGiven }>`
    select reserve_room(${asked.workId}::uuid, ${asked.id}::uuid, ${asked.kind}::text, ${asked.bytes}::bigint,
      ${asked.least}::bigint, ${asked.measured}::bigint, ${asked.replaced}::bigint, ${asked.since.at}::timestamptz,
      ${asked.limit}::bigint, ${asked.lifetimeMs}::bigint * interval '1 ms', ${shares.account ?? null}::bigint,
      ${shares.guest ?? null}::bigint) as given`.execute(db);
  return (rows[0] as { given: RoomGiven }).given;
}

/** Says that nothing more comes under this reservation; `stored` bytes came. */
export async function releaseRoom(db: Database, id: string, stored: number): Promise<void> {
  await sql`update upload_room set ended_at = pa_now(), bytes = ${stored}::bigint where id = ${id}::uuid`.execute(
    db,
  );
}

/** Notes what a Work's files, but for those of the reservations `since`, took when measured after that. */
export async function noteDisk(db: Database, workId: string, bytes: number, since: RoomNow): Promise<void> {
  await sql`
    update works set disk_bytes = ${bytes}::bigint, disk_at = ${since.at}::timestamptz
    where id = ${workId}::uuid and (disk_at is null or disk_at < ${since.at}::timestamptz)`.execute(db);
}

/** Works that nobody has measured yet, or not since something was stored in them a while ago. */
export async function worksToMeasure(db: Database, limit: number): Promise<string[]> {
  const { rows } = await sql<{ workId: string }>`
    select id as "workId" from works where disk_at is null and deleted_at is null
    union
    select w.id from works w join upload_room r on r.work_id = w.id
    where w.deleted_at is null and least(r.ended_at, r.expires_at) >= w.disk_at
      and least(r.ended_at, r.expires_at) < pa_now() - interval '30 seconds'
    limit ${limit}`.execute(db);
  return rows.map(({ workId }) => workId);
}
