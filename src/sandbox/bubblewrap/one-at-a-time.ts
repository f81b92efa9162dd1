/** What several processes of this machine may want to make at once is made by one of them. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../../os/process-lock.mjs';

/**
 * Does the work while no other process does any for this path; one that died with the lock does none. The work has to
 * look first whether another has done it meanwhile.
 */
export async function oneAtATime(
  path: string,
  { what, onProgress, signal }: { what: string; onProgress: (line: string) => void; signal?: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    const lock = takeLock(`${path}.lock`);
    if (lock.taken) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!told) onProgress(`process ${lock.holder.pid} is making ${what}, waiting`);
    await delay(200);
  }
}
