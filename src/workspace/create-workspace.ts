/** Making a Work's folder. */
import { chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Owner, strongestWalk } from './directory.ts';
import { FOLDERS } from './first-folders.ts';
import { withMadeDirectory } from './made-directory.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/**
 * Makes a workspace with its first folders; fine when it exists. `owner` is whom it is given to when this process
 * is root and code runs as someone else (S2): what is written later is given to the same owner.
 */
export async function createWorkspace(root: string, owner?: Owner): Promise<Workspace> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  if (owner !== undefined && (await stat(root)).uid !== owner.uid) await chown(root, owner.uid, owner.gid);
  const walk = strongestWalk();
  for (const name of FOLDERS) await withMadeDirectory(walk, root, [name], async () => {});
  return openWorkspace(root, walk);
}

/** The folder of a Work's workspace under the data folder (F10). */
export function workspaceFolder(dataFolder: string, workId: string): string {
  return join(dataFolder, 'workspaces', workId);
}
