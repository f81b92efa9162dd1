/**
 * Files on their way from the person's disk into the workspace: one request a file, one after the other, so that
 * each has its own progress and its own reason when it is refused.
 */
import { type Ref, shallowRef } from 'vue';
import { MAX_UPLOAD_BYTES } from '../../../src/protocol/limits.ts';

export type UploadState =
  | { name: 'waiting' }
  /** `sent` of `size` bytes. */
  | { name: 'sending'; sent: number }
  | { name: 'done' }
  | { name: 'failed'; error: unknown };

export interface Upload {
  id: number;
  file: { name: string; size: number };
  state: UploadState;
}

/** It is larger than what the server takes. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

export interface UploadDependencies<F extends Upload['file']> {
  /** Resolves to where the file has been stored. */
  send(file: F, watch: { progress(sent: number): void; signal: AbortSignal }): Promise<string>;
  /** A file has been stored there. */
  arrived(path: string): void;
}

export interface Uploads<F> {
  list: Readonly<Ref<readonly Upload[]>>;
  /** Resolves when all of them have arrived or failed, to the paths of those that arrived. */
  add(files: Iterable<F>): Promise<string[]>;
  /** Ends one that is under way, or takes one that has ended off the list. */
  dismiss(id: number): void;
  /** Ends all of them. */
  dispose(): void;
}

/** Those that have something to say: what has arrived stands in the tree, marked as new (V43). */
export function stillOnTheirWay(list: readonly Upload[]): Upload[] {
  return list.filter(({ state }) => state.name !== 'done');
}

export function createUploads<F extends Upload['file']>({
  send,
  arrived,
}: UploadDependencies<F>): Uploads<F> {
  const list = shallowRef<readonly Upload[]>([]);
  const aborts = new Map<number, AbortController>();
  let last: Promise<unknown> = Promise.resolve();
  let ids = 0;

  function enter(id: number, state: UploadState): void {
    list.value = list.value.map((upload) => (upload.id === id ? { ...upload, state } : upload));
  }

  async function transfer(id: number, file: F, signal: AbortSignal): Promise<string[]> {
    if (signal.aborted) return [];
    enter(id, { name: 'sending', sent: 0 });
    try {
      // A form is a little longer than its file.
      const path = await send(file, {
        signal,
        progress: (sent) => enter(id, { name: 'sending', sent: Math.min(sent, file.size) }),
      });
      enter(id, { name: 'done' });
      arrived(path);
      return [path];
    } catch (error) {
      if (!signal.aborted) enter(id, { name: 'failed', error });
      return [];
    } finally {
      aborts.delete(id);
    }
  }

  return {
    list,
    async add(files) {
      const chosen = [...files].map((file) => {
        ids += 1;
        return { id: ids, file };
      });
      // What arrived before has been seen in the list of files by now.
      const kept = list.value.filter((upload) => upload.state.name !== 'done');
      list.value = [...kept, ...chosen.map((one): Upload => ({ ...one, state: { name: 'waiting' } }))];
      const transfers = chosen.map(async ({ id, file }) => {
        if (file.size > MAX_UPLOAD_BYTES) {
          enter(id, { name: 'failed', error: new TooLarge(file.name) });
          return [];
        }
        const abort = new AbortController();
        aborts.set(id, abort);
        const turn = last.then(() => transfer(id, file, abort.signal));
        last = turn;
        return await turn;
      });
      return (await Promise.all(transfers)).flat();
    },
    dismiss(id) {
      aborts.get(id)?.abort();
      list.value = list.value.filter((upload) => upload.id !== id);
    },
    dispose() {
      for (const abort of aborts.values()) abort.abort();
    },
  };
}
