/** Whether a run has filled its workspace, or the disk under it (S6). */
import { statfs } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import { workspaceUsage } from '../workspace/usage.ts';
import { mebibytes } from './ending.ts';
import type { RunLimits } from './types.ts';

/** Below this much room on the disk that holds the workspaces, a run that writes is ended. */
const DISK_RESERVE_BYTES = 512 * 1024 ** 2;

/**
 * Says how a workspace is over its limits, such as `1100 MiB`, or null when it is within them. One that is gone,
 * because its Work was deleted while code ran, holds nothing.
 */
export async function overWorkspaceLimits(workspace: string, limits: RunLimits): Promise<string | null> {
  try {
    const disk = await statfs(workspace);
    const room = disk.bavail * disk.bsize;
    if (room < DISK_RESERVE_BYTES) return `the disk: ${mebibytes(room)} are left`;
    const most = { bytes: limits.workspaceBytes, entries: limits.workspaceFiles };
    const { bytes, entries, tooDeep } = await workspaceUsage(workspace, most);
    if (entries > most.entries) return `more than ${most.entries.toLocaleString('en')} files`;
    if (tooDeep) return 'folders too deep to be counted';
    return bytes > most.bytes ? mebibytes(bytes) : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
