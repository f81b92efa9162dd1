/** Bringing a workspace back within its limits after a run has filled it (SR-C2). */
import type { BigIntStats } from 'node:fs';
import { codeOf } from '../system-error.ts';
import { type Directory, type EntryName, type Walk, withDirectory } from './directory.ts';
import { FOLDERS } from './first-folders.ts';
import { inside, look, namesIn } from './look.ts';
import { MAX_DEPTH } from './relative-path.ts';
import { removeEntry } from './removal.ts';
import type { Snapshot } from './snapshot.ts';
import { BLOCK_BYTES, roomOf } from './usage.ts';

/** What a workspace may hold, and how much its files have to give back to the disk. */
export interface TrimTarget {
  bytes: number;
  entries: number;
  /** Bytes of the disk that are to be freed, 0 where the disk has room. */
  diskBytes: number;
}

/** Something that may be removed. */
interface Candidate {
  segments: EntryName[];
  kind: 'file' | 'folder' | 'too deep';
  /** Whether it was there before the run, which then changed it. */
  isOld: boolean;
  ctimeNs: bigint;
  bytes: number;
  diskBytes: number;
}

/** In this order: what no path can say, what is new, what is old and was changed; folders once they may be empty. */
const ORDER = ['too deep', 'new file', 'new folder', 'old file'];

function rank({ kind, isOld }: Candidate): number {
  return ORDER.indexOf(kind === 'too deep' ? kind : `${isOld ? 'old' : 'new'} ${kind}`);
}

/**
 * Removes what was added since `before`, the newest first, then what was changed since, until the rest is within the
 * target. Nothing runs in the workspace meanwhile. `keep` are paths that stay in any case.
 * @returns how many files and folders were removed
 */
export async function trim(
  walk: Walk,
  root: string,
  options: { before: Snapshot; keep: readonly string[]; target: TrimTarget },
): Promise<number> {
  const { before, target } = options;
  const keep = new Set<string>([...options.keep, ...FOLDERS]);
  const used = { bytes: 0, entries: 0 };
  let freed = 0;
  let tooDeep = 0;
  const isOver = () =>
    tooDeep > 0 || used.bytes > target.bytes || used.entries > target.entries || freed < target.diskBytes;
  const oldFolders = foldersAbove([...before.keys(), ...keep]);
  const candidates: Candidate[] = [];

  const consider = (segments: EntryName[], stats: BigIntStats): void => {
    const path = pathOf(segments);
    const isFolder = stats.isDirectory();
    const bytes = stats.isFile() ? roomOf(stats) : 0;
    used.bytes += bytes;
    used.entries += 1;
    if (path !== null && (keep.has(path) || oldFolders.has(path))) return;
    const old = path === null ? undefined : before.get(path);
    if (old && old.size === Number(stats.size) && old.mtimeNs === String(stats.mtimeNs)) return;
    const deepest = isFolder && segments.length >= MAX_DEPTH;
    if (deepest) tooDeep += 1;
    candidates.push({
      segments,
      kind: deepest ? 'too deep' : isFolder ? 'folder' : 'file',
      isOld: old !== undefined,
      ctimeNs: stats.ctimeNs,
      bytes,
      diskBytes: Number(stats.blocks) * BLOCK_BYTES,
    });
  };

  const visit = async (folder: Directory, above: EntryName[]): Promise<void> => {
    for await (const name of namesIn(folder)) {
      const stats = await look(folder, name);
      if (stats === undefined) continue;
      const segments = [...above, name];
      consider(segments, stats);
      if (stats.isDirectory() && segments.length < MAX_DEPTH)
        await inside(walk, folder, name, (child) => visit(child, segments));
    }
  };

  const remove = async (top: Directory, { segments }: Candidate): Promise<boolean> => {
    const name = segments.at(-1) as EntryName;
    let removed = false;
    await withDirectory(walk, root, segments.slice(0, -1), async (parent) => {
      if ((await look(parent, name)) === undefined) return;
      await removeEntry(walk, top, parent, name);
      removed = true;
    });
    return removed;
  };

  let count = 0;
  await withDirectory(walk, root, [], async (top) => {
    await visit(top, []);
    candidates.sort((a, b) => rank(a) - rank(b) || (a.ctimeNs > b.ctimeNs ? -1 : 1));
    for (const candidate of candidates) {
      if (!isOver()) break;
      if (!(await unlessInRemoved(() => remove(top, candidate)))) continue;
      count += 1;
      if (candidate.kind === 'too deep') tooDeep -= 1;
      used.bytes -= candidate.bytes;
      used.entries -= 1;
      freed += candidate.diskBytes;
    }
  });
  return count;
}

/** A path as a snapshot has it; null for names that are no UTF-8, which no snapshot has. */
function pathOf(segments: EntryName[]): string | null {
  const names = segments.map((name) => Buffer.from(name as Buffer));
  const path = names.map((name) => name.toString('utf8')).join('/');
  return path.includes('\ufffd') ? null : path;
}

function foldersAbove(paths: string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at));
  return folders;
}

/** What was in a folder that has been removed is gone with it. */
async function unlessInRemoved(remove: () => Promise<boolean>): Promise<boolean> {
  try {
    return await remove();
  } catch (error) {
    if (['ENOENT', 'not_directory'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}
