import { useEventListener, useResizeObserver } from '@vueuse/core';
import { type Ref, ref, watch } from 'vue';

/** Room below the end of what is being written, in pixels. */
const MARGIN = 48;

/**
 * Keeps what is being written in sight, until the person moves the box (V5): then they read elsewhere, and are left
 * alone until they ask for it, or another turn writes.
 */
export function useFollowGrowth(
  box: Ref<HTMLElement | null>,
  content: Ref<HTMLElement | null>,
  growing: () => boolean,
  turn: () => number | null,
) {
  const following = ref(true);

  function toGrowth(): void {
    const last = box.value && [...box.value.querySelectorAll('.growing')].at(-1)?.lastElementChild;
    if (!box.value || !last) return;
    const [place, view] = [last.getBoundingClientRect(), box.value.getBoundingClientRect()];
    if (place.bottom > view.bottom - MARGIN) box.value.scrollTop += place.bottom - view.bottom + MARGIN;
    else if (place.bottom < view.top + MARGIN) box.value.scrollTop += place.bottom - view.top - MARGIN;
  }

  useResizeObserver(content, () => {
    if (growing() && following.value) toGrowth();
  });
  useEventListener(
    box,
    ['wheel', 'touchmove', 'keydown', 'pointerdown'],
    () => {
      following.value = false;
    },
    { passive: true },
  );

  function follow(): void {
    following.value = true;
    toGrowth();
  }
  watch(turn, () => {
    following.value = true;
  });
  watch(
    growing,
    (now) => {
      if (now && following.value) toGrowth();
    },
    { flush: 'post' },
  );
  return { follow };
}
