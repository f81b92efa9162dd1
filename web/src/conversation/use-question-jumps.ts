import type { Ref } from 'vue';
import { nextFrom } from './found-messages.ts';

/** Leads from one question of the person's to the next, up or down; below the last one is the end. */
export function useQuestionJumps(box: Ref<HTMLElement | null>, toEnd: () => void) {
  return (direction: 'up' | 'down'): void => {
    const element = box.value;
    if (element === null) return;
    const top =
      element.getBoundingClientRect().top + Number.parseFloat(getComputedStyle(element).scrollPaddingTop);
    const all = [...element.querySelectorAll('[data-question]')];
    const target =
      all[
        nextFrom(
          all.map((one) => one.getBoundingClientRect().top - top),
          direction,
        )
      ];
    if (target !== undefined) target.scrollIntoView({ block: 'start' });
    else if (direction === 'down') toEnd();
    else element.scrollTop = 0;
  };
}
