/** A Work's space for one upload: reserved before it begins, looked at again as it takes its place (S6, M1). */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import { releaseUploadRoom, reserveUploadRoom, uploadsNow } from '../../db/upload-room.ts';
import { WORKSPACE_BYTES } from '../../domain/workspace-limits.ts';
import { MAX_UPLOAD_BYTES } from '../../protocol/limits.ts';
import { MAX_ENTRIES } from '../../workspace/listing.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { temporaryName } from '../../workspace/write-file.ts';
import { ApiError, notFound } from '../api-error.ts';

export interface UploadRoom {
  /** Of the reservation, and so of the temporary file. */
  id: string;
  bytes: number;
  /** @throws ApiError storage_full where a file of `size` bytes would no longer fit */
  lookAgain(size: number): Promise<void>;
}

/**
 * Reserves room for a file, which takes the place of `replaces` where that is a path, and of which is known how many bytes it has at most and at least, for as long as `use` runs.
 * @throws ApiError storage_full where there is none
 */
export async function withUploadRoom<T>(
  db: Database,
  upload: { workId: string; workspace: Workspace; replaces: string | null; most?: number; least?: number },
  use: (room: UploadRoom) => Promise<T>,
): Promise<T> {
  const { workId, workspace, replaces } = upload;
  const id = randomUUID();

  /** What the Work holds, apart from files that are being uploaded: those have reservations. */
  async function measure() {
    const since = await uploadsNow(db, workId);
    const replaced = replaces === null ? 0 : await sizeOf(workspace, replaces);
    const most = { bytes: WORKSPACE_BYTES + replaced, entries: MAX_ENTRIES };
    const { bytes, entries, tooDeep } = await workspace.usage(most, new Set(since.ids.map(temporaryName)));
    if (tooDeep || entries > most.entries)
      throw new ApiError('storage_full', 'This Work has as many files as it may have.');
    return { measured: bytes, replaced, since };
  }

  const { most = MAX_UPLOAD_BYTES, least = 0 } = upload;
  // A file of nothing needs a place, too.
  const wanted = Math.min(Math.max(1, most), MAX_UPLOAD_BYTES);
  const bytes = await reserveUploadRoom(db, {
    workId,
    id,
    bytes: wanted,
    least: Math.min(least, wanted),
    limit: WORKSPACE_BYTES,
    ...(await measure()),
  });
  if (bytes === null) throw notFound('Work');
  if (bytes === 0) throw noRoom();
  try {
    return await use({
      id,
      bytes,
      async lookAgain(size) {
        const { measured, replaced } = await measure();
        if (measured - replaced + size > WORKSPACE_BYTES) throw noRoom();
      },
    });
  } finally {
    await releaseUploadRoom(db, id);
  }
}

/** Bytes of the file that would be replaced; 0 where there is none. */
async function sizeOf(workspace: Workspace, path: string): Promise<number> {
  try {
    return (await workspace.stat(path)).size;
  } catch (error) {
    // A link, or a file in place of a folder: what is wrong with it is told by the writing.
    if (error instanceof WorkspaceError) return 0;
    throw error;
  }
}

export function noRoom(): ApiError {
  const most = `${WORKSPACE_BYTES / 1024 ** 3} GiB`;
  return new ApiError(
    'storage_full',
    `There is no room for this: the files of a Work may have ${most} together.`,
  );
}
