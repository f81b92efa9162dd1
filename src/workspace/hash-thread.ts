/** The thread that hashes large files (see file-hashes.ts). Their descriptors are the main thread's, which keeps them open. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { answerJobs } from '../threads/answer-jobs.ts';

export interface HashJob {
  fd: number;
  /** Bytes from the file's beginning; what it grew by meanwhile is left out. */
  size: number;
}

const buffer = Buffer.allocUnsafe(1024 ** 2);

answerJobs(({ fd, size }: HashJob): string => {
  const hash = createHash('sha256');
  for (let at = 0; at < size; ) {
    const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytes === 0) break;
    hash.update(buffer.subarray(0, bytes));
    at += bytes;
  }
  return hash.digest('hex');
});
