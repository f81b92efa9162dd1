/** What is in a workspace: regular files and folders, in order of their paths. */
import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { unlessMissing } from '../system-error.ts';
import type { Directory, Walk } from './directory.ts';
import { inside, look, namesIn } from './look.ts';
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

  const visit = async (folder: Directory, path: string[]): Promise<void> => {
    const { names, begun, more } = await validNames(folder, left);
    truncated ||= more;
    for (const name of begun) await removeAbandoned(folder, name);
    const seen = await Promise.all(names.map(async (name) => ({ name, stats: await look(folder, name) })));
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
      if (kind === 'directory' && here.length < MAX_DEPTH) {
        await inside(walk, folder, name, (child) => visit(child, here));
      }
    }
  };

  await visit(directory, prefix);
  return { entries, truncated };
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
