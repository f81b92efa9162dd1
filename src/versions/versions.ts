/**
 * Versions of Works' files (T4). A snapshot is taken as a turn begins, after each call that changed files, as a person
 * saves, and around every restore. First the bytes that are new are stored, durable; then one statement keeps the
 * snapshot: killed at any moment, it is complete or absent.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import type { DiskShares } from '../db/room.ts';
import {
  type Blob,
  type ChangedFile,
  findBlobs,
  hasTurnSnapshot,
  type Kept,
  type KnownFile,
  keepSnapshot,
  type NewSnapshot,
  newestSnapshot,
} from '../db/versions.ts';
import { HISTORY_LIMITS, type HistoryLimits, KEPT_FILE_BYTES, type Skipped } from '../domain/versions.ts';
import { codeOf } from '../system-error.ts';
import { DISK_RESERVE_BYTES, freeBytes } from '../workspace/disk-room.ts';
import { isSettled, type Snapshot, stateOf } from '../workspace/snapshot.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { removeBlobs, storeBlob } from './blob-store.ts';
import { asSeen, changesSince, isTouched, type SeenFile } from './changed-files.ts';
import { createPacking, PACKED_BYTES, type Packing } from './packs.ts';
import { historyFolder, syncFolders } from './store-files.ts';

/** A Work's files, and where their history is. */
export interface Place {
  db: Database;
  dataDir: string;
  workId: string;
  workspace: Workspace;
  shares: DiskShares;
  /** Absent: what the history of a Work has at most. */
  limits?: HistoryLimits;
}

/** Looks at a whole workspace before what others changed meanwhile is taken as it comes. */
const LOOKS = 4;
/** Readings of a file that changes while it is read. */
const READS = 3;
/** Files that are stored at a time: most of it is waiting for the disk. */
const AT_ONCE = 8;

/** The cause of a snapshot, and what there is one of each. */
export type Cause = Pick<NewSnapshot, 'reason' | 'turn' | 'toolCallId' | 'restored'> & { id?: string };

/** Keeps the files as they are as a turn begins; nothing where that was kept already. */
export async function keepTurnStart(place: Place, turn: number): Promise<void> {
  if (await hasTurnSnapshot(place.db, { workId: place.workId, turn })) return;
  await keepAll(place, { reason: 'turn', turn });
}

/**
 * Keeps the files as they are. `seen`: as somebody has just seen them all, which spares the first look.
 * @returns what became of it; 'gone' where the Work was deleted
 */
export async function keepAll(place: Place, cause: Cause, seen?: Snapshot): Promise<Kept> {
  const { db, workId, workspace } = place;
  for (let look = 1; ; look += 1) {
    const newest = await newestSnapshot(db, workId);
    const states =
      look === 1 && seen !== undefined ? seen : await workspace.snapshot({ previous: asSeen(newest.files) });
    const changes = changesSince(newest.files, await withHashes(workspace, states));
    const isOnlyForChanges = cause.toolCallId === undefined && !['turn', 'restore'].includes(cause.reason);
    if (changes.length === 0 && isOnlyForChanges) return { kind: 'same', unused: [] };
    const head = look < LOOKS ? newest.number : null;
    const kept = await keep(place, cause, head, newest.files, changes);
    if (kept.kind !== 'behind') return kept;
  }
}

/** Keeps these files as they are, the rest as they were in the newest snapshot. */
export async function keepFiles(place: Place, cause: Cause, paths: readonly string[]): Promise<Kept> {
  const changes: ChangedFile[] = [];
  for (const path of new Set(paths))
    changes.push((await see(place.workspace, path)) ?? { path, sha256: null });
  return await keep(place, cause, null, [], changes);
}

async function keep(
  place: Place,
  { id = randomUUID(), ...cause }: Cause,
  head: number | null,
  known: readonly KnownFile[],
  changes: ChangedFile[],
): Promise<Kept> {
  const { db, dataDir, workId, shares, limits = HISTORY_LIMITS } = place;
  const stored = await storeNew(place, known, changes);
  const kept = await keepSnapshot(db, { ...cause, workId, id, head, ...stored }, { shares, limits });
  await removeBlobs(historyFolder(dataDir, workId), kept.unused);
  return kept;
}

/**
 * Stores what is not stored yet of changed files, durable when this returns, and says of the others why their bytes are not
 * kept.
 */
