/**
 * Brings files back (T9, T10): what differs from the snapshot is written or removed, each file only where it is as it was
 * last seen, and looked at again until all is equal. Two may do the same restore at once, and whoever comes after a death
 * goes on. Nothing is lost: before it, the files are a snapshot; what somebody writes meanwhile becomes one before it is
 * replaced; a file whose bytes are not kept is neither replaced nor removed.
 */

import { changedByPerson, type FileThen, filesOf } from '../db/old-files.ts';
import { notePersonEdit } from '../db/person-edits.ts';
import { endRestore, findRestore, isPending, type Restore } from '../db/restores.ts';
import { newestSnapshot } from '../db/versions.ts';
import { measureWork, withFileRoom } from '../room/room.ts';
import { codeOf } from '../system-error.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { openBlob } from './blob-store.ts';
import { asSeen } from './changed-files.ts';
import { LostBytes } from './lost-bytes.ts';
import { historyFolder } from './store-files.ts';
import { keepAll, keepFiles, type Place, withHashes } from './versions.ts';

/** What came of it. */
export interface Restored {
  undo: string;
  /** Files that were written or removed. */
  files: number;
  /** Those that stayed because their bytes, then or now, are not kept. */
  left: string[];
}

/** Looks after which somebody who goes on changing the files has won. */
const LOOKS = 20;

/** Somebody else has ended this restore, or the Work is deleted. */
class Over extends Error {
  override readonly name = 'Over';
}

/**
 * Does what is left of a restore; undefined where it had ended.
 * @throws WorkspaceError for what its person may do something about: it has failed then
 */
export async function finishRestore(place: Place, id: string): Promise<Restored | undefined> {
  const { db, workId } = place;
  const restore = await findRestore(db, workId, id);
  if (restore?.state !== 'pending') return undefined;
  try {
    await keepAll(place, { reason: 'restore', id: restore.undo });
    const done = await bringBack(place, restore);
    await measureWork(place);
    await keepAll(place, { reason: 'restore', id: restore.result, restored: restore.target });
    await endRestore(db, { workId, id, files: done.files });
    return done;
  } catch (error) {
    if (error instanceof Over) return undefined;
    if (error instanceof WorkspaceError) await endRestore(db, { workId, id, files: 0, error: error.message });
    throw error;
  }
}

async function bringBack(place: Place, restore: Restore): Promise<Restored> {
  const { db, workId, workspace } = place;
  const wanted = byPath(await filesOf(db, workId, restore.target));
  const before = byPath(await filesOf(db, workId, restore.undo));
  const stays = await staying(place, restore);
  const isMeant = (path: string) => (restore.paths?.includes(path) ?? true) && !stays.has(path);
  const left = new Set<string>();
  const changed = new Set<string>();
  for (let look = 1; ; look += 1) {
    const newest = await newestSnapshot(db, workId);
    const states = await workspace.snapshot({ previous: asSeen(newest.files) });
    const now = new Map((await withHashes(workspace, states)).map(({ path, sha256 }) => [path, sha256]));
    const different = [...new Set([...now.keys(), ...wanted.keys()])].filter(
      (path) => isMeant(path) && !left.has(path) && now.get(path) !== wanted.get(path)?.sha256,
    );
    if (different.length === 0) return { undo: restore.undo, files: changed.size, left: [...left] };
    if (look > LOOKS)
      throw new WorkspaceError('changed', '.', 'The files are changed all the time: try again.');
    // What is to go may stand where something is to be.
    different.sort((a, b) => Number(wanted.has(a)) - Number(wanted.has(b)));
    for (const path of different) {
      const target = wanted.get(path);
      const present = now.get(path);
      if (
        !isKept(target) ||
        (present !== undefined && !(await isPresentKept(place, before, path, present)))
      ) {
        left.add(path);
        continue;
      }
      const became = await replaced(place, restore, path, target, present);
      if (became === 'as it was') changed.add(path);
      if (became === 'lost') left.add(path);
    }
  }
}

/** What a person changed since the snapshot and has not given up: it stays as it is. */
async function staying({ db, workId }: Place, { target, undo, taken }: Restore): Promise<Set<string>> {
  if (taken === null) return new Set();
  const own = await changedByPerson(db, workId, { from: target, to: undo });
  for (const path of taken) own.delete(path);
  return own;
}

/** Whether the file can be as it was: its bytes are kept, or it was not there. */
function isKept(target: FileThen | undefined): boolean {
  return target === undefined || target.blob !== null;
}

/** Whether what is there now can be brought back itself: it was before, or it becomes a version first. */
async function isPresentKept(
  place: Place,
  before: ReadonlyMap<string, FileThen>,
  path: string,
  sha256: string,
): Promise<boolean> {
  const then = before.get(path);
  if (then?.sha256 === sha256) return then.blob !== null;
  await keepFiles(place, { reason: 'person' }, [path]);
  const file = (await newestSnapshot(place.db, place.workId)).files.find((newest) => newest.path === path);
  return file === undefined || (file.sha256 === sha256 && file.skipped === undefined);
}

/** Writes or removes the file where it is as it was seen, which it may not be any more. */
async function replaced(
  place: Place,
  restore: Restore,
  path: string,
  target: FileThen | undefined,
  present: string | undefined,
): Promise<'as it was' | 'changed' | 'lost'> {
  const { db, dataDir, workId, workspace } = place;
  const ifMatch = present ?? null;
  const note = async () => {
    // A turn that runs is told, as of any change of a person's; one that begins with it has seen nothing yet.
    if (restore.turn === null) await notePersonEdit(db, workId, path);
  };
  const beforeReplace = async () => {
    if (!(await isPending(db, workId, restore.id))) throw new Over();
  };
  try {
    await note();
    if (target === undefined)
      await workspace.removeFile(path, { ifMatch: present ?? '', beforeRemove: beforeReplace });
    else if (target.blob !== null) {
      const { sha256, size, blob } = target;
      const content = await openBlob(historyFolder(dataDir, workId), { sha256, ...blob });
      await withFileRoom(place, { replaces: path, most: size, least: size }, async (room) => {
        const options = { ifMatch, beforeReplace, maxBytes: size, temporaryId: room.id };
        await workspace.write(path, content, options);
        room.stored(size);
      });
    }
    await note();
    return 'as it was';
  } catch (error) {
    if (error instanceof LostBytes) return 'lost';
    if (codeOf(error) === 'changed' || (target === undefined && codeOf(error) === 'not_found'))
      return 'changed';
    if (codeOf(error) === 'is_directory' && target !== undefined) {
      await removeEmptyFolder(place, path);
      return 'changed';
    }
    throw error;
  }
}

/** A folder without files that stands where a file is to be. */
async function removeEmptyFolder({ workspace }: Place, path: string): Promise<void> {
  const { entries, truncated } = await workspace.list(path);
  if (!truncated && entries.every(({ kind }) => kind === 'directory')) await workspace.remove(path);
}

function byPath(files: readonly FileThen[]): Map<string, FileThen> {
  return new Map(files.map((file) => [file.path, file]));
}
