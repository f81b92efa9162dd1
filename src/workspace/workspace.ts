/** The one safe way to a Work's files (S7): generated code owns the folder, so nothing in it is taken on trust. */
import { lstat, rmdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FileChange } from '../domain/messages.ts';
import { WORKSPACE_BYTES } from '../domain/workspace-limits.ts';
import { codeOf } from '../system-error.ts';
import { type Directory, strongestWalk, type Walk, withDirectory } from './directory.ts';
import { mustHaveRoom } from './disk-room.ts';
import { type Entry, type Listing, listUnder } from './listing.ts';
import { withMadeDirectory } from './made-directory.ts';
import { moveEntry } from './move-entry.ts';
import { type HashFile, hashFile, isSafe, type OpenFile, openRegular, pieces } from './regular-file.ts';
import { segmentsOf } from './relative-path.ts';
import { removeAll, removeEntry } from './removal.ts';
import { isSettled, type Snapshot, type SnapshotOptions, stateOf, takeSnapshot } from './snapshot.ts';
import { type TrimTarget, trim } from './trim.ts';
import { BLOCK_BYTES, roomOf, type Usage, workspaceUsage } from './usage.ts';
import { meaningOf, quote, WorkspaceError, type WorkspaceErrorCode } from './workspace-error.ts';
import { type Content, removeIfSame, type WriteOptions, type Written, writeInto } from './write-file.ts';

/** The most that `read` gives at once where the caller sets no other bound. */
export const READ_BYTES = 50 * 1024 ** 2;

/** What opening a file says that was removed or swapped since it was seen. */
const WENT_AWAY = new Set<WorkspaceErrorCode>(['not_found', 'not_regular', 'not_directory', 'is_directory']);

/** Every method throws WorkspaceError for what is wrong with the request or the files, other errors as they come. */
export interface Workspace {
  /** Absolute path on the host; for the sandbox, never for a client. */
  readonly root: string;
  /** Bytes of a file from `offset` on, `limit` at most. `too_large` when that would be over `maxBytes`. */
  read(path: string, range?: { offset?: number; limit?: number; maxBytes?: number }): Promise<Buffer>;
  /**
   * The bytes from `start` up to and with `end`, for a download; `size` is the whole file's. `state` is the same as long
   * as the file is; null where it has just changed and may change unseen.
   */
  openRead(
    path: string,
    range?: { start?: number; end?: number },
  ): Promise<{ size: number; state: string | null; stream: Readable }>;
  /** Runs `use` with the file open for reading. */
  withFile<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T>;
  stat(path: string): Promise<Entry>;
  /** All files and folders, or those under `path`; at most 10,000. */
  list(path?: string): Promise<Listing>;
  /** How full it is, files included that no list shows; counted no further than past `most`. */
  usage(most: Pick<Usage, 'bytes' | 'entries'>, except?: ReadonlySet<string>): Promise<Usage>;
  /** Writes a file whole or not at all, and makes the folders above it. */
  write(path: string, content: Content, options?: WriteOptions): Promise<Written>;
  /** Removes a file, or a folder with all that is in it. */
  remove(path: string): Promise<FileChange>;
  /** Gives a file or folder another path, and makes the folders above it. `exists` where something has that path. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file where it is the one that was seen; `changed` where it is not. */
  removeFile(path: string, options: { ifMatch: string; beforeRemove: () => Promise<void> }): Promise<void>;
  /** SHA-256 of a file, as lower-case hex. */
  hash(path: string): Promise<string>;
  /** The state of all files; hashes of files untouched since `previous` are taken from it. */
  snapshot(options?: SnapshotOptions): Promise<Snapshot>;
  /** Removes what came since `before`, the newest first, until the rest is within the target; how much it removed. */
  trim(options: { before: Snapshot; keep: readonly string[]; target: TrimTarget }): Promise<number>;
  /**
   * Copies every file that stays while this runs into another workspace, holes as holes. `too_large` when that would
   * be more than a Work may have, `disk_full` when the disk has no room. Stops at `signal`.
   */
  copyTo(target: Workspace, signal?: AbortSignal): Promise<void>;
  /** Removes the workspace itself. It is fine when it is gone already. */
  destroy(): Promise<void>;
}

/**
 * A workspace whose folder exists (`createWorkspace` makes it). Nothing is held open between calls. `hashOf`: how files
 * are hashed when one's hash is asked for, or is the condition of a write.
 */
