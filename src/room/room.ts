/** Room in a Work, and in all of its person's: reserved before something is written, measured as it was (S6, SR-M1, SR-M10). */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import {
  type DiskShares,
  noteDisk,
  type RoomBound,
  type RoomGiven,
  releaseRoom,
  reserveRoom,
  roomNow,
} from '../db/room.ts';
import { WORKSPACE_BYTES } from '../domain/workspace-limits.ts';
import { MAX_ENTRIES } from '../workspace/listing.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { temporaryName } from '../workspace/write-file.ts';

/** A Work's files, and how much its person's may have. */
export interface Place {
  db: Database;
  workId: string;
  workspace: Workspace;
  shares: DiskShares;
}

export interface FileRoom {
  /** Of the reservation, and so of the temporary file. */
  id: string;
  /** How large the file may be, and what is wrong where it is larger. */
  bytes: number;
  tooMuch(): WorkspaceError;
  /** To be asked before a file of `size` bytes takes its place. @throws WorkspaceError no_room where it no longer fits */
  lookAgain(size: number): Promise<void>;
  /** To be told how large the file is that is there now. */
  stored(size: number): void;
}

/** An upload is given up by then, and so is a tool's call. */
const FILE_MS = 600_000;
/** A copy may be of 1 GiB on a slow disk. */
const COPY_MS = 3_600_000;
/** What runs that are made again may write beside what they wrote. */
const VERIFY_SPARE = 64 * 1024 ** 2;
/** With less than this a run is not begun: its script and a figure take as much. */
const RUN_LEAST = 1024 ** 2;

/** What the Work holds, apart from files that are being written: those have reservations. */
async function measure(
  { db, workId, workspace }: Pick<Place, 'db' | 'workId' | 'workspace'>,
  most: number = WORKSPACE_BYTES,
) {
  const since = await roomNow(db, workId);
  const usage = await workspace.usage(
    { bytes: most, entries: MAX_ENTRIES },
    new Set(since.ids.map(temporaryName)),
  );
  return { since, ...usage, uncounted: usage.tooDeep || usage.entries > MAX_ENTRIES };
}

/**
 * Measures a Work and notes it. What is too much to be counted is taken for a full Work.
 * @throws WorkspaceError not_found where its folder is gone
 */
export async function measureWork(place: Pick<Place, 'db' | 'workId' | 'workspace'>): Promise<void> {
  const { since, bytes, uncounted } = await measure(place);
  await noteDisk(place.db, place.workId, uncounted ? Math.max(bytes, WORKSPACE_BYTES) : bytes, since);
}

/**
 * Reserves room for a file, which takes the place of `replaces` where that is a path, and which has at most `most` and at
 * least `least` bytes, for as long as `use` runs.
 * @throws WorkspaceError no_room where there is none, not_found where the Work is gone
 */
export async function withFileRoom<T>(
  place: Place,
  file: { replaces: string | null; most: number; least?: number },
  use: (room: FileRoom) => Promise<T>,
): Promise<T> {
  const { db, workId, workspace, shares } = place;
  const id = randomUUID();
  const { replaces, least = 0 } = file;
  // A file of nothing needs a place, too.
  const wanted = Math.max(1, file.most);

  async function look() {
    const replaced = replaces === null ? 0 : await sizeOf(workspace, replaces);
    const { since, bytes, uncounted } = await measure(place, WORKSPACE_BYTES + replaced);
    if (uncounted) throw new WorkspaceError('no_room', '.', 'This Work has as many files as it may have.');
    return { since, replaced, measured: bytes };
  }

  const asked = { workId, id, kind: 'file' as const, bytes: wanted, least: Math.min(least, wanted) };
  const given = await reserveRoom(
    db,
    { ...asked, ...(await look()), limit: WORKSPACE_BYTES, lifetimeMs: FILE_MS },
    shares,
  );
  if (given.kind !== 'reserved') throw refusal(given);
  let stored = 0;
  try {
    return await use({
      id,
      bytes: given.bytes,
      tooMuch: () => noRoom(given),
      async lookAgain(size) {
        const { measured, replaced } = await look();
        if (measured - replaced + size > WORKSPACE_BYTES) throw noRoom({ of: 'work', most: WORKSPACE_BYTES });
      },
      stored(size) {
        stored = size;
      },
    });
  } finally {
    await releaseRoom(db, id, stored);
  }
}

/**
 * Reserves room for a run, which `releaseRunRoom` gives back.
 * @param run.bytes of its script, which is written first
 * @returns bytes that its workspace may have @throws WorkspaceError no_room, not_found
 */
