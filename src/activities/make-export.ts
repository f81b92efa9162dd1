/** Makes a file of a Work (P20). Idempotent: what is written is whole, and the row says once how it ended. */
import { ApplicationFailure } from '@temporalio/common';
import { beginExport, type ExportEnd, type ExportRow, endExport, keptExports } from '../db/exports.ts';
import { isPaperFormat } from '../exports/paper/format.ts';
import { mustHaveRoom } from '../workspace/disk-room.ts';
import { removeExportsBut, writeExport } from '../workspace/export-files.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { makeAiReport } from './export-ai-report.ts';
import { makeBundle } from './export-bundle.ts';
import { makeNotebook } from './export-notebook.ts';
import { makePack } from './export-pack.ts';
import { makePaperOf } from './export-paper.ts';
import type { MadeFile } from './made-file.ts';
import type { ExportInput } from './types.ts';

export function makeExport(deps: ActivityDependencies) {
  return async ({ exportId }: ExportInput): Promise<void> => {
    const order = await beginExport(deps.db, exportId);
    if (order === undefined) return;
    const made = await contentOf(deps, order);
    if (made !== undefined)
      await endExport(
        deps.db,
        exportId,
        'refused' in made ? failed(made.refused) : await stored(deps, order, made),
      );
    // What the person has no room for any more, and this one where its Work was deleted meanwhile.
    await removeExportsBut(deps.dataDir, order.ownerId, await keptExports(deps.db, order.ownerId));
  };
}

/** undefined where nobody wants it any more. */
async function contentOf(
  deps: ActivityDependencies,
  order: ExportRow,
): Promise<MadeFile | { refused: string } | undefined> {
  if (order.format === 'ipynb') return await makeNotebook(deps, order);
  if (order.format === 'bundle') return await makeBundle(deps, order);
  if (order.format === 'ai_report') return await makeAiReport(deps, order);
  if (order.format === 'pack') return await makePack(deps, order);
  if (isPaperFormat(order.format)) return await makePaperOf(deps, order, order.format);
  // An api of a newer version took the order: a worker of that version makes it.
  throw ApplicationFailure.create({ message: `this worker makes no ${order.format}` });
}

/** How the export ends: its file is there, or the disk had no room for it. */
async function stored(
  deps: ActivityDependencies,
  { id, ownerId }: ExportRow,
  { content, problems, madeFrom }: MadeFile,
): Promise<ExportEnd> {
  const size = Buffer.byteLength(content);
  try {
    await mustHaveRoom(deps.dataDir, size);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    return failed(error.message);
  }
  await writeExport(deps.dataDir, { ownerId, id }, content);
  return { state: 'done', size, problems, madeFrom };
}

function failed(error: string): ExportEnd {
  return { state: 'failed', error };
}

export function failExport(deps: ActivityDependencies) {
  return async ({ exportId }: ExportInput): Promise<void> => {
    await endExport(deps.db, exportId, {
      state: 'failed',
      error: 'The file could not be made. Try again; what went wrong stands in the log of the worker.',
    });
  };
}
