/**
 * What a workspace needs before a run. Where the server is root, generated code runs as another user, to whom the
 * workspace has to belong (S2). What the server has written since the last run is root's, so this goes through all of
 * it before each one.
 */
import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { chmod, lchown, lstat, open, readdir } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import { unlockRoot } from '../workspace/directory.ts';
import { MAX_DEPTH } from '../workspace/relative-path.ts';
import { UNPRIVILEGED_ID } from './unprivileged-id.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Linux's O_PATH, which Node does not name: what is opened so is only held, neither read nor waited for. */
const HELD = 0o10000000 | constants.O_NOFOLLOW;
/** S_ISUID and S_ISGID: they would lend the owner of a file to whoever starts it on the host (SR-H3). */
const SET_ID_BITS = 0o6000;

/**
 * Opens the workspace again, should code have closed it, for no program could be started in it. Takes the set-user-id
 * and set-group-id bits off everything in it and, where root calls this, gives it to the user that sandboxes run as.
 * Walks by open folders, never by a path that a program in the workspace could change meanwhile (S7), and no deeper
 * than a path can say (SR-M6): a workspace that is deeper runs nothing anyway.
 */
export async function ownWorkspace(workspace: string): Promise<void> {
  await unlockRoot(workspace);
  const folder = await open(workspace, FOLDER);
  try {
    const stat = await folder.stat();
    if (isRoot() && stat.uid !== UNPRIVILEGED_ID) await folder.chown(UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    await ownInside(folder, 1);
  } finally {
    await folder.close();
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function ownInside(folder: FileHandle, depth: number): Promise<void> {
  const here = Buffer.from(`/proc/self/fd/${folder.fd}/`);
  // Names as bytes: one that is not UTF-8 is a file like any other.
  for (const name of (await unlessGone(readdir(here, { encoding: 'buffer' }))) ?? []) {
    const path = Buffer.concat([here, name]);
    const stat = await unlessGone(lstat(path));
    if (!stat) continue;
    if (isRoot() && stat.uid !== UNPRIVILEGED_ID)
      await unlessGone(lchown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID));
    if ((stat.mode & SET_ID_BITS) !== 0 && !stat.isSymbolicLink()) await takeBitsOff(path);
    if (stat.isDirectory() && depth < MAX_DEPTH) await enter(path, stat, depth);
  }
}

async function takeBitsOff(path: Buffer): Promise<void> {
  const handle = await unlessGone(open(path, HELD));
  if (handle === null) return;
  try {
    const { mode } = await handle.stat();
    // Its path leads to what is held, and to nothing that took its place.
    await chmod(`/proc/self/fd/${handle.fd}`, mode & 0o7777 & ~SET_ID_BITS);
  } finally {
    await handle.close();
  }
}

async function enter(path: Buffer, seen: Stats, depth: number): Promise<void> {
  const inner = await unlessGone(open(path, FOLDER));
  try {
    if (inner && (await inner.stat()).ino === seen.ino) await ownInside(inner, depth + 1);
  } finally {
    await inner?.close();
  }
}

/** What went away, became something else, or was closed to us by its owner, needs nothing any more. */
async function unlessGone<Result>(action: Promise<Result>): Promise<Result | null> {
  try {
    return await action;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}
