/** The files of exports: PA_DATA/exports/{work_id}/{export_id}, each absent or whole at every instant. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, removeWholeFile, writeWholeFile } from './whole-file.ts';

/** The folder of all Works' exports. */
export function exportsFolder(dataDir: string): string {
  return join(dataDir, 'exports');
}

export function exportFile(dataDir: string, of: { workId: string; id: string }): string {
  return join(exportsFolder(dataDir), of.workId, of.id);
}

export async function writeExport(
  dataDir: string,
  of: { workId: string; id: string },
  content: string,
): Promise<void> {
  await writeWholeFile(join(exportsFolder(dataDir), of.workId), of.id, content);
}

export async function removeExport(dataDir: string, of: { workId: string; id: string }): Promise<void> {
  await removeWholeFile(join(exportsFolder(dataDir), of.workId), of.id);
}

/** Removes the Work's files that are not among `kept`; its folder too, where that is empty then. */
export async function removeExportsBut(
  dataDir: string,
  workId: string,
  kept: Iterable<string>,
): Promise<void> {
  const keep = new Set(kept);
  const folder = join(exportsFolder(dataDir), workId);
  if (keep.size === 0) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  for (const name of await listFolder(folder)) {
    // One that begins with a dot is being written.
    if (!keep.has(name) && !name.startsWith('.')) await removeExport(dataDir, { workId, id: name });
  }
}
