/**
 * How full a workspace is (S6), told the same to whoever asks: the sandbox while code runs, and an upload before it.
 * Everything that takes room counts, whatever its name is, also what no path can say and no list shows.
 */
import type { BigIntStats } from 'node:fs';
import { type Directory, strongestWalk, type Walk, withDirectory } from './directory.ts';
import { inside, look, namesIn } from './look.ts';
import { MAX_DEPTH } from './relative-path.ts';

/** Entries that are looked at together. */
const AT_ONCE = 64;
/** The unit in which a file's room is told. */
export const BLOCK_BYTES = 512;

export interface Usage {
  /** Of all files together; a sparse one counts at its full length, a small one with the blocks that it takes. */
  bytes: number;
  /** Whatever has a name: files, folders, links. */
  entries: number;
  /** There is something deeper than any path can say; it is not counted. */
  tooDeep: boolean;
}

/**
 * Bytes for which a file counts: a sparse one with its full length, for so much is read when it is copied, packed or
 * hashed, and so much room it takes once it is filled.
 */
export function roomOf({ size, blocks }: BigIntStats): number {
  return Math.max(Number(size), Number(blocks) * BLOCK_BYTES);
}

/**
 * Counts what is under `root`, and stops once there is more than `most`, so that a million files cost no more than
 * the limit. What has a name in `except` is passed over. No link is followed, and nothing is opened but folders (S7).
 * @throws the system call's error when there is no such folder
 */
export async function workspaceUsage(
  root: string,
  most: Pick<Usage, 'bytes' | 'entries'>,
  walk: Walk = strongestWalk(),
  except: ReadonlySet<string> = new Set(),
): Promise<Usage> {
  const usage: Usage = { bytes: 0, entries: 0, tooDeep: false };
  const isOver = () => usage.tooDeep || usage.bytes > most.bytes || usage.entries > most.entries;

  /** Takes all names first: where those alone are too many, and more come all the time, nothing else is asked. */
  const visit = async (folder: Directory, depth: number): Promise<void> => {
    const names: Buffer[] = [];
    for await (const name of namesIn(folder)) {
      if (except.size > 0 && except.has(name.toString('latin1'))) continue;
      usage.entries += 1;
      usage.tooDeep ||= depth === MAX_DEPTH;
      if (isOver()) return;
      names.push(name);
    }
    for (let from = 0; from < names.length && !isOver(); from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE);
      const seen = await Promise.all(some.map(async (name) => ({ name, stats: await look(folder, name) })));
      for (const { name, stats } of seen) {
        if (stats?.isFile()) usage.bytes += roomOf(stats);
        if (stats?.isDirectory() && !isOver())
          await inside(walk, folder, name, (child) => visit(child, depth + 1));
      }
    }
  };

  await withDirectory(walk, root, [], (top) => visit(top, 0));
  return usage;
}
