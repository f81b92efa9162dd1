/** Compares files in threads: what a script wrote may be made to take long, or much. */
import type { Compared } from '../domain/verification/types.ts';
import { type Asking, createJobThreads, JobTooLarge } from '../threads/job-threads.ts';

export interface CompareJob {
  expected: Uint8Array;
  got: Uint8Array;
}

/** Bytes of a file that is looked into; a larger one is told by its hash. */
export const COMPARED_BYTES = 32 * 1024 ** 2;

export interface Comparer {
  compare(files: CompareJob, asking: Asking): Promise<Compared>;
}

export function createComparer(): Comparer {
  const threads = createJobThreads<CompareJob, Compared>({
    module: new URL('./compare-thread.ts', import.meta.url),
    places: 2,
    placesForGuests: 1,
    deadlineMs: 20_000,
    heapMiB: 512,
  });
  return {
    async compare(files, asking) {
      try {
        return await threads.run(files, asking);
      } catch (error) {
        if (asking.signal.aborted) throw error;
        const why =
          error instanceof JobTooLarge ? 'it is too large to be looked into' : 'it cannot be unpacked';
        return { result: 'differs', note: `its bytes differ, and ${why}` };
      }
    },
  };
}