async function storeNew(
  place: Place,
  known: readonly KnownFile[],
  changes: readonly ChangedFile[],
): Promise<{ changes: ChangedFile[]; blobs: Blob[] }> {
  const { db, dataDir, workId } = place;
  const folder = historyFolder(dataDir, workId);
  const before = new Map(known.map((file) => [file.path, file]));
  const wanted = changes.flatMap((file) =>
    file.sha256 === null || isTouched(before, file) || file.size > KEPT_FILE_BYTES ? [] : [file.sha256],
  );
  const there = new Set((await findBlobs(db, workId, [...new Set(wanted)])).map(({ sha256 }) => sha256));
  const packing = createPacking(folder, (bytes) => hasRoom(dataDir, bytes));
  const seen: Stored[] = [];
  const next = changes.values();
  const worker = async () => {
    for (const file of next) {
      if (file.sha256 === null || isTouched(before, file) || there.has(file.sha256)) seen.push({ file });
      else if (file.size > KEPT_FILE_BYTES) seen.push({ file: { ...file, skipped: 'too_large' } });
      else {
        // Two of the same content at the same time: the store tells the second that it is needed no more.
        const stored = await storeAsItIs(place, file, packing);
        if (stored.blob?.sha256 === file.sha256) there.add(file.sha256);
        seen.push(stored);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const lost = await packing.end();
  const stored = seen.map((one): Stored => (one.blob && lost.has(one.blob.file) ? withoutRoom(one) : one));
  const blobs = stored.flatMap(({ blob }) => (blob === undefined ? [] : [blob]));
  await syncFolders(folder, blobs);
  return { changes: stored.map(({ file }) => file), blobs };
}

/** A file as it is, with what was stored of it. */
interface Stored {
  file: ChangedFile;
  blob?: Blob;
}

function withoutRoom({ file }: Stored): Stored {
  return { file: file.sha256 === null ? file : { ...file, skipped: 'no_room' } };
}

async function hasRoom(dataDir: string, bytes: number): Promise<boolean> {
  return (await freeBytes(dataDir)) - bytes >= DISK_RESERVE_BYTES;
}

/** Stores a file as it is now, which may be other than it was seen; and tells how it is, or that it is gone. */
async function storeAsItIs(
  { dataDir, workId, workspace }: Place,
  seen: SeenFile,
  packing: Packing,
): Promise<Stored> {
  const { path } = seen;
  const folder = historyFolder(dataDir, workId);
  const without = (skipped: Skipped) => ({ file: { ...seen, skipped } });
  if (seen.size > PACKED_BYTES && !(await hasRoom(dataDir, seen.size))) return without('no_room');
  try {
    for (let read = 1; read <= READS; read += 1) {
      const made = await workspace.withFile(path, async (file) => {
        const size = Number(file.stats.size);
        if (size > KEPT_FILE_BYTES) return null;
        const blob = await (size > PACKED_BYTES ? storeBlob(folder, file) : packing.take(file));
        return blob && { blob, state: file.stats };
      });
      if (made === null) continue;
      const { blob, state } = made;
      const now = { path, sha256: blob.sha256, size: blob.size, seen: seenOf(state) };
      return { file: now, blob };
    }
    return without('changing');
  } catch (error) {
    if (error instanceof WorkspaceError) return { file: { path, sha256: null } };
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') return without('no_room');
    throw error;
  }
}

function seenOf(stats: Parameters<typeof stateOf>[0]): string {
  return isSettled(stats, Date.now()) ? stateOf(stats) : '';
}

/** A file as it is; undefined where there is none. */
async function see(workspace: Workspace, path: string): Promise<SeenFile | undefined> {
  try {
    const sha256 = await workspace.hash(path);
    return await workspace.withFile(path, async ({ stats }) => ({
      ...{ path, sha256, size: Number(stats.size) },
      // Looked at once more by the next who look at all: what was hashed may have been replaced since.
      seen: '',
    }));
  } catch (error) {
    if (error instanceof WorkspaceError) return undefined;
    throw error;
  }
}

/** The files with their hashes, those too that are too large to be hashed by every look. */
export async function withHashes(workspace: Workspace, states: Snapshot): Promise<SeenFile[]> {
  const files: SeenFile[] = [];
  for (const [path, { size, sha256, seen }] of states) {
    if (sha256 !== undefined) files.push({ path, sha256, size, seen });
    else {
      const large = await see(workspace, path);
      if (large !== undefined) files.push({ ...large, seen });
    }
  }
  return files;
}