export function openWorkspace(
  root: string,
  walk: Walk = strongestWalk(),
  hashOf: HashFile = hashFile,
): Workspace {
  /** Runs `use` in the folder that holds `path`, with meanings in place of the system's errors. */
  const at = <T>(path: string, use: (parent: Directory, name: string) => Promise<T>): Promise<T> =>
    meant(path, async () => {
      const segments = segmentsOf(path);
      const name = segments.at(-1) ?? segments[0];
      return withDirectory(walk, root, segments.slice(0, -1), (parent) => use(parent, name));
    });

  const withFile = <T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> =>
    at(path, async (parent, name) => {
      const file = await openRegular(parent, name, path);
      try {
        return await use(file);
      } finally {
        await file.handle.close();
      }
    });

  const seen = (path?: string) =>
    meant(path ?? '.', async () => {
      const segments = path === undefined ? [] : segmentsOf(path);
      return withDirectory(walk, root, segments, (folder) => listUnder(walk, folder, segments));
    });

  const hash = (path: string, signal?: AbortSignal): Promise<string> =>
    withFile(path, (file) => hashOf(file, signal));

  return {
    root,
    withFile,
    hash: (path) => hash(path),

    read: (path, { offset = 0, limit = Number.MAX_SAFE_INTEGER, maxBytes = READ_BYTES } = {}) =>
      withFile(path, async ({ handle, stats }) => {
        const length = Math.max(0, Math.min(Number(stats.size) - offset, limit));
        if (length > maxBytes) throw tooLarge(path, length, maxBytes);
        const parts: Buffer[] = [];
        for await (const piece of pieces(handle, offset, length)) parts.push(piece);
        return Buffer.concat(parts);
      }),

    openRead: (path, { start = 0, end } = {}) =>
      at(path, async (parent, name) => {
        const { handle, stats } = await openRegular(parent, name, path);
        const size = Number(stats.size);
        // A fixed length: a file that grows meanwhile must not outgrow the Content-Length already sent.
        const length = Math.max(0, Math.min(size, (end ?? size - 1) + 1) - start);
        const state = isSettled(stats, Date.now()) ? stateOf(stats) : null;
        if (length > 0)
          return { size, state, stream: handle.createReadStream({ start, end: start + length - 1 }) };
        await handle.close();
        return { size, state, stream: Readable.from([]) };
      }),

    stat: (path) =>
      at(path, async (parent, name) => {
        const stats = await lstat(parent.entry(name), { bigint: true });
        if (!stats.isDirectory() && !isSafe(stats)) throw notRegular(path);
        const kind = stats.isDirectory() ? 'directory' : 'file';
        return { path, kind, size: kind === 'file' ? Number(stats.size) : 0, mtimeMs: Number(stats.mtimeMs) };
      }),

    list: async (path) => {
      const { entries, truncated } = await seen(path);
      return { entries: entries.map(({ stats: _internal, ...entry }) => entry), truncated };
    },

    usage: (most, except) => meant('.', () => workspaceUsage(root, most, walk, except)),

    write: (path, content, options = {}) =>
      meant(path, async () => {
        const segments = segmentsOf(path);
        const name = segments.at(-1) ?? segments[0];
        return withMadeDirectory(walk, root, segments.slice(0, -1), (folder, owner) =>
          writeInto(folder, name, path, content, { ...options, owner, hashOf }),
        );
      }),

    remove: (path) =>
      at(path, async (parent, name) => {
        await withDirectory(walk, root, [], (top) => removeEntry(walk, top, parent, name));
        return { path, change: 'removed' };
      }),

    move: (from, to) =>
      at(from, (folder, name) =>
        meant(to, async () => {
          const segments = segmentsOf(to);
          const wanted = segments.at(-1) ?? segments[0];
          await withMadeDirectory(walk, root, segments.slice(0, -1), (target) =>
            moveEntry(walk, { folder, name, path: from }, { folder: target, name: wanted, path: to }),
          );
        }),
      ),
    removeFile: (path, options) =>
      at(path, (parent, name) => removeIfSame(parent, name, path, { ...options, hashOf })),

    snapshot: async (options = {}) => {
      const { entries } = await seen();
      return takeSnapshot(entries, (path) => hash(path, options.signal).catch(unreadable), options);
    },

    trim: (options) => meant('.', () => trim(walk, root, options)),

    copyTo: async (target, signal) => {
      const { entries, truncated } = await seen();
      if (truncated)
        throw new WorkspaceError('too_large', '.', 'There are more files here than can be copied.');
      let left = WORKSPACE_BYTES;
      for (const { stats } of entries) left -= stats.isFile() ? roomOf(stats) : 0;
      if (left < 0) throw tooMuchToCopy();
      left = WORKSPACE_BYTES;
      for (const { path, kind, stats: listed } of entries) {
        signal?.throwIfAborted();
        if (kind !== 'file') continue;
        let opened = false;
        try {
          await meant(path, () => mustHaveRoom(target.root, Number(listed.blocks) * BLOCK_BYTES));
          await withFile(path, async ({ handle, stats }) => {
            // It may have grown since it was listed.
            left -= Number(stats.size);
            if (left < 0) throw tooMuchToCopy();
            opened = true;
            await target.write(path, pieces(handle, 0, Number(stats.size)), { sparse: true });
          });
        } catch (error) {
          if (opened || !(error instanceof WorkspaceError) || !WENT_AWAY.has(error.code)) throw error;
        }
      }
    },

    destroy: async () => {
      try {
        await withDirectory(walk, root, [], (top) => removeAll(walk, top));
        await rmdir(root);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    },
  };
}

async function meant<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw meaningOf(error, path);
  }
}

function tooMuchToCopy(): WorkspaceError {
  return new WorkspaceError('too_large', '.', 'The files here are more than a Work may have: delete some.');
}

function unreadable(error: unknown): null {
  if (error instanceof WorkspaceError) return null;
  throw error;
}

function notRegular(path: string): WorkspaceError {
  return new WorkspaceError('not_regular', path, `${quote(path)} is not a regular file with one name.`);
}

function tooLarge(path: string, size: number, most: number): WorkspaceError {
  return new WorkspaceError('too_large', path, `${quote(path)} has ${size} bytes, more than ${most}.`);
}
