/** Looking at what a folder holds while generated code may remove, swap or close any of it (S7). */
import type { BigIntStats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { codeOf } from '../system-error.ts';
import type { Directory, EntryName, Walk } from './directory.ts';

/** What opening a folder says when it was removed, swapped or closed to us since it was seen. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'not_directory']);

/** What is in a folder without its r or x bit says this, where the server is not root. */
const CLOSED = new Set(['EACCES', 'EPERM']);

/** The names in an open folder as their bytes, which may be no UTF-8; none where the folder is closed to us. */
export async function* namesIn(folder: Directory): AsyncGenerator<Buffer> {
  let opened: Awaited<ReturnType<typeof opendir>>;
  try {
    // latin1 keeps each byte of a name, whatever it is.
    opened = await opendir(folder.entry('.'), { encoding: 'latin1', bufferSize: 256 });
  } catch (error) {
    if (CLOSED.has(codeOf(error) ?? '')) return;
    throw error;
  }
  for await (const { name } of opened) yield Buffer.from(name, 'latin1');
}

/** The entry's own state, or nothing when it went away meanwhile or is closed to us. */
export async function look(folder: Directory, name: EntryName): Promise<BigIntStats | undefined> {
  return lstat(folder.entry(name), { bigint: true }).catch((error: unknown) => {
    if (GONE.has(codeOf(error) ?? '')) return undefined;
    throw error;
  });
}

/** Opens a folder that was just seen; nothing where it was removed, swapped or closed to us meanwhile. */
export async function openSeen(
  walk: Walk,
  folder: Directory,
  name: EntryName,
): Promise<Directory | undefined> {
  return walk.open(folder, name).catch((error: unknown) => {
    if (GONE.has(codeOf(error) ?? '')) return undefined;
    throw error;
  });
}

/** Visits a folder that was just seen; one that was removed, swapped or closed to us meanwhile is passed over. */
export async function inside(
  walk: Walk,
  folder: Directory,
  name: EntryName,
  visit: (child: Directory) => Promise<void>,
): Promise<void> {
  const child = await openSeen(walk, folder, name);
  if (child === undefined) return;
  try {
    await visit(child);
  } finally {
    await child.close();
  }
}
