/**
 * Folders opened one component at a time without following links (S7). Generated code may swap any folder of a
 * workspace for a link at any moment, so a path checked first and used afterwards proves nothing.
 */
import { constants, existsSync } from 'node:fs';
import { chmod, type FileHandle, lchown, lstat, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkspaceError } from './workspace-error.ts';

/** A user and a group by number. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A name as text, or as its bytes: generated code may call a file anything. */
export type EntryName = string | Buffer;

export interface Directory {
  /** A path for system calls that names `name` in this folder; `.`, where links are followed, the folder itself. */
  entry(name: EntryName): string | Buffer;
  /**
   * True where `entry` is bound to the opened folder itself. Where it is only a path, the folder can be swapped
   * between two calls, and files are checked once more after opening.
   */
  readonly pinned: boolean;
  owner(): Promise<Owner>;
  chown(owner: Owner): Promise<void>;
  close(): Promise<void>;
}

/** How folders are opened: `openRoot` by an absolute host path, `open` by a name in a folder that is open. */
export interface Walk {
  openRoot(root: string): Promise<Directory>;
  open(parent: Directory, name: EntryName): Promise<Directory>;
  /** Gives the owner all rights to a folder that generated code may have closed, to itself and so to us. */
  unlock(parent: Directory, name: EntryName): Promise<void>;
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Linux's O_PATH, which Node does not name: it needs no right to the folder that it opens. */
const O_PATH = 0o10000000;
const OWNERS_RIGHTS = 0o700;

/**
 * Opens a workspace's own folder to its owner again, where generated code has closed it: else no file of the Work
 * could be reached and no code run any more. The folder above is ours, so nothing can take its place.
 */
export async function unlockRoot(root: string): Promise<void> {
  const { mode } = await stat(root);
  if (isLocked(mode)) await chmod(root, unlocked(mode));
}

function isLocked(mode: number): boolean {
  return (mode & OWNERS_RIGHTS) !== OWNERS_RIGHTS;
}

function unlocked(mode: number): number {
  return (mode & 0o777) | OWNERS_RIGHTS;
}

/** Linux: Node has no openat, but a path through /proc/self/fd/N starts at the open folder N. */
export const descriptorWalk: Walk = {
  openRoot: async (root) => {
    await unlockRoot(root);
    return held(await open(root, FOLDER));
  },
  open: async (parent, name) => held(await open(parent.entry(name), FOLDER)),
  unlock: async (parent, name) => {
    const handle = await open(parent.entry(name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      const { mode } = await handle.stat();
      // A handle of this kind can do nothing itself; its path leads to the folder that was opened, and no other.
      if (isLocked(mode)) await chmod(`/proc/self/fd/${handle.fd}`, unlocked(mode));
    } finally {
      await handle.close();
    }
  },
};

function held(handle: FileHandle): Directory {
  return {
    entry: (name) => joined(`/proc/self/fd/${handle.fd}`, name),
    pinned: true,
    owner: async () => ownerOf(await handle.stat()),
    chown: ({ uid, gid }) => handle.chown(uid, gid),
    close: () => handle.close(),
  };
}

/** Elsewhere: each component is looked at before it is used. A swap between the two is not noticed for folders. */
export const pathWalk: Walk = {
  openRoot: async (root) => {
    await unlockRoot(root);
    return looked(root);
  },
  open: (parent, name) => looked(parent.entry(name)),
  unlock: async (parent, name) => {
    const path = parent.entry(name);
    const stats = await lstat(path);
    if (stats.isDirectory() && isLocked(stats.mode)) await chmod(path, unlocked(stats.mode));
  },
};

async function looked(path: string | Buffer): Promise<Directory> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) {
    throw new WorkspaceError('not_directory', '', 'A part of this path is not a folder.');
  }
  return {
    entry: (name) => joined(path, name),
    pinned: false,
    owner: async () => ownerOf(await lstat(path)),
    chown: ({ uid, gid }) => lchown(path, uid, gid),
    close: async () => {},
  };
}

function joined(path: string | Buffer, name: EntryName): string | Buffer {
  if (typeof path === 'string' && typeof name === 'string') return join(path, name);
  return Buffer.concat(
    [path, '/', name].map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
}

function ownerOf({ uid, gid }: Owner): Owner {
  return { uid, gid };
}

/** The strongest walk that this machine has. */
export function strongestWalk(): Walk {
  return process.platform === 'linux' && existsSync('/proc/self/fd') ? descriptorWalk : pathWalk;
}

/** Runs `use` with the folder that `segments` name under `root`, and closes what it opened. */
export async function withDirectory<T>(
  walk: Walk,
  root: string,
  segments: readonly EntryName[],
  use: (directory: Directory) => Promise<T>,
): Promise<T> {
  let directory = await walk.openRoot(root);
  try {
    for (const name of segments) {
      const next = await walk.open(directory, name);
      await directory.close();
      directory = next;
    }
    return await use(directory);
  } finally {
    await directory.close();
  }
}
