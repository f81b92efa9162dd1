/** The state of a whole workspace, and what changed between two states (S8). */
import type { BigIntStats } from 'node:fs';
import type { FileChange } from '../domain/messages.ts';
import { WORKSPACE_BYTES } from '../domain/workspace-limits.ts';
import type { SeenEntry } from './listing.ts';

export interface FileState {
  size: number;
  /** Nanoseconds since 1970, in decimal (too large for a number). */
  mtimeNs: string;
  /** Absent for a file that is too large to be read each time: its size and times tell whether it changed (SR-H8). */
  sha256?: string;
  /** What must be unchanged for the hash to be taken over unread; opaque. */
  seen: string;
}

/** File states by path. Plain data: `[...snapshot]` can be stored as JSON and read back by `new Map`. */
export type Snapshot = Map<string, FileState>;

export interface SnapshotOptions {
  /** Hashes of files that were not touched since are taken from here. */
  previous?: Snapshot | undefined;
  /** Stops the reading, with its reason. */
  signal?: AbortSignal | undefined;
}

/** A file changed this recently may change again without its times telling, so its hash is not taken over. */
const SETTLED_NS = 1_000_000_000n;

/** Whether a file that changes from now on will have other times than these; `now` in ms since 1970. */
export function isSettled({ ctimeNs }: BigIntStats, now: number): boolean {
  return BigInt(now) * 1_000_000n - ctimeNs > SETTLED_NS;
}

/** What is the same while a settled file stays as it is. A program can set the modification time, never the change time. */
export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** Files above this are told by size and times; what holds the results of a paper is rarely larger. */
const HASHED_FILE_BYTES = 64 * 1024 ** 2;
/** Bytes that one snapshot reads: as many as a workspace may hold. */
const HASHED_BYTES = WORKSPACE_BYTES;

/**
 * The state of the listed files. `hash` is called for the files that are new or touched since `previous`; it
 * gives null for a file that went away or was swapped for something unreadable, which is then left out.
 * @throws the signal's reason
 */
export async function takeSnapshot(
  entries: SeenEntry[],
  hash: (path: string) => Promise<string | null>,
  { previous = new Map(), signal, now = Date.now() }: SnapshotOptions & { now?: number } = {},
): Promise<Snapshot> {
  const files = entries.filter((entry) => entry.kind === 'file');
  const states: [string, FileState][] = [];
  const next = files.values();
  let unread = HASHED_BYTES;
  const worker = async (): Promise<void> => {
    for (const { path, size, stats } of next) {
      signal?.throwIfAborted();
      const seen = isSettled(stats, now) ? stateOf(stats) : '';
      const old = previous.get(path);
      const state = { size, mtimeNs: String(stats.mtimeNs), seen };
      if (old && seen !== '' && old.seen === seen) {
        states.push([path, old.sha256 === undefined ? state : { ...state, sha256: old.sha256 }]);
      } else if (size > HASHED_FILE_BYTES || size > unread) {
        states.push([path, state]);
      } else {
        unread -= size;
        const sha256 = await hash(path);
        if (sha256 !== null) states.push([path, { ...state, sha256 }]);
      }
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return new Map(states.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What was added, changed (by content, or by size and time where that is not read) or removed, in order of paths. */
export function diff(before: Snapshot, after: Snapshot): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, state] of after) {
    const old = before.get(path);
    if (old && isSame(old, state)) continue;
    const { size, sha256 } = state;
    const content = sha256 === undefined ? { size } : { size, sha256 };
    changes.push({ path, ...content, change: old === undefined ? 'added' : 'changed' });
  }
  for (const path of before.keys()) if (!after.has(path)) changes.push({ path, change: 'removed' });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isSame(old: FileState, state: FileState): boolean {
  if (old.sha256 !== undefined && state.sha256 !== undefined) return old.sha256 === state.sha256;
  return old.size === state.size && old.mtimeNs === state.mtimeNs;
}
