/**
 * The room on the disk under the workspaces. Postgres and Temporal may stand on the same one, so what people and their
 * code do to files stops while those can still store, not least that somebody deletes a Work (SR-C2).
 */
import { statfs } from 'node:fs/promises';
import { WorkspaceError } from './workspace-error.ts';

/** Room that files leave to the databases: more than the runs of some processors write between two looks. */
export const DISK_RESERVE_BYTES = 512 * 1024 ** 2;

/** Bytes that may still be written to the disk that holds `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** @throws WorkspaceError disk_full where `bytes` more would leave less than the reserve */
export async function mustHaveRoom(path: string, bytes: number): Promise<void> {
  if ((await freeBytes(path)) - bytes >= DISK_RESERVE_BYTES) return;
  throw new WorkspaceError(
    'disk_full',
    '.',
    'The disk of this server is nearly full: delete files or Works.',
  );
}
