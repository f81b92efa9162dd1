import { useEventListener, useIntervalFn, watchDebounced } from '@vueuse/core';
import { computed, onMounted, onScopeDispose, ref, shallowRef } from 'vue';
import { ApiError } from '../api/http.ts';
import { deleteWork, duplicateWork, listWorks, renameWork, type Work } from '../api/works.ts';
import { useSession } from '../shell/use-session.ts';
import { createPendingDeletions } from './pending-deletions.ts';
import { renewedWorks } from './renewed-works.ts';

/** How often the list in sight is looked at again, in milliseconds: turns end, and titles come. */
const RENEW_MS = 10_000;

/** The person's Works, as a list that is searched, continued and changed. */
export function useWorks() {
  const { http } = useSession();
  const works = shallowRef<readonly Work[] | null>(null);
  const nextCursor = ref<string>();
  const failure = shallowRef<unknown>(null);
  const query = ref('');
  let newest = 0;

  async function attempt(work: () => Promise<void>): Promise<void> {
    failure.value = null;
    try {
      await work();
    } catch (error) {
      failure.value = error;
    }
  }

  /** The first page, or the one after what is there. */
  function load(cursor?: string): Promise<void> {
    newest += 1;
    const mine = newest;
    return attempt(async () => {
      const page = await listWorks(http, { q: query.value.trim(), cursor });
      if (mine !== newest) return;
      works.value = cursor === undefined ? page.items : [...(works.value ?? []), ...page.items];
      nextCursor.value = page.nextCursor;
    });
  }

  const deletions = createPendingDeletions({
    async delete(id) {
      try {
        await deleteWork(http, id);
      } catch (error) {
        // Gone already (another tab): that is what was asked for.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      }
      works.value = works.value?.filter((work) => work.id !== id) ?? null;
    },
    failed(_work, error) {
      failure.value = error;
    },
    now: Date.now,
    after(ms, fire) {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    },
  });
  onScopeDispose(() => deletions.flush());

  /** Quietly: where nobody answers the list stays as it was, and whoever does something is told. */
  async function renew(): Promise<void> {
    if (document.hidden || works.value === null) return;
    const mine = newest;
    try {
      const page = await listWorks(http, { q: query.value.trim() });
      if (mine !== newest) return;
      const isAll = page.nextCursor === undefined;
      works.value = isAll ? page.items : renewedWorks(works.value ?? [], page.items);
      if (isAll) nextCursor.value = undefined;
    } catch (error) {
      console.warn('the list is not renewed', error);
    }
  }
  useIntervalFn(renew, RENEW_MS);
  useEventListener(document, 'visibilitychange', renew);

  watchDebounced(query, () => load(), { debounce: 200 });
  onMounted(() => load());

  return {
    /** Without those that are being deleted. */
    works: computed(
      () =>
        works.value?.filter((work) => !deletions.list.value.some((other) => other.work.id === work.id)) ??
        null,
    ),
    more: computed(() => nextCursor.value !== undefined),
    failure,
    query,
    deletions,
    attempt,
    load,
    loadMore: () => load(nextCursor.value),
    rename: (id: string, title: string) =>
      attempt(async () => {
        const renamed = await renameWork(http, id, title);
        works.value = works.value?.map((work) => (work.id === id ? renamed : work)) ?? null;
      }),
    duplicate: (id: string, title: string) =>
      attempt(async () => {
        const copy = await duplicateWork(http, id, title);
        works.value = [copy, ...(works.value ?? [])];
      }),
  };
}
