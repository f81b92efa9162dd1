/**
 * SHA-256 of files for many readers of one process: what was hashed is not read again while it stays as it is, who
 * asks for what is being read waits for that, and large files are read by a thread, one at a time, in turns by person.
 */
import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashJob } from './hash-thread.ts';
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

interface Waiting extends HashJob {
  resolve(sha256: string): void;
  reject(error: Error): void;
}

/** Hashes in a thread that is started when it is first needed, and again after it ended. */
function createHashThread(): (person: string, file: OpenFile) => Promise<string> {
  /** Who waits, by person; the person whose turn is next stands first. */
  const queues = new Map<string, Waiting[]>();
  let running: Waiting | undefined;
  let thread: Worker | undefined;

  function start(): Worker {
    const started = new Worker(new URL('./hash-thread.ts', import.meta.url));
    started.on('message', ({ sha256, error }: HashAnswer) => {
      const { resolve, reject } = running ?? {};
      running = undefined;
      // Idle, it keeps no process alive.
      started.unref();
      if (sha256 === undefined) reject?.(error);
      else resolve?.(sha256);
      next();
    });
    started.on('error', (error: Error) => {
      thread = undefined;
      running?.reject(error);
      running = undefined;
      next();
    });
    return started;
  }

  function next(): void {
    const [turn] = queues;
    if (running !== undefined || turn === undefined) return;
    const [person, [job, ...rest]] = turn;
    queues.delete(person);
    if (rest.length > 0) queues.set(person, rest);
    if (job === undefined) return;
    running = job;
    thread ??= start();
    thread.ref();
    thread.postMessage({ fd: job.fd, size: job.size } satisfies HashJob);
  }

  return (person, { handle, stats }) =>
    new Promise((resolve, reject) => {
      const job = { fd: handle.fd, size: Number(stats.size), resolve, reject };
      queues.set(person, [...(queues.get(person) ?? []), job]);
      next();
    });
}
