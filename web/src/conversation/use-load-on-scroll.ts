import { useIntersectionObserver } from '@vueuse/core';
import { nextTick, type Ref } from 'vue';

/** How far above the visible part the next page is asked for, in pixels. */
const AHEAD = '800px';

/**
 * Loads what comes before when the person scrolls near `head`, and keeps what they look at where it is.
 * `more`: whether there is anything to load, and nothing under way or failed.
 */
export function useLoadOnScroll(
  box: Ref<HTMLElement | null>,
  head: Ref<HTMLElement | null>,
  { more, load }: { more(): boolean; load(): Promise<void> },
): void {
  let near = false;

  async function loadWhileNear(): Promise<void> {
    while (near && more()) {
      const anchor = head.value?.nextElementSibling ?? null;
      const before = anchor?.getBoundingClientRect().top ?? 0;
      await load();
      await nextTick();
      // Most browsers keep the place by themselves.
      const moved = (anchor?.getBoundingClientRect().top ?? 0) - before;
      if (box.value && !CSS.supports('overflow-anchor', 'auto')) box.value.scrollTop += moved;
      await new Promise((drawn) => requestAnimationFrame(drawn));
    }
  }

  useIntersectionObserver(
    head,
    (entries) => {
      near = entries.at(-1)?.isIntersecting ?? false;
      void loadWhileNear();
    },
    { root: box, rootMargin: `${AHEAD} 0px 0px 0px` },
  );
}
