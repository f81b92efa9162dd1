/**
 * What a workspace needs before a run. Where the server is root, generated code runs as another user, to whom the
 * workspace has to belong (S2). What the server has written since the last run is root's, so this goes through all of
 * it before each one.
 */
import { constants, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lchown, lstat, open, readdir } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import { unlockRoot } from '../workspace/directory.ts';
import { UNPRIVILEGED_ID } from './unprivileged-id.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens the workspace again, should code have closed it, for no program could be started in it. Gives it and everything
 * in it to the user that sandboxes run as, where root calls this.
 * Walks by open folders, never by a path that a program in the workspace could change meanwhile (S7).
 */
export async function ownWorkspace(workspace: string): Promise<void> {
  await unlockRoot(workspace);
  if (process.getuid?.() !== 0) return;
  const folder = await open(workspace, FOLDER);
  try {
    const stat = await folder.stat();
    if (stat.uid !== UNPRIVILEGED_ID) await folder.chown(UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    await ownInside(folder);
  } finally {
    await folder.close();
  }
}

async function ownInside(folder: FileHandle): Promise<void> {
  const here = Buffer.from(`/proc/self/fd/${folder.fd}/`);
  // Names as bytes: one that is not UTF-8 is a file like any other.
  for (const name of await readdir(here, { encoding: 'buffer' })) {
    const path = Buffer.concat([here, name]);
    const stat = await unlessGone(lstat(path));
    if (!stat) continue;
    if (stat.uid !== UNPRIVILEGED_ID) await unlessGone(lchown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID));
    if (stat.isDirectory()) await enter(path, stat);
  }
}

async function enter(path: Buffer, seen: Stats): Promise<void> {
  const inner = await unlessGone(open(path, FOLDER));
  try {
    if (inner && (await inner.stat()).ino === seen.ino) await ownInside(inner);
  } finally {
    await inner?.close();
  }
}

/** A file that went away, or became something else, while it was looked at needs nothing any more. */
async function unlessGone<Result>(action: Promise<Result>): Promise<Result | null> {
  try {
    return await action;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}
