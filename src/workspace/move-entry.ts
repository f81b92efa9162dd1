/** Giving a file or folder another name or place. */
import { lstatSync, renameSync } from 'node:fs';
import { codeOf } from '../system-error.ts';
import type { Directory, Walk } from './directory.ts';
import { quote, WorkspaceError } from './workspace-error.ts';

/** An entry of an open folder, and its path as people know it. */
export interface Place {
  folder: Directory;
  name: string;
  path: string;
}

/** Moves what is at `from` to `to`, where nothing may be: a move never replaces. */
export async function moveEntry(walk: Walk, from: Place, to: Place): Promise<void> {
  const source = from.folder.entry(from.name);
  const target = to.folder.entry(to.name);
  if (lstatSync(source).isDirectory()) await walk.unlock(from.folder, from.name);
  // From here to the rename nothing else of this process runs, so the name that was free is the one taken.
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    throw new WorkspaceError('exists', to.path, `There is a file or folder ${quote(to.path)} already.`);
  }
  try {
    renameSync(source, target);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
    throw new WorkspaceError('bad_path', to.path, `${quote(from.path)} cannot be moved into itself.`);
  }
}
