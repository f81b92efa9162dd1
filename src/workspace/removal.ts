/** Removing files and whole folders that may be swapped for links while this runs (S7). */
import { randomUUID } from 'node:crypto';
import { rename, rmdir, unlink } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import type { Directory, EntryName, Walk } from './directory.ts';
import { namesIn } from './look.ts';
import { TEMPORARY } from './relative-path.ts';

/** Rounds in which a folder may turn out not to be empty, because something still writes into it. */
const ROUNDS = 1_000;

/**
 * Removes `name` from `parent`: a file, a link (not what it points to), or a folder with all that is in it.
 * A folder is first moved to a hidden name in `top`, so it is gone for every viewer at once.
 */
export async function removeEntry(
  walk: Walk,
  top: Directory,
  parent: Directory,
  name: EntryName,
): Promise<void> {
  if (await removedAsFile(parent.entry(name))) return;
  await removeFolders(walk, top, [await moveUp(walk, top, parent, name)]);
}

/** Removes everything in an open folder. */
export async function removeAll(walk: Walk, top: Directory): Promise<void> {
  await removeFolders(walk, top, await empty(walk, top, top));
}

/** Each folder found inside is moved up to `top` first: however deep they nest, few are open at a time. */
async function removeFolders(walk: Walk, top: Directory, waiting: string[]): Promise<void> {
  let rounds = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const folder = await walk.open(top, name);
    try {
      waiting.push(...(await empty(walk, folder, top)));
    } finally {
      await folder.close();
    }
    if (await removedAsFolder(top.entry(name))) continue;
    rounds += 1;
    if (rounds > ROUNDS) throw new Error('a folder is being written into while it is removed');
    waiting.push(name);
  }
}

/** Removes the files in `folder` and moves its folders to hidden names in `top`, which it returns. */
async function empty(walk: Walk, folder: Directory, top: Directory): Promise<string[]> {
  const moved: string[] = [];
  for await (const name of namesIn(folder)) {
    if (!(await removedAsFile(folder.entry(name)))) moved.push(await moveUp(walk, top, folder, name));
  }
  return moved;
}

/** Gives a folder a hidden name in `top`, which it returns. Neither moving nor emptying works while it is closed. */
async function moveUp(walk: Walk, top: Directory, parent: Directory, name: EntryName): Promise<string> {
  const hidden = TEMPORARY + randomUUID();
  await walk.unlock(parent, name);
  await rename(parent.entry(name), top.entry(hidden));
  return hidden;
}

/** False when it is a folder (EISDIR on Linux, EPERM elsewhere). */
async function removedAsFile(path: string | Buffer): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EISDIR' || codeOf(error) === 'EPERM') return false;
    throw error;
  }
}

async function removedAsFolder(path: string | Buffer): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
