/** How full a workspace is (S6). The tree is hostile: nothing is opened but folders, and no link is followed. */
import type { Dirent } from 'node:fs';
import { lstat, opendir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { mebibytes } from './ending.ts';
import type { RunLimits } from './types.ts';

/** Below this much room on the disk that holds the workspaces, a run that writes is ended. */
const DISK_RESERVE_BYTES = 512 * 1024 ** 2;

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Says how a workspace is over its limits, such as `1100 MiB`, or null when it is within them.
 * Stops counting once it is over. Folders count as files; a tree too deep to name counts as over. One that is gone,
 * because its Work was deleted while code ran, holds nothing.
 */
export async function overWorkspaceLimits(workspace: string, limits: RunLimits): Promise<string | null> {
  const disk = await unlessGone(statfs(workspace));
  if (disk === null) return null;
  if (disk.bavail * disk.bsize < DISK_RESERVE_BYTES)
    return `the disk: ${mebibytes(disk.bavail * disk.bsize)} are left`;
  let bytes = 0;
  let files = 0;
  const folders = [workspace];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of await opendir(folder, { bufferSize: 256 })) {
        files += 1;
        if (files > limits.workspaceFiles)
          return `more than ${limits.workspaceFiles.toLocaleString('en')} files`;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else bytes += await sizeOf(path, entry);
        if (bytes > limits.workspaceBytes) return mebibytes(bytes);
      }
    } catch (error) {
      if (errorCode(error) === 'ENAMETOOLONG') return 'folders too deep to be counted';
      // It was removed, or made unreadable, between two looks: what it holds is counted when it can be.
      if (!['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return null;
}

async function sizeOf(path: string, entry: Dirent): Promise<number> {
  if (!entry.isFile()) return 0;
  const stat = await unlessGone(lstat(path));
  // A sparse file is downloaded and zipped at its full length; small ones still take a block.
  return stat === null ? 0 : Math.max(stat.size, stat.blocks * 512);
}

async function unlessGone<Result>(action: Promise<Result>): Promise<Result | null> {
  try {
    return await action;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
