/** The files of exports: PA_DATA/exports/{owner_id}/{export_id}, each absent or whole at every instant. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, removeWholeFile, writeWholeFile } from './whole-file.ts';

/** Whose export it is: all of a person's lie together, for together they are bounded. */
export interface ExportName {
  ownerId: string;
  id: string;
}

function folderOf(dataDir: string, ownerId: string): string {
  return join(dataDir, 'exports', ownerId);
}

/** The people of whom there are files. */
export async function peopleWithExports(dataDir: string): Promise<string[]> {
  return await listFolder(join(dataDir, 'exports'));
}

export function exportFile(dataDir: string, { ownerId, id }: ExportName): string {
  return join(folderOf(dataDir, ownerId), id);
}

export async function writeExport(
  dataDir: string,
  { ownerId, id }: ExportName,
  content: string | Uint8Array,
): Promise<void> {
  await writeWholeFile(folderOf(dataDir, ownerId), id, content);
}

export async function removeExport(dataDir: string, { ownerId, id }: ExportName): Promise<void> {
  await removeWholeFile(folderOf(dataDir, ownerId), id);
}

/** Removes the person's files that are not among `kept`; its folder too, where that is empty then. */
export async function removeExportsBut(
  dataDir: string,
  ownerId: string,
  kept: Iterable<string>,
): Promise<void> {
  const keep = new Set(kept);
  const folder = folderOf(dataDir, ownerId);
  if (keep.size === 0) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  for (const name of await listFolder(folder)) {
    // One that begins with a dot is being written.
    if (!keep.has(name) && !name.startsWith('.')) await removeExport(dataDir, { ownerId, id: name });
  }
}
