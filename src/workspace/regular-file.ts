/** Opening a file for reading so that nothing but a regular file is ever read, and nothing ever blocks (S7). */
import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import type { Directory } from './directory.ts';
import { quote, WorkspaceError } from './workspace-error.ts';

const READ =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

export interface OpenFile {
  handle: FileHandle;
  stats: BigIntStats;
}

/**
 * Opens a regular file with one name. The caller closes the handle. A FIFO does not block the opening, and is
 * refused like a link, a device, or a file that has a second name (which may lie outside the workspace).
 * @throws WorkspaceError, or the system call's error
 */
export async function openRegular(directory: Directory, name: string, path: string): Promise<OpenFile> {
  const seen = directory.pinned ? undefined : await lstat(directory.entry(name), { bigint: true });
  if (seen !== undefined) mustBeRegular(seen, path);
  const handle = await open(directory.entry(name), READ);
  try {
    const stats = await handle.stat({ bigint: true });
    mustBeRegular(stats, path);
    if (seen !== undefined && (seen.ino !== stats.ino || seen.dev !== stats.dev)) {
      throw new WorkspaceError('changed', path, `${quote(path)} was replaced while it was opened.`);
    }
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function mustBeRegular(stats: BigIntStats, path: string): void {
  if (stats.isDirectory()) throw new WorkspaceError('is_directory', path, `${quote(path)} is a folder.`);
  if (isSafe(stats)) return;
  const what = stats.isFile() ? 'has a second name (a hard link)' : 'is not a regular file';
  throw new WorkspaceError('not_regular', path, `${quote(path)} ${what} and is never read or written.`);
}

/** A regular file that no other folder has a name for. */
export function isSafe(stats: BigIntStats): boolean {
  return stats.isFile() && stats.nlink <= 1n;
}

/** The pieces of an open file from `start` on, `length` bytes at most. Each piece is the reader's to keep. */
export async function* pieces(handle: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  const end = start + length;
  for (let at = start; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(256 * 1024, end - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** How an open file is hashed: its SHA-256, as lower-case hex. */
export type HashFile = (file: OpenFile, signal?: AbortSignal) => Promise<string>;

/** SHA-256 of an open file, as lower-case hex. @throws the signal's reason */
export async function hashFile({ handle, stats }: OpenFile, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces(handle, 0, Number(stats.size))) {
    signal?.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest('hex');
}

/** SHA-256 of text or bytes, as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
