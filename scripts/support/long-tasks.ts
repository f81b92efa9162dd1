/** What keeps a page's main thread from answering: tasks of more than 50 ms, as the browser counts them. */
import type { Page } from 'playwright-core';

/** Begins to count; given as text, for it runs in the page, whose types are not those of the tests. */
export async function countLongTasks(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration);
    }).observe({ type: 'longtask' });
  `);
}

/** The durations since then, in milliseconds, the longest first. */
export async function longTasks(page: Page): Promise<number[]> {
  return (await page.evaluate('globalThis.longTasks.toSorted((a, b) => b - a)')) as number[];
}
