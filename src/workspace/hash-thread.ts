/** The thread that hashes large files (see file-hashes.ts). Their descriptors are the main thread's, which keeps them open. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export interface HashJob {
  fd: number;
  /** Bytes from the file's beginning; what it grew by meanwhile is left out. */
  size: number;
}

export type HashAnswer = { sha256: string; error?: never } | { sha256?: never; error: Error };

const buffer = Buffer.allocUnsafe(1024 ** 2);

parentPort?.on('message', (job: HashJob) => parentPort?.postMessage(answer(job)));

function answer({ fd, size }: HashJob): HashAnswer {
  try {
    const hash = createHash('sha256');
    for (let at = 0; at < size; ) {
      const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytes === 0) break;
      hash.update(buffer.subarray(0, bytes));
      at += bytes;
    }
    return { sha256: hash.digest('hex') };
  } catch (error) {
    return { error: error as Error };
  }
}
