/** What axe finds on a page: of who cannot use it, by sight, by keyboard or by a screen reader. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Of what passes, axe reports in as much detail as of what does not, unless it is told: that is a third of its work. */
const RUN = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`;

/** One line for each finding that is serious or worse, with the elements that it is about. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  // The page's policy allows no script from elsewhere; what playwright evaluates is not bound by it.
  await page.evaluate(readFileSync(axe, 'utf8'));
  return await page.evaluate<string[]>(RUN);
}

/** The same of what is on show in light and in dark, each finding under its look; the page is left in light. */
export async function findingsInBothLooks(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor();
    found.push(...(await seriousFindings(page)).map((finding) => `${where}, ${colorScheme}: ${finding}`));
  }
  return found;
}
