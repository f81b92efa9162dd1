/** From one question of the person's to the next (V57). */
/** Heights are broken numbers: what is nearer than this to the top is there, in pixels. */
const NEAR = 2;

/** Which of several things, by how far below the top each begins, is the next one up or down; -1: none. */
export function nextFrom(tops: readonly number[], direction: 'up' | 'down'): number {
  return direction === 'up' ? tops.findLastIndex((top) => top < -NEAR) : tops.findIndex((top) => top > NEAR);
}

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
