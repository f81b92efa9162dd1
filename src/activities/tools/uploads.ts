/** What the person uploaded, a line a file: with its size, and with what a first script must know of it. */
import { uploadFactsOf } from '../../documents/upload-facts.ts';
import { codeOf } from '../../system-error.ts';
import type { Entry } from '../../workspace/listing.ts';
import { printable, readableSize } from '../../workspace/tree.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { cleanPath } from './markdown-text.ts';

export const ATTACHMENTS = 'attachments';
/** The path of an upload that is named with its folder or without. @throws WorkspaceError for what is no path */
export function attachmentPath(given: string): string {
  const path = cleanPath(given);
  return path.startsWith(`${ATTACHMENTS}/`) ? path : `${ATTACHMENTS}/${path}`;
}

/** Files that are looked into: those that came last. */
const LOOKED_INTO = 20;

export interface Upload {
  entry: Entry;
  /** Null where nothing but the size is known. */
  facts: string | null;
}

/** The uploads in order of their paths. */
export async function uploadsIn(workspace: Workspace): Promise<Upload[]> {
  const listing = await workspace.list(ATTACHMENTS).catch((error: unknown) => {
    if (codeOf(error) === 'not_found') return { entries: [], truncated: false };
    throw error;
  });
  return await toldOf(workspace, listing.entries);
}

/** What is known of the files among entries of the uploads' folder, in their order. */
export async function toldOf(workspace: Workspace, entries: readonly Entry[]): Promise<Upload[]> {
  const files = entries.filter((entry) => entry.kind === 'file');
  const latest = new Set(files.toSorted((a, b) => b.mtimeMs - a.mtimeMs).slice(0, LOOKED_INTO));
  const uploads: Upload[] = [];
  // One after the other: a telling of encodings takes a processor for some milliseconds.
  for (const entry of files) {
    uploads.push({ entry, facts: latest.has(entry) ? await factsOf(workspace, entry) : null });
  }
  return uploads;
}

/** The upload in a line. */
export function sayUpload({ entry, facts }: Upload): string {
  const line = `${printable(entry.path)}  ${readableSize(entry.size)}`;
  return facts === null ? line : `${line}  ${facts}`;
}

async function factsOf(workspace: Workspace, { path, size }: Entry): Promise<string | null> {
  try {
    return await uploadFactsOf({
      name: path,
      size,
      read: (offset, limit) => workspace.read(path, { offset, limit }),
      open: async () => (await workspace.openRead(path)).stream,
    });
  } catch (error) {
    // Gone meanwhile, or swapped for something that is no file.
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
