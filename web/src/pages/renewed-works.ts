import type { Work } from '../api/works.ts';

/**
 * A list with its first page as it is now: what that page would hold and does not is gone, and what had been listed
 * behind it stays. Pure.
 */
export function renewedWorks(list: readonly Work[], first: readonly Work[]): Work[] {
  const there = new Set(first.map(({ id }) => id));
  const end = Math.min(...first.map(({ updatedAt }) => Date.parse(updatedAt)));
  return [...first, ...list.filter((work) => !there.has(work.id) && Date.parse(work.updatedAt) < end)];
}
