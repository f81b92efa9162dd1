/**
 * Copying a Work: like making one, first its files, then its rows in one statement (duplicate_work). So a copy that
 * can be seen is whole; what a crash leaves between the two is a folder that nothing names, which finishDeletions
 * removes.
 */
import { randomUUID } from 'node:crypto';
import { branchPoint, duplicateWork } from '../../db/copies.ts';
import type { Database } from '../../db/database.ts';
import { type FileThen, filesOf } from '../../db/old-files.ts';
import { diskSharesOf } from '../../db/room.ts';
import { findWork, type WorkView } from '../../db/works.ts';
import { withCopyRoom } from '../../room/room.ts';
import { copyVersions } from '../../versions/copy-versions.ts';
import { createWorkspace, workspaceFolder } from '../../workspace/create-workspace.ts';
import { openWorkspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { ApiError, notFound } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { allWorksMade, mayMakeWork } from './quota.ts';

/**
 * Copies a Work: its files as they are now, and what was said and answered; nothing that runs or waits. With a message,
 * up to there, and with the files as they were there.
 * @throws ApiError not_found, quota_exceeded; WorkspaceError where the files cannot be copied
 */
export async function copyWork(
  { db, dataDir, config }: Pick<ApiDependencies, 'db' | 'dataDir' | 'config'>,
  original: { workId: string; ownerId: string },
  wish: { title?: string | undefined; throughMessageId?: string | undefined },
): Promise<WorkView> {
  const found = await findWork(db, original);
  if (found === undefined) throw notFound('Work');
  await mayMakeWork({ db, config }, original.ownerId);
  const { throughMessageId } = wish;
  const then =
    throughMessageId === undefined
      ? undefined
      : await filesThere(db, { ...original, messageId: throughMessageId });
  const id = randomUUID();
  const workspace = await createWorkspace(workspaceFolder(dataDir, id), config.workspaceOwner);
  try {
    const source = openWorkspace(workspaceFolder(dataDir, original.workId));
    const place = {
      ...{ db, workId: original.workId, workspace: source },
      shares: diskSharesOf(config.quotas),
    };
    const made = await withCopyRoom(
      place,
      async (size) => {
        if (then === undefined) await source.copyTo(workspace);
        else await copyVersions({ ...place, dataDir }, then, workspace);
        const copy = { id, title: wish.title || `${found.title} (copy)`, diskBytes: size, throughMessageId };
        return await duplicateWork(db, original, copy, config.quotas);
      },
      then?.reduce((bytes, { size }) => bytes + size, 0),
    );
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

/** The files as they were at a message. @throws ApiError not_found, conflict where they are not kept */
async function filesThere(
  db: Database,
  of: { workId: string; ownerId: string; messageId: string },
): Promise<FileThen[]> {
  const point = await branchPoint(db, of);
  if (point.kind === 'no_message') throw notFound('message that was answered');
  if (point.snapshot === null)
    throw new ApiError(
      'conflict',
      'The files as they were at this message are not kept: copy the whole Work.',
    );
  return await filesOf(db, of.workId, point.snapshot);
}
