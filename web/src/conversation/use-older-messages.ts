import { computed, shallowRef } from 'vue';
import type { Message } from '../../../src/domain/messages.ts';
import { olderMessages } from '../api/works.ts';
import { useSession } from '../shell/use-session.ts';

/** Messages from before the snapshot, a page at a time. `first` is the snapshot's cursor. */
export function useOlderMessages(workId: string, first: () => number | null) {
  const { http } = useSession();
  const messages = shallowRef<Message[]>([]);
  /** Undefined: none fetched yet; null: there are no more. */
  const next = shallowRef<number | null | undefined>(undefined);
  const loading = shallowRef(false);
  const cursor = computed(() => (next.value === undefined ? first() : next.value));

  async function load(): Promise<void> {
    if (cursor.value === null || loading.value) return;
    loading.value = true;
    try {
      const page = await olderMessages(http, workId, cursor.value);
      messages.value = [...page.items, ...messages.value];
      next.value = page.nextCursor ?? null;
    } finally {
      loading.value = false;
    }
  }

  return { messages, loading, more: computed(() => cursor.value !== null), load };
}
