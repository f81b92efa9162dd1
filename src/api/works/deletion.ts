/**
 * The end of a Work. A deletion is accepted by one statement (delete_work), after which nobody finds it; its
 * workflow, files and rows follow. Each step may be done twice, the row goes last, and whoever finds a row that
 * is left goes on: so a crash at any point costs nothing but time.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { Database } from '../../db/database.ts';
import { keptExports, ownerOf } from '../../db/exports.ts';
import { schedulesOf } from '../../db/schedules.ts';
import { removeDeletedAccounts } from '../../db/users.ts';
import { deletedWorks, existingWorks, removeWork } from '../../db/work-deletion.ts';
import { unlessMissing } from '../../system-error.ts';
import { forgetSchedule } from '../../temporal/schedule-client.ts';
import { terminateWork } from '../../temporal/work-client.ts';
import { removeHistory } from '../../versions/blob-store.ts';
import { historyFolder } from '../../versions/store-files.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { removeExportsBut } from '../../workspace/export-files.ts';
import { removeHistoryFile } from '../../workspace/history-file.ts';
import { listFolder } from '../../workspace/whole-file.ts';
import { openWorkspace } from '../../workspace/workspace.ts';
import type { Log } from '../log.ts';

export interface DeletionDependencies {
  db: Database;
  temporal: Client;
  dataDir: string;
  log: Log;
}

/** Deletions finished at a time. */
const BATCH = 20;
/** How long a folder without a row may be one that is being made. */
const ORPHAN_MS = 3_600_000;

/** Does all that is left of one accepted deletion. Doing it again changes nothing. */
export async function finishDeletion(
  { db, temporal, dataDir }: DeletionDependencies,
  workId: string,
): Promise<void> {
  await terminateWork(temporal, workId);
  for (const id of await schedulesOf(db, workId)) await forgetSchedule(temporal, id);
  await removeFiles(dataDir, workId);
  const ownerId = await ownerOf(db, workId);
  if (ownerId !== undefined) await removeExportsBut(dataDir, ownerId, await keptExports(db, ownerId));
  await removeWork(db, workId);
}

async function removeFiles(dataDir: string, workId: string): Promise<void> {
  await openWorkspace(workspaceFolder(dataDir, workId)).destroy();
  await removeHistory(dataDir, workId);
  await removeHistoryFile(conversationFolder(dataDir), workId);
}

function conversationFolder(dataDir: string): string {
  return path.join(dataDir, 'chat_history');
}

/**
 * Finishes every deletion of a Work or an account that was accepted and not finished, and removes folders,
 * histories and history files that no Work names.
 */
export async function finishDeletions(deps: DeletionDependencies): Promise<void> {
  // However many cannot be finished now, those after them are.
  const unfinished: string[] = [];
  for (let left = true; left; ) {
    const works = await deletedWorks(deps.db, BATCH, unfinished);
    const finished = await Promise.all(
      works.map((workId) => isDone(deps, workId, () => finishDeletion(deps, workId))),
    );
    unfinished.push(...works.filter((_, index) => !finished[index]));
    left = works.length === BATCH;
  }
  await removeDeletedAccounts(deps.db);
  for (const workId of await orphans(deps))
    await isDone(deps, workId, () => removeFiles(deps.dataDir, workId));
}

async function isDone(
  { log }: DeletionDependencies,
  workId: string,
  end: () => Promise<void>,
): Promise<boolean> {
  try {
    await end();
    return true;
  } catch (err) {
    log.warn({ err, workId }, 'a deletion is not finished yet; it is tried again');
    return false;
  }
}

/**
 * Works that have no row and of which a folder, a history or a history file is left: their making, a run that outlived them, or
 * a writer between its rename and its look at the row, was interrupted.
 */
async function orphans({ db, dataDir }: DeletionDependencies): Promise<string[]> {
  const folders = [workspaceFolder(dataDir, 'x'), historyFolder(dataDir, 'x')].map((folder) =>
    path.dirname(folder),
  );
  folders.push(conversationFolder(dataDir));
  const left = (await Promise.all(folders.map(leftIn))).flat();
  const known = await existingWorks(
    db,
    left.map(({ workId }) => workId),
  );
  const old = new Set<string>();
  for (const { workId, at } of left.filter((one) => !known.has(one.workId))) {
    const seen = await unlessMissing(stat(at));
    if (seen && Date.now() - seen.mtimeMs > ORPHAN_MS) old.add(workId);
  }
  return [...old];
}

/** What a folder holds that is named by a Work's id. */
async function leftIn(folder: string): Promise<{ workId: string; at: string }[]> {
  return (await listFolder(folder)).flatMap((name) => {
    const [, workId] = /^\.?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.|$)/.exec(name) ?? [];
    return workId === undefined ? [] : [{ workId, at: path.join(folder, name) }];
  });
}
