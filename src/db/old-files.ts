/** Snapshots as people are shown them: which there are, what files they have, what differs between two (P18). */
import { sql } from 'kysely';
import type { FileDifference, Skipped, SnapshotInfo, SnapshotReason } from '../domain/versions.ts';
import type { Database } from './database.ts';
import type { StoredBlob } from './versions.ts';

interface Row {
  number: number;
  id: string;
  reason: SnapshotReason;
  turn: number | null;
  restored: string | null;
  at: string;
  files: number;
  bytes: number;
  sha256?: string | null;
  skipped?: Skipped | null;
}

/** The newest first. `before`: a snapshot's number. `path`: only those in which that file is other than before. */
export async function listSnapshots(
  db: Database,
  workId: string,
  page: { limit: number; before?: number | undefined; path?: string | undefined },
): Promise<{ items: SnapshotInfo[]; next: number | undefined }> {
  const { limit, before, path } = page;
  const columns = sql`s.number, s.id, s.reason, s.turn, s.restored, iso_time(s.at) as at, s.files, s.bytes`;
  const older = before === undefined ? sql`true` : sql`number < ${before}::integer`;
  const all = sql`select ${columns} from snapshots s where s.work_id = ${workId}::uuid`;
  const ofFile = sql`
    select * from (
      select ${columns}, v.sha256, v.skipped, lag(v.sha256) over (order by s.number) as old
      from snapshots s
      left join file_versions v on v.work_id = s.work_id and v.path_id = md5(${path ?? ''}::text)::uuid
        and v.since <= s.number and (v.until is null or v.until > s.number)
      where s.work_id = ${workId}::uuid) states
    where sha256 is distinct from old`;
  const { rows } = await sql<Row>`
    select * from (${path === undefined ? all : ofFile}) listed where ${older}
    order by number desc limit ${limit + 1}`.execute(db);
  const items = rows.slice(0, limit);
  return {
    items: items.map((row) => infoOf(row, path !== undefined)),
    next: rows.length > limit ? items.at(-1)?.number : undefined,
  };
}

function infoOf(
  { id, reason, turn, restored, at, files, bytes, sha256, skipped }: Row,
  ofFile: boolean,
): SnapshotInfo {
  return {
    ...{ id, reason, at, files, bytes },
    ...(turn === null ? {} : { turn }),
    ...(restored === null ? {} : { restored }),
    ...(ofFile ? { sha256: sha256 ?? null } : {}),
    ...(skipped == null ? {} : { skipped }),
  };
}

/** The newest snapshot of the Work, and what its history takes on the disk. */
export async function historyOf(
  db: Database,
  workId: string,
): Promise<{ newest: string | null; historyBytes: number }> {
  const { rows } = await sql<{ newest: string | null; historyBytes: number }>`
    select (select id from snapshots where work_id = w.id and number = w.last_snapshot) as newest,
      w.history_bytes as "historyBytes"
    from works w where w.id = ${workId}::uuid`.execute(db);
  return rows[0] ?? { newest: null, historyBytes: 0 };
}

/** The snapshot from whose files a turn began; undefined where that is not kept. */
export async function snapshotOfTurn(
  db: Database,
  workId: string,
  turn: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .select('id')
    .where('work_id', '=', workId)
    .where('turn', '=', turn)
    .where('reason', '=', 'turn')
    .executeTakeFirst();
  return row?.id;
}

export async function hasSnapshot(db: Database, workId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('snapshots')
    .select('number')
    .where('work_id', '=', workId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/** A file as a snapshot has it, with where its bytes are kept. */
export interface FileThen {
  path: string;
  sha256: string;
  size: number;
  skipped: Skipped | null;
  /** Null: the bytes are not kept, or not any more. */
  blob: Omit<StoredBlob, 'sha256'> | null;
}

/** All files of a snapshot, or one, in order of their paths. */
export async function filesOf(
  db: Database,
  workId: string,
  snapshot: string,
  path?: string,
): Promise<FileThen[]> {
  const only = path === undefined ? sql`true` : sql`v.path_id = md5(${path}::text)::uuid`;
  const { rows } = await sql<FileThen>`
    select v.path, v.sha256, v.size, v.skipped,
      case when b.file is not null then
        json_build_object('file', b.file, 'at', b.at, 'stored', b.stored, 'encoding', b.encoding) end as blob
    from snapshots s
    join file_versions v on v.work_id = s.work_id and v.since <= s.number and (v.until is null or v.until > s.number)
    left join blobs b on b.work_id = v.work_id and b.sha256 = v.sha256
    where s.work_id = ${workId}::uuid and s.id = ${snapshot}::uuid and ${only}
    order by v.path collate "C"`.execute(db);
  return rows;
}

/** Paths that a person changed or removed on the way from one snapshot to another, whichever is the older. */
export async function changedByPerson(
  db: Database,
  workId: string,
  { from, to }: { from: string; to: string },
): Promise<Set<string>> {
  const { rows } = await sql<{ path: string }>`
    with span as (
      select min(number) as first, max(number) as last from snapshots
      where work_id = ${workId}::uuid and id in (${from}::uuid, ${to}::uuid)
    )
    select distinct v.path from file_versions v, span
    where v.work_id = ${workId}::uuid
      and ((v.by_person and v.since > span.first and v.since <= span.last)
        or (v.ended_by_person and v.until > span.first and v.until <= span.last))`.execute(db);
  return new Set(rows.map(({ path }) => path));
}

/** What is other in `to` than in `from`, in order of paths. */
export async function differencesBetween(
  db: Database,
  workId: string,
  { from, to }: { from: string; to: string },
): Promise<FileDifference[]> {
  const [before, after, own] = await Promise.all([
    filesOf(db, workId, from),
    filesOf(db, workId, to),
    changedByPerson(db, workId, { from, to }),
  ]);
  const then = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...then.keys(), ...now.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return paths.flatMap((path) => {
    const old = then.get(path);
    const later = now.get(path);
    if (old?.sha256 === later?.sha256) return [];
    const change = old === undefined ? 'added' : later === undefined ? 'removed' : 'changed';
    const byPerson = own.has(path);
    const kept = old === undefined ? later?.blob !== null : old.blob !== null;
    return [
      {
        ...{ path, change, byPerson, kept },
        ...(old === undefined ? {} : { before: contentOf(old) }),
        ...(later === undefined ? {} : { after: contentOf(later) }),
      },
    ];
  });
}

function contentOf({ sha256, size }: FileThen) {
  return { sha256, size };
}
