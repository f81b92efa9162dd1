/** Heights are broken numbers: what is nearer than this to the top is there, in pixels. */
const NEAR = 2;

/** Which of several things, by how far below the top each begins, is the next one up or down; -1: none. */
export function nextFrom(tops: readonly number[], direction: 'up' | 'down'): number {
  return direction === 'up' ? tops.findLastIndex((top) => top < -NEAR) : tops.findIndex((top) => top > NEAR);
}
