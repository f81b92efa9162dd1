/** What differs between the newest snapshot and the files as they are. */
import type { ChangedFile, KnownFile } from '../db/versions.ts';
import type { Snapshot } from '../workspace/snapshot.ts';

/** Files as a look at the workspace takes hashes over from, where they were not touched since. */
export function asSeen(files: readonly KnownFile[]): Snapshot {
  return new Map(files.map(({ path, sha256, size, seen }) => [path, { size, mtimeNs: '', sha256, seen }]));
}

/** A file of the workspace with its hash, whatever its size. */
export type SeenFile = Pick<KnownFile, 'path' | 'sha256' | 'size' | 'seen'>;

/** Those that are new, have other content, or have been touched since, and those that are gone. */
export function changesSince(known: readonly KnownFile[], now: readonly SeenFile[]): ChangedFile[] {
  const before = new Map(known.map((file) => [file.path, file]));
  const paths = new Set(now.map(({ path }) => path));
  const changed = now.filter(({ path, sha256, seen }) => {
    const old = before.get(path);
    return old?.sha256 !== sha256 || old.seen !== seen;
  });
  const gone = known.filter(({ path }) => !paths.has(path)).map(({ path }) => ({ path, sha256: null }));
  return [...changed, ...gone];
}

/** Whether only the times differ: then nothing is to be kept. */
export function isTouched(known: ReadonlyMap<string, KnownFile>, { path, sha256 }: ChangedFile): boolean {
  return known.get(path)?.sha256 === sha256;
}
