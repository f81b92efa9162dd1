import { useDocumentVisibility, useTitle } from '@vueuse/core';
import { computed, type Ref, watch } from 'vue';
import type { Conversation } from '../../../src/domain/reducer.ts';
import { useUnread } from '../shell/unread.ts';

/** The browser's tab says the Work's title and how its turn stands; one that ended unseen is unread until it is seen. */
export function useTabTitle(
  workId: string,
  title: () => string,
  conversation: Readonly<Ref<Conversation | null>>,
): void {
  const unread = useUnread();
  const visibility = useDocumentVisibility();
  const running = () => conversation.value?.runningTurn ?? null;
  watch(
    [running, visibility, conversation],
    ([turn, seen, known]) => {
      if (turn !== null) unread.mark(workId);
      else if (known !== null && seen === 'visible') unread.clear(workId);
    },
    { immediate: true },
  );
  /** That it runs, that it waits for the person, or that it has ended unseen. */
  const mark = computed(() => {
    if (running() !== null) return conversation.value?.ask ? '❓ ' : '● ';
    return visibility.value === 'hidden' && unread.has(workId) ? '✓ ' : '';
  });
  useTitle(computed(() => `${mark.value}${title()} · PaperAgent`));
}
