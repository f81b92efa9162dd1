/** Whether a run has filled its workspace, or the disk under it (S6). */
import { codeOf } from '../system-error.ts';
import { DISK_RESERVE_BYTES, freeBytes } from '../workspace/disk-room.ts';
import { workspaceUsage } from '../workspace/usage.ts';
import { mebibytes } from './ending.ts';
import type { RunLimits } from './types.ts';

type Limits = Pick<RunLimits, 'workspaceBytes' | 'workspaceFiles'>;

/** How a workspace stands to its limits. `used` says how it is over them, such as `1100 MiB`. */
export type Room = { over: true; used: string } | { over: false; bytesLeft: number };

/** What a workspace has left. One that is gone, because its Work was deleted while code ran, holds nothing. */
export async function workspaceRoom(workspace: string, limits: Limits): Promise<Room> {
  try {
    const short = await diskShort(workspace);
    if (short !== null) return { over: true, used: short };
    const most = { bytes: limits.workspaceBytes, entries: limits.workspaceFiles };
    const { bytes, entries, tooDeep } = await workspaceUsage(workspace, most);
    if (entries > most.entries)
      return { over: true, used: `more than ${most.entries.toLocaleString('en')} files` };
    if (tooDeep) return { over: true, used: 'folders too deep to be counted' };
    if (bytes > most.bytes) return { over: true, used: mebibytes(bytes) };
    return { over: false, bytesLeft: most.bytes - bytes };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { over: false, bytesLeft: limits.workspaceBytes };
    throw error;
  }
}

/** Says how a workspace is over its limits, such as `1100 MiB`, or null when it is within them. */
export async function overWorkspaceLimits(workspace: string, limits: Limits): Promise<string | null> {
  const room = await workspaceRoom(workspace, limits);
  return room.over ? room.used : null;
}

/** Says how little is left on the disk, or null while that is enough; much cheaper than a look at the workspace. */
export async function diskShort(workspace: string): Promise<string | null> {
  try {
    const free = await freeBytes(workspace);
    return free < DISK_RESERVE_BYTES ? `the disk: ${mebibytes(free)} are left` : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
