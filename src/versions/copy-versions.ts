/** Puts the files of a snapshot into a new workspace (a Work that branches off). */
import type { FileThen } from '../db/old-files.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { quote, WorkspaceError } from '../workspace/workspace-error.ts';
import { openBlob } from './blob-store.ts';
import { LostBytes } from './lost-bytes.ts';
import { historyFolder } from './store-files.ts';
import type { Place } from './versions.ts';

/** @throws WorkspaceError changed where the bytes of a file are neither kept nor there still */
export async function copyVersions(
  place: Omit<Place, 'shares'>,
  files: readonly FileThen[],
  target: Workspace,
): Promise<void> {
  for (const file of files) {
    const written = await target.write(file.path, await bytesOf(place, file));
    if (written.sha256 !== file.sha256) throw notKept(file.path);
  }
}

async function bytesOf(
  { dataDir, workId, workspace }: Omit<Place, 'shares'>,
  { path, sha256, blob }: FileThen,
) {
  try {
    if (blob !== null) return await openBlob(historyFolder(dataDir, workId), { sha256, ...blob });
    // Too large to be kept, but it may be as it was.
    return (await workspace.openRead(path)).stream;
  } catch (error) {
    if (error instanceof LostBytes || error instanceof WorkspaceError) throw notKept(path);
    throw error;
  }
}

function notKept(path: string): WorkspaceError {
  return new WorkspaceError(
    'changed',
    path,
    `${quote(path)} as it was then is not kept: copy the whole Work.`,
  );
}
