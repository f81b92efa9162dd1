/** The state of a whole workspace, and what changed between two states (S8). */
import type { FileChange } from '../domain/messages.ts';
import type { SeenEntry } from './listing.ts';

export interface FileState {
  size: number;
  /** Nanoseconds since 1970, in decimal (too large for a number). */
  mtimeNs: string;
  sha256: string;
  /** What must be unchanged for the hash to be taken over unread; opaque. */
  seen: string;
}

/** File states by path. Plain data: `[...snapshot]` can be stored as JSON and read back by `new Map`. */
export type Snapshot = Map<string, FileState>;

/** A file changed this recently may change again without its times telling, so its hash is not taken over. */
const SETTLED_NS = 1_000_000_000n;

/**
 * The state of the listed files. `hash` is called for the files that are new or touched since `previous`; it
 * gives null for a file that went away or was swapped for something unreadable, which is then left out.
 */
export async function takeSnapshot(
  entries: SeenEntry[],
  hash: (path: string) => Promise<string | null>,
  previous: Snapshot = new Map(),
  now: number = Date.now(),
): Promise<Snapshot> {
  const files = entries.filter((entry) => entry.kind === 'file');
  const states: [string, FileState][] = [];
  const next = files.values();
  const worker = async (): Promise<void> => {
    for (const { path, size, stats } of next) {
      const settled = BigInt(now) * 1_000_000n - stats.ctimeNs > SETTLED_NS;
      // The change time cannot be set by a program, unlike the modification time.
      const seen = settled ? `${stats.dev}:${stats.ino}:${size}:${stats.mtimeNs}:${stats.ctimeNs}` : '';
      const old = previous.get(path);
      const sha256 = old && seen !== '' && old.seen === seen ? old.sha256 : await hash(path);
      if (sha256 !== null) states.push([path, { size, mtimeNs: String(stats.mtimeNs), sha256, seen }]);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return new Map(states.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What was added, changed (by content) or removed, in order of paths. */
export function diff(before: Snapshot, after: Snapshot): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, { size, sha256 }] of after) {
    const old = before.get(path);
    if (old?.sha256 === sha256) continue;
    changes.push({ path, size, sha256, change: old === undefined ? 'added' : 'changed' });
  }
  for (const path of before.keys()) if (!after.has(path)) changes.push({ path, change: 'removed' });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}
