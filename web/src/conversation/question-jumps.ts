/** From one question of the person's to the next (V57). */
import { nextFrom } from './next-from.ts';

/** Leads in a scrolled box to the question above what is on top, or the one below it; false: there is none. */
export function toQuestion(box: HTMLElement, direction: 'up' | 'down'): boolean {
  const top = box.getBoundingClientRect().top + Number.parseFloat(getComputedStyle(box).scrollPaddingTop);
  const all = [...box.querySelectorAll('[data-question]')];
  const target =
    all[
      nextFrom(
        all.map((one) => one.getBoundingClientRect().top - top),
        direction,
      )
    ];
  target?.scrollIntoView({ block: 'start' });
  return target !== undefined;
}