export async function reserveRunRoom(
  place: Place,
  run: { toolCallId: string; bytes: number; lifetimeMs: number },
): Promise<number> {
  const { since, bytes: measured, uncounted } = await measure(place);
  const left = WORKSPACE_BYTES - measured;
  // The sandbox says what is wrong with a workspace that is over its limits, and begins nothing there.
  if (uncounted || left <= 0) return WORKSPACE_BYTES;
  const given = await reserveRoom(
    place.db,
    {
      ...{ workId: place.workId, id: run.toolCallId, kind: 'run', bytes: left, measured, replaced: 0, since },
      // Its own files are its Work's affair: where that has less left, the run begins and ends by that.
      least: Math.min(left, RUN_LEAST + run.bytes),
      // Files that are being written meanwhile look again before they take their place.
      limit: Number.MAX_SAFE_INTEGER,
      lifetimeMs: run.lifetimeMs,
    },
    place.shares,
  );
  if (given.kind !== 'reserved') throw refusal(given);
  return measured + given.bytes;
}

/** Says that the run has ended, and measures what it left. */
export async function releaseRunRoom(
  place: Pick<Place, 'db' | 'workId' | 'workspace'>,
  toolCallId: string,
): Promise<void> {
  await releaseRoom(place.db, toolCallId, 0);
  await measureWork(place);
}

/**
 * Reserves room for a copy of the Work's files, of about `size` bytes, for as long as `use` runs. `wanted`: of other files
 * than those that are there now.
 * @throws WorkspaceError no_room, not_found
 */
export async function withCopyRoom<T>(
  place: Place,
  use: (size: number) => Promise<T>,
  wanted?: number,
): Promise<T> {
  const id = randomUUID();
  const { since, bytes: measured } = await measure(place);
  const size = Math.max(1, wanted ?? measured);
  const given = await reserveRoom(
    place.db,
    {
      ...{ workId: place.workId, id, kind: 'copy', bytes: size, least: size, measured, replaced: 0, since },
      limit: Number.MAX_SAFE_INTEGER,
      lifetimeMs: COPY_MS,
    },
    place.shares,
  );
  if (given.kind !== 'reserved') throw refusal(given);
  try {
    return await use(size);
  } finally {
    // By then the copy is a Work of its own, or gone.
    await releaseRoom(place.db, id, 0);
  }
}

/**
 * Reserves room for a folder in which the Work's runs are made again, for as long as `use` runs; it is given how many bytes
 * may be there. Asked for again under the same id it replaces what a worker that died had.
 * @throws WorkspaceError no_room, not_found
 */
export async function withVerifyRoom<T>(
  place: Place,
  id: string,
  use: (bytes: number) => Promise<T>,
): Promise<T> {
  const { since, bytes: measured } = await measure(place);
  const given = await reserveRoom(
    place.db,
    {
      ...{ workId: place.workId, id, kind: 'copy', measured, replaced: 0, since },
      bytes: Math.min(WORKSPACE_BYTES, 2 * measured + VERIFY_SPARE),
      least: measured + RUN_LEAST,
      limit: Number.MAX_SAFE_INTEGER,
      lifetimeMs: COPY_MS,
    },
    place.shares,
  );
  if (given.kind !== 'reserved') throw refusal(given);
  try {
    return await use(given.bytes);
  } finally {
    await releaseRoom(place.db, id, 0);
  }
}

/** Bytes of the file that would be replaced; 0 where there is none. */
async function sizeOf(workspace: Workspace, path: string): Promise<number> {
  try {
    return (await workspace.stat(path)).size;
  } catch (error) {
    // A link, or a file in place of a folder: what is wrong with it is told by the writing.
    if (error instanceof WorkspaceError) return 0;
    throw error;
  }
}

function refusal(given: Exclude<RoomGiven, { kind: 'reserved' }>): WorkspaceError {
  return given.kind === 'full'
    ? noRoom(given)
    : new WorkspaceError('not_found', '.', 'There is no such Work.');
}

const FULL: Record<RoomBound['of'], { whose: string; remedy: string }> = {
  work: { whose: 'of a Work', remedy: 'Delete files that are no longer needed.' },
  person: {
    whose: 'of all Works of a person',
    remedy: 'Delete files or Works that are no longer needed.',
  },
  network: {
    whose: 'of all guests of a network',
    remedy: 'Make an account, or delete files or Works that are no longer needed.',
  },
};

/** For whoever sent something, and for models. */
function noRoom({ of, most }: RoomBound): WorkspaceError {
  const { whose, remedy } = FULL[of];
  return new WorkspaceError(
    'no_room',
    '.',
    `There is no room for this: the files ${whose} may have ${inWords(most)} together. ${remedy}`,
  );
}

function inWords(bytes: number): string {
  const gibibytes = bytes / 1024 ** 3;
  return gibibytes >= 1
    ? `${Number(gibibytes.toFixed(1))} GiB`
    : `${Number((bytes / 1024 ** 2).toFixed(1))} MiB`;
}
