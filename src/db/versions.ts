/** Versions of a Work's files (T4): what is kept of them is rows, and bytes beside them (src/versions). */
import { sql } from 'kysely';
import type { FileVersion, HistoryLimits, Skipped, SnapshotReason } from '../domain/versions.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import type { DiskShares } from './room.ts';
import { storableJson } from './storable.ts';

/** How kept bytes lie on the disk. */
export type Encoding = 'plain' | 'gzip' | 'zstd';

/** A file of the store: which content it has, and its own part of the name. */
export interface BlobFile {
  sha256: string;
  file: string;
  /** Where it begins in a file that it shares with others; null: it has a file of its own. */
  at: number | null;
}

/** Where kept bytes lie, and how. */
export interface StoredBlob extends BlobFile {
  /** Bytes on the disk. */
  stored: number;
  encoding: Encoding;
}

export interface Blob extends StoredBlob {
  size: number;
}

/** A file as it was last seen, with what must be unchanged for it to be the same still. */
export interface KnownFile extends FileVersion {
  seen: string;
}

/** A file that is other than before; `sha256` null: it is gone. */
export type ChangedFile = KnownFile | { path: string; sha256: null };

/** The newest snapshot's number (0: there is none), and its files. */
export async function newestSnapshot(
  db: Database,
  workId: string,
): Promise<{ number: number; files: KnownFile[] }> {
  // One statement: the files are those of this number.
  const { rows } = await sql<{ number: number; files: [string, string, number, string, Skipped | null][] }>`
    select last_snapshot as number, coalesce((
      select json_agg(json_build_array(path, sha256, size, seen, skipped)) from file_versions
      where work_id = works.id and until is null), '[]') as files
    from works where id = ${workId}::uuid`.execute(db);
  const { number = 0, files = [] } = rows[0] ?? {};
  return {
    number,
    files: files.map(([path, sha256, size, seen, skipped]) => ({
      path,
      sha256,
      size,
      seen,
      ...(skipped === null ? {} : { skipped }),
    })),
  };
}

/** The kept bytes of these contents, as far as there are any. */
export async function findBlobs(db: Database, workId: string, contents: readonly string[]): Promise<Blob[]> {
  if (contents.length === 0) return [];
  return (await db
    .selectFrom('blobs')
    .select(['sha256', 'file', 'at', 'size', 'stored', 'encoding'])
    .where('work_id', '=', workId)
    .where('sha256', '=', sql<string>`any(${contents}::text[])`)
    .execute()) as Blob[];
}

export interface NewSnapshot {
  workId: string;
  id: string;
  reason: SnapshotReason;
  /** Of the turn that begins with it, or of the call that changed the files: there is one of each. */
  turn?: number | undefined;
  toolCallId?: string | undefined;
  /** The snapshot that was brought back. */
  restored?: string | undefined;
  /** The number of the newest one, with which the changes were found; null: they hold whatever that is. */
  head: number | null;
  changes: readonly ChangedFile[];
  blobs: readonly Blob[];
}

/** `unused`: files of the store that are needed no more. */
export type Kept = { unused: BlobFile[] } & (
  | { kind: 'kept' | 'there'; id: string }
  | { kind: 'same' | 'behind' | 'gone' }
);

/** Keeps a snapshot with its event, in one statement, within what its person may have and a history has at most. */
export async function keepSnapshot(
  db: Database,
  snapshot: NewSnapshot,
  { shares, limits }: { shares: DiskShares; limits: HistoryLimits },
): Promise<Kept> {
  const { workId, id, reason, turn, toolCallId, restored, head, changes, blobs } = snapshot;
  return await call<Kept>(
    db,
    sql`keep_snapshot(${workId}::uuid, ${id}::uuid, ${reason}::text, ${turn ?? null}::integer,
      ${toolCallId ?? null}::uuid, ${restored ?? null}::uuid, ${head}::integer, ${storableJson(changes)}::jsonb,
      ${JSON.stringify(blobs)}::jsonb, ${limits.bytes}::bigint, ${limits.snapshots}::integer,
      ${shares.account ?? null}::bigint, ${shares.guest ?? null}::bigint)`,
  );
}

/** Whether there is a snapshot of this turn's beginning. */
export async function hasTurnSnapshot(db: Database, of: { workId: string; turn: number }): Promise<boolean> {
  const row = await db
    .selectFrom('snapshots')
    .select('number')
    .where('work_id', '=', of.workId)
    .where('turn', '=', of.turn)
    .where('reason', '=', 'turn')
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of these files of the store that no row names. */
export async function unnamedBlobs(
  db: Database,
  workId: string,
  files: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ file: string }>`
    select f::text as file from unnest(${files}::uuid[]) f
    where not exists (select from blobs where work_id = ${workId}::uuid and blobs.file = f)`.execute(db);
  return new Set(rows.map(({ file }) => file));
}
