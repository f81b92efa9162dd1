/**
 * A document that an earlier export of the Work has already (O1): it is given again, without a program, for as long as
 * it is kept and the paper, its pictures and its references are what they were.
 */
import { readFile } from 'node:fs/promises';
import { type ExportRow, type MadeFrom, madeWithKey } from '../db/exports.ts';
import { unlessMissing } from '../system-error.ts';
import { exportFile } from '../workspace/export-files.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { MadeFile } from './made-file.ts';

export type Document = MadeFile & { content: Buffer; madeFrom: MadeFrom };

/** undefined where there is none, or where one of its files is another one now. */
export async function madeBefore(
  { db, dataDir }: Pick<ActivityDependencies, 'db' | 'dataDir'>,
  { workId, ownerId }: Pick<ExportRow, 'workId' | 'ownerId'>,
  { workspace, key }: { workspace: Pick<Workspace, 'hash'>; key: string },
): Promise<Document | undefined> {
  const made = await madeWithKey(db, workId, key);
  if (made === undefined) return undefined;
  const { id, problems, files } = made;
  for (const [path, hash] of Object.entries(files))
    if ((await hashNow(workspace, path)) !== hash) return undefined;
  const content = await unlessMissing(readFile(exportFile(dataDir, { ownerId, id })));
  return content === undefined ? undefined : { content, problems, madeFrom: { key, files } };
}

/** null for what cannot be read; one that is there and was not given counts as changed. */
async function hashNow(workspace: Pick<Workspace, 'hash'>, path: string): Promise<string | null> {
  try {
    return await workspace.hash(path);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    return null;
  }
}
