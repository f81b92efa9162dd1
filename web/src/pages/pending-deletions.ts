/**
 * Deletions that can still be undone: the request goes out when the time is over, and what was sent is final. A
 * page that is closed before has deleted nothing.
 */
import { type Ref, shallowRef } from 'vue';
import type { Work } from '../api/works.ts';

export interface PendingDeletion {
  work: Work;
  /** When the request goes out, in milliseconds since the epoch. */
  at: number;
}

export interface DeletionDependencies {
  delete(id: string): Promise<void>;
  /** The request failed: the Work is still there. */
  failed(work: Work, error: unknown): void;
  now(): number;
  after(ms: number, fire: () => void): () => void;
}

export interface PendingDeletions {
  list: Readonly<Ref<readonly PendingDeletion[]>>;
  add(work: Work): void;
  /** Whether it was in time. */
  undo(id: string): boolean;
  /** Sends all of them now: the person goes elsewhere. */
  flush(): void;
}

/** How long a person has to change their mind. */
export const UNDO_MS = 8_000;

export function createPendingDeletions(dependencies: DeletionDependencies): PendingDeletions {
  const list = shallowRef<readonly PendingDeletion[]>([]);
  const timers = new Map<string, () => void>();

  function take(id: string): PendingDeletion | undefined {
    const found = list.value.find(({ work }) => work.id === id);
    timers.get(id)?.();
    timers.delete(id);
    list.value = list.value.filter((other) => other !== found);
    return found;
  }

  async function send(id: string): Promise<void> {
    const found = take(id);
    if (found === undefined) return;
    try {
      await dependencies.delete(id);
    } catch (error) {
      dependencies.failed(found.work, error);
    }
  }

  return {
    list,
    add(work) {
      list.value = [...list.value, { work, at: dependencies.now() + UNDO_MS }];
      timers.set(
        work.id,
        dependencies.after(UNDO_MS, () => void send(work.id)),
      );
    },
    undo: (id) => take(id) !== undefined,
    flush() {
      for (const { work } of list.value) void send(work.id);
    },
  };
}
