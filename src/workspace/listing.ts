/** What is in a workspace: regular files and folders, in order of their paths. */
import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { unlessMissing } from '../system-error.ts';
import type { Directory, Walk } from './directory.ts';
import { look, namesIn, openSeen } from './look.ts';
import { isSafe } from './regular-file.ts';
import { isName, MAX_DEPTH, TEMPORARY } from './relative-path.ts';

/** As many entries as a listing has at most (S6). */
export const MAX_ENTRIES = 10_000;
/** Names looked at, so that a million names that nobody can be shown are not read to their end. */
const MAX_NAMES = 10 * MAX_ENTRIES;

/** A file that was begun so long ago was left by a process that was killed; an upload of 50 MiB takes less. */
const ABANDONED_MS = 3_600_000;

export interface Entry {
  path: string;
  kind: 'file' | 'directory';
  /** Bytes; 0 for a folder. */
  size: number;
  /** Milliseconds since 1970. */
  mtimeMs: number;
}

export interface Listing {
  entries: Entry[];
  /** True when there is more than what is listed. */
  truncated: boolean;
}

/** An entry with what tells one state of a file from another. */
export interface SeenEntry extends Entry {
  stats: BigIntStats;
}

/** Folders beside each other that are read at a time: most of it is waiting for a thread that asks the system. */
const READ_AHEAD = 8;

/** What is in a folder, as it was seen. */
interface ReadFolder {
  /** Finished names, sorted. */
  seen: { name: string; stats: BigIntStats | undefined }[];
  /** Open for as long as folders in it may have to be opened; null where there are none. */
  open: Directory | null;
}

/**
 * The entries under an open folder, depth first, each folder's names sorted. Links, FIFOs, devices, files with
 * a second name, names that are no UTF-8, and what is in a folder closed to us, are left out. What a killed process left half written is removed.
 */
export async function listUnder(
  walk: Walk,
  directory: Directory,
  prefix: string[],
): Promise<{ entries: SeenEntry[]; truncated: boolean }> {
  const entries: SeenEntry[] = [];
  const left = { names: MAX_NAMES };
  let truncated = false;

  const read = async (folder: Directory): Promise<ReadFolder['seen']> => {
    const { names, begun, more } = await validNames(folder, left);
    truncated ||= more;
    for (const name of begun) await removeAbandoned(folder, name);
    return await Promise.all(names.map(async (name) => ({ name, stats: await look(folder, name) })));
  };

  const openAndRead = async (parent: Directory, name: string): Promise<ReadFolder | undefined> => {
    const folder = await openSeen(walk, parent, name);
    if (folder === undefined) return undefined;
    let isNeeded = false;
    try {
      const seen = await read(folder);
      isNeeded = seen.some(({ stats }) => stats?.isDirectory());
      return { seen, open: isNeeded ? folder : null };
    } finally {
      if (!isNeeded) await folder.close();
    }
  };

  const visit = async ({ seen, open }: ReadFolder, path: string[]): Promise<void> => {
    const isDeepest = path.length + 1 >= MAX_DEPTH;
    const folders = isDeepest || open === null ? [] : seen.filter(({ stats }) => stats?.isDirectory());
    const children = ahead(
      folders,
      READ_AHEAD,
      ({ name }) => openAndRead(open as Directory, name),
      async (child) => child?.open?.close(),
    );
    try {
      for (const { name, stats } of seen) {
        if (stats === undefined || !(stats.isDirectory() || isSafe(stats))) continue;
        if (entries.length >= MAX_ENTRIES) {
          truncated = true;
          return;
        }
        const here = [...path, name];
        const kind = stats.isDirectory() ? 'directory' : 'file';
        const size = kind === 'file' ? Number(stats.size) : 0;
        entries.push({ path: here.join('/'), kind, size, mtimeMs: Number(stats.mtimeMs), stats });
        if (kind === 'file' || isDeepest) continue;
        const { value: child } = await children.next();
        if (child) await visit(child, here).finally(() => child.open?.close());
      }
    } finally {
      await children.return(undefined);
    }
  };

  await visit({ seen: await read(directory), open: directory }, prefix);
  return { entries, truncated };
}

/**
 * What `begin` gives for each item, in their order, begun for up to `most` of them before they are asked for. What is not
 * taken in the end is given to `drop`.
 */
async function* ahead<Item, Result>(
  items: readonly Item[],
  most: number,
  begin: (item: Item) => Promise<Result>,
  drop: (result: Result) => Promise<unknown>,
): AsyncGenerator<Result, undefined, undefined> {
  const begun: Promise<Result>[] = [];
  const next = items.values();
  const fill = () => {
    while (begun.length < most) {
      const { value, done } = next.next();
      if (done) return;
      const result = begin(value);
      // Whoever takes it hears of its failure; until then it is not one that nobody handles.
      result.catch(() => undefined);
      begun.push(result);
    }
  };
  try {
    for (fill(); begun.length > 0; fill()) yield await (begun.shift() as Promise<Result>);
  } finally {
    for (const end of await Promise.allSettled(begun)) if (end.status === 'fulfilled') await drop(end.value);
  }
}

/** Valid names in a folder: finished ones, sorted, and those that are being written. `left.names` is how many names may still be looked at. */
async function validNames(
  folder: Directory,
  left: { names: number },
): Promise<{ names: string[]; begun: string[]; more: boolean }> {
  const names: string[] = [];
  const begun: string[] = [];
  let more = false;
  for await (const bytes of namesIn(folder)) {
    if (left.names <= 0) {
      more = true;
      break;
    }
    left.names -= 1;
    const text = bytes.toString('utf8');
    if (!isUtf8(bytes) || !isName(text)) continue;
    (text.startsWith(TEMPORARY) ? begun : names).push(text);
  }
  return { names: names.sort(), begun, more };
}

/** Removes a file that nobody writes any more. A folder of such a name is being removed: it is left alone. */
async function removeAbandoned(folder: Directory, name: string): Promise<void> {
  const stats = await look(folder, name);
  if (stats === undefined || !stats.isFile() || Date.now() - Number(stats.mtimeMs) < ABANDONED_MS) return;
  // Another listing may have been faster.
  await unlessMissing(unlink(folder.entry(name)));
}
