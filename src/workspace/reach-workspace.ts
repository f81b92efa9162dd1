/** A Work's files where several machines share them: the volume may be away, and that is nothing the Work has done. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../system-error.ts';
import { workspaceFolder } from './create-workspace.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** An infrastructure failure (R6): whoever is told tries again later, and no model hears of it. */
export class WorkspacesAway extends Error {
  override readonly name = 'WorkspacesAway';
}

/** As a volume shows that was never mounted, or whose server is gone. */
const AWAY = ['ENOENT', 'ENOTDIR', 'ESTALE', 'EIO', 'ENOTCONN', 'EHOSTDOWN', 'ETIMEDOUT'];

/**
 * The workspace of a Work, after a look at the folder that holds them all: without it every file of every Work would
 * seem to have been deleted.
 * @throws WorkspacesAway
 */
export async function reachWorkspace(dataDir: string, workId: string): Promise<Workspace> {
  const folder = workspaceFolder(dataDir, workId);
  const root = dirname(folder);
  try {
    await stat(root);
  } catch (error) {
    if (!AWAY.includes(codeOf(error) ?? '')) throw error;
    throw new WorkspacesAway(
      `the workspaces are not at ${root} (${codeOf(error)}): is the volume of PA_DATA mounted on this machine?`,
      { cause: error },
    );
  }
  return openWorkspace(folder);
}
