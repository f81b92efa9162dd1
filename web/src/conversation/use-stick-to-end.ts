import { useEventListener, useResizeObserver } from '@vueuse/core';
import { type Ref, ref } from 'vue';

/** Keys that move a box up. */
const UPWARDS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** For how long after a person's touch, wheel or key what moves is moved by them: it may glide. */
const GLIDES_MS = 500;

/** How near the end still counts as being there, in pixels. */
const NEAR = 40;

/**
 * Keeps a scrolled box at its end while its content grows, as long as the person is there; one who has
 * scrolled up stays where they read (U4). `growing`: whether there is an end to follow at all.
 */
export function useStickToEnd(
  box: Ref<HTMLElement | null>,
  content: Ref<HTMLElement | null>,
  growing: () => boolean = () => true,
) {
  const atEnd = ref(true);
  let lastTop = 0;
  let lastHeight = 0;
  let movedAt = Number.NEGATIVE_INFINITY;

  function toEnd(behavior: ScrollBehavior = 'instant'): void {
    const element = box.value;
    if (!element) return;
    atEnd.value = true;
    element.scrollTo({ top: element.scrollHeight, behavior });
  }

  function scrolled(): void {
    const element = box.value;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    if (scrollHeight - scrollTop - clientHeight < NEAR) atEnd.value = true;
    // Only a move up is the person's: the end also moves away when content grows before this event comes, and the
    // place moves up when a closing card makes the content shorter. What comes into sight may turn out shorter, too,
    // while the person scrolls there.
    else if (scrollTop < lastTop && (scrollHeight >= lastHeight || isMoving())) atEnd.value = false;
    lastTop = scrollTop;
    lastHeight = scrollHeight;
  }

  function isMoving(): boolean {
    return performance.now() - movedAt < GLIDES_MS;
  }

  useEventListener(box, 'scroll', scrolled, { passive: true });
  useEventListener(
    box,
    ['wheel', 'touchmove', 'keydown'],
    (event: Event) => {
      if (!(event instanceof KeyboardEvent) || UPWARDS.has(event.key)) movedAt = performance.now();
    },
    { passive: true },
  );
  useResizeObserver([content, box], () => {
    if (atEnd.value && growing()) toEnd();
  });
  /** The person opened or closed something: what they look at stays where it is. */
  function stay(): void {
    atEnd.value = false;
  }

  return { atEnd, toEnd, stay };
}
