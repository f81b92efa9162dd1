import { computed, type Ref, shallowRef, watch } from 'vue';
import type { Message } from '../../../src/domain/messages.ts';
import type { Page } from '../api/works.ts';

export interface Older {
  /** The messages before this one, and where those before them end. */
  page(before: number): Promise<Page<Message, number>>;
  /** Waits until the display has drawn what there is. */
  drawn(): Promise<unknown>;
  /** From where the snapshot's messages begin; null when it held all. */
  first(): number | null;
  /** The message from which the conversation was last run again. */
  rewoundFrom: Readonly<Ref<string | null>>;
}

/** How many messages are laid out between two frames of the display. */
const PIECE = 20;

/** Messages from before the snapshot, a page at a time. */
export function useOlderMessages({ page: pageBefore, drawn, first, rewoundFrom }: Older) {
  const messages = shallowRef<Message[]>([]);
  /** Undefined: none fetched yet; null: there are no more. */
  const next = shallowRef<number | null | undefined>(undefined);
  const loading = shallowRef(false);
  const failure = shallowRef<unknown>(null);
  /** Raised with each snapshot. */
  let generation = 0;
  const cursor = computed(() => (next.value === undefined ? first() : next.value));

  let underWay: Promise<void> = Promise.resolve();

  /** Resolves when the page before what there is has come or failed, whoever asked for it first. */
  function load(): Promise<void> {
    if (cursor.value === null) return Promise.resolve();
    if (!loading.value) underWay = bring(cursor.value);
    return underWay;
  }

  async function bring(before: number): Promise<void> {
    loading.value = true;
    failure.value = null;
    const mine = generation;
    try {
      const page = await pageBefore(before);
      // It continues what is no longer shown: put before a new snapshot's messages it would leave a hole.
      if (mine !== generation) return;
      for (let end = page.items.length; end > 0; end -= PIECE) {
        messages.value = [...page.items.slice(Math.max(0, end - PIECE), end), ...messages.value];
        if (end > PIECE) await drawn();
        if (mine !== generation) return;
      }
      next.value = page.nextCursor ?? null;
    } catch (error) {
      if (mine === generation) failure.value = error;
    } finally {
      if (mine === generation) loading.value = false;
    }
  }

  watch(rewoundFrom, (id) => {
    const from = messages.value.findIndex((message) => message.id === id);
    if (from >= 0) messages.value = messages.value.slice(0, from);
  });
  // A new snapshot reaches as far back as its own cursor says.
  watch(first, () => {
    generation += 1;
    messages.value = [];
    next.value = undefined;
    loading.value = false;
    failure.value = null;
  });

  return { messages, loading, failure, more: computed(() => cursor.value !== null), load };
}
