/** What a person does to a Work's files: within the space that a Work has, and known to the agents that run. */
import type { Database } from '../../db/database.ts';
import { notePersonEdit } from '../../db/person-edits.ts';
import { WORKSPACE_BYTES } from '../../domain/workspace-limits.ts';
import { MAX_UPLOAD_BYTES } from '../../protocol/files.ts';
import { mustHaveRoom } from '../../workspace/disk-room.ts';
import { MAX_ENTRIES } from '../../workspace/listing.ts';
import { segmentsOf } from '../../workspace/relative-path.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import type { Content, WriteOptions, Written } from '../../workspace/write-file.ts';
import { ApiError } from '../api-error.ts';

export interface PersonFiles {
  /** @throws WorkspaceError; ApiError storage_full where the Work has no room for it */
  write(path: string, content: Content, options?: Pick<WriteOptions, 'ifMatch'>): Promise<Written>;
  remove(path: string): Promise<void>;
}

export function personFiles(db: Database, workId: string, workspace: Workspace): PersonFiles {
  /** Does what changes a file, so that no agent takes its place without having been told. */
  async function noted<T>(path: string, change: () => Promise<T>): Promise<T> {
    segmentsOf(path);
    await notePersonEdit(db, workId, path);
    const done = await change();
    await notePersonEdit(db, workId, path);
    return done;
  }

  return {
    write: (path, content, options = {}) =>
      noted(path, async () => {
        await mustHaveRoom(workspace.root, MAX_UPLOAD_BYTES);
        const room = await roomFor(workspace, path);
        try {
          return await workspace.write(path, content, {
            ...options,
            maxBytes: Math.min(room, MAX_UPLOAD_BYTES),
          });
        } catch (error) {
          const full =
            error instanceof WorkspaceError && error.code === 'too_large' && room < MAX_UPLOAD_BYTES;
          throw full ? noRoom() : error;
        }
      }),
    remove: (path) =>
      noted(path, async () => {
        await workspace.remove(path);
      }),
  };
}

/** Bytes that the Work has for this file, what it holds now not counted. @throws ApiError where it has none */
async function roomFor(workspace: Workspace, path: string): Promise<number> {
  const replaced = await sizeOf(workspace, path);
  const most = { bytes: WORKSPACE_BYTES + replaced, entries: MAX_ENTRIES };
  const { bytes, entries, tooDeep } = await workspace.usage(most);
  if (tooDeep || entries > most.entries)
    throw new ApiError('storage_full', 'This Work has as many files as it may have.');
  const room = most.bytes - bytes;
  if (room <= 0) throw noRoom();
  return room;
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

function noRoom(): ApiError {
  const most = `${WORKSPACE_BYTES / 1024 ** 3} GiB`;
  return new ApiError(
    'storage_full',
    `There is no room for this: the files of a Work may have ${most} together.`,
  );
}
