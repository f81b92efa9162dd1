/**
 * SHA-256 of files for many readers of one process: what was hashed is not read again while it stays as it is, who
 * asks for what is being read waits for that, and large files are read by a thread, one at a time, in turns by person.
 */
import { createJobThreads } from '../threads/job-threads.ts';
import type { HashJob } from './hash-thread.ts';
import { type HashFile, hashFile, type OpenFile } from './regular-file.ts';
import { isSettled, stateOf } from './snapshot.ts';

/** Hashes that are kept; each takes some 200 bytes. */
const MOST_KEPT = 10_000;
/** Up to this size, a hash takes the main thread some two milliseconds, less than a thread's answer on a busy machine. */
const READ_HERE_BYTES = 1024 ** 2;

export interface FileHashes {
  /** How files are hashed for this person. Fails like `hashFile`. */
  for(person: string): HashFile;
}

export function createFileHashes(hashLarge = createHashThread()): FileHashes {
  /** By the file's state, the one that was asked for longest ago first. */
  const kept = new Map<string, string>();
  const underWay = new Map<string, Promise<string>>();

  async function read(person: string, file: OpenFile, state: string): Promise<string> {
    const settled = isSettled(file.stats, Date.now());
    const sha256 = await (file.stats.size > READ_HERE_BYTES ? hashLarge(person, file) : hashFile(file));
    if (settled) keep(state, sha256);
    return sha256;
  }

  function keep(state: string, sha256: string): void {
    kept.delete(state);
    kept.set(state, sha256);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }

  return {
    for: (person) => async (file) => {
      const state = stateOf(file.stats);
      const known = kept.get(state);
      if (known !== undefined) {
        keep(state, known);
        return known;
      }
      const begun = underWay.get(state) ?? read(person, file, state).finally(() => underWay.delete(state));
      underWay.set(state, begun);
      return await begun;
    },
  };
}

/** Hashes in a thread, one file at a time. */
function createHashThread(): (person: string, file: OpenFile) => Promise<string> {
  const threads = createJobThreads<HashJob, string>({
    module: new URL('./hash-thread.ts', import.meta.url),
    places: 1,
  });
  // Others may wait for the same hash: it is made whatever becomes of who asked first.
  const { signal } = new AbortController();
  return (person, { handle, stats }) =>
    threads.run(
      { fd: handle.fd, size: Number(stats.size) },
      { person: { id: person, guest: false }, signal },
    );
}
