/**
 * Copying a Work: like making one, first its files, then its rows in one statement (duplicate_work). So a copy that
 * can be seen is whole; what a crash leaves between the two is a folder that nothing names, which finishDeletions
 * removes.
 */
import { randomUUID } from 'node:crypto';
import { diskSharesOf } from '../../db/room.ts';
import { duplicateWork, findWork, type WorkView } from '../../db/works.ts';
import { withCopyRoom } from '../../room/room.ts';
import { createWorkspace, workspaceFolder } from '../../workspace/create-workspace.ts';
import { openWorkspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { allWorksMade, mayMakeWork } from './quota.ts';

/**
 * Copies a Work: its files as they are now, and what was said and answered; nothing that runs or waits.
 * @throws ApiError not_found, quota_exceeded; WorkspaceError where the files cannot be copied
 */
export async function copyWork(
  { db, dataDir, config }: Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>,
  original: { workId: string; ownerId: string },
  title: string | undefined,
): Promise<WorkView> {
  const found = await findWork(db, original);
  if (found === undefined) throw notFound('Work');
  await mayMakeWork({ db, config }, original.ownerId);
  const id = randomUUID();
  const workspace = await createWorkspace(workspaceFolder(dataDir, id), config.workspaceOwner);
  try {
    const source = openWorkspace(workspaceFolder(dataDir, original.workId));
    const place = {
      ...{ db, workId: original.workId, workspace: source },
      shares: diskSharesOf(config.quotas),
    };
    const made = await withCopyRoom(place, async (size) => {
      await source.copyTo(workspace);
      const wish = { id, title: title || `${found.title} (copy)`, diskBytes: size };
      return await duplicateWork(db, original, wish, config.quotas);
    });
    if (made === 'full') throw allWorksMade();
    const copy = made ? await findWork(db, { workId: id, ownerId: original.ownerId }) : undefined;
    if (copy === undefined) throw notFound('Work');
    return copy;
  } catch (error) {
    // After any other failure nobody knows whether the row was stored: then the job that finishes deletions decides.
    if (error instanceof ApiError || error instanceof WorkspaceError) await workspace.destroy();
    throw error;
  }
}
