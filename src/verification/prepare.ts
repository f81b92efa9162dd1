/** The folders that runs are made again in (T13): what each may find there. */
import type { RecordedRun } from '../domain/provenance/types.ts';
import type { EndedRun } from '../domain/runs.ts';
import { createWorkspace, workspaceFolder } from '../workspace/create-workspace.ts';
import { openWorkspace, type Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { RecordedFiles } from './recorded-files.ts';

/** What a run is made again from. */
export type Again = Pick<EndedRun, 'number' | 'script' | 'reads' | 'writes' | 'facts' | 'durationMs'> & {
  code: string;
};

export async function newScratch(dataDir: string, id: string): Promise<Workspace> {
  await removeScratch(dataDir, id);
  return await createWorkspace(workspaceFolder(dataDir, id));
}

export async function removeScratch(dataDir: string, id: string): Promise<void> {
  await openWorkspace(workspaceFolder(dataDir, id)).destroy();
}

/**
 * Puts there what the run read, and nothing else; where it may have read any file, all that it did not write itself.
 * @returns a sentence where something that it read is not kept
 */
export async function putWhatItRead(
  scratch: Workspace,
  { number, reads, writes, script }: Again,
  files: RecordedFiles,
  now: Workspace,
): Promise<string | null> {
  if (reads === null) {
    const own = new Set(writes.filter(({ change }) => change === 'added').map(({ path }) => path));
    await copyFiles(now, scratch, (path) => !own.has(path));
    return null;
  }
  for (const { path, sha256 } of reads) {
    if (path === script) continue;
    const bytes = await files.find({ path, sha256 });
    if (bytes === null) return `${path} as run ${number} read it is not kept`;
    await scratch.write(path, bytes);
  }
  return null;
}

/** Puts there what no run made: attachments, and data that runs read. */
export async function putWhatNoRunMade(
  scratch: Workspace,
  runs: readonly Again[],
  made: ReadonlySet<string>,
  now: Workspace,
): Promise<void> {
  await copyFiles(now, scratch, isMadeByNoRun(runs, made));
}

/**
 * Tells the files that runs find at the start: attachments and data that they read; where one may have read any file,
 * every one that no run made.
 */
export function isMadeByNoRun(
  runs: readonly Pick<RecordedRun, 'reads'>[],
  made: ReadonlySet<string>,
): (path: string) => boolean {
  const isAnything = runs.some(({ reads }) => reads === null);
  const read = new Set(runs.flatMap(({ reads }) => (reads ?? []).map(({ path }) => path)));
  return (path) => !made.has(path) && (isAnything || path.startsWith('attachments/') || read.has(path));
}

async function copyFiles(from: Workspace, to: Workspace, isWanted: (path: string) => boolean): Promise<void> {
  const { entries } = await from.list();
  for (const { path, kind } of entries) {
    if (kind !== 'file' || !isWanted(path)) continue;
    try {
      const { stream } = await from.openRead(path);
      await to.write(path, stream);
    } catch (error) {
      // Gone since it was listed, or nothing that can be read.
      if (!(error instanceof WorkspaceError)) throw error;
      if (error.code !== 'not_found' && error.code !== 'not_regular') throw error;
    }
  }
}
