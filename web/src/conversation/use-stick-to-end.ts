import { useEventListener, useResizeObserver } from '@vueuse/core';
import { type Ref, ref } from 'vue';

/** How near the end still counts as being there, in pixels. */
const NEAR = 40;

/**
 * Keeps a scrolled box at its end while its content grows, as long as the person is there; one who has
 * scrolled up stays where they read (U4).
 */
export function useStickToEnd(box: Ref<HTMLElement | null>, content: Ref<HTMLElement | null>) {
  const atEnd = ref(true);

  function toEnd(behavior: ScrollBehavior = 'instant'): void {
    const element = box.value;
    if (!element) return;
    atEnd.value = true;
    element.scrollTo({ top: element.scrollHeight, behavior });
  }

  useEventListener(
    box,
    'scroll',
    () => {
      const element = box.value;
      if (element) atEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    },
    { passive: true },
  );
  useResizeObserver([content, box], () => {
    if (atEnd.value) toEnd();
  });
  return { atEnd, toEnd };
}
