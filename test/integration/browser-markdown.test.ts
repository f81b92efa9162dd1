import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { type Visitor, visit } from '../../scripts/support/page.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { CORPUS } from '../support/markdown/corpus.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let page: Page;

const nameOf = (index: number) => `text-${String(index).padStart(3, '0')}.md`;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script: () => textReply('Nothing to do.') }),
    launchBrowser(),
  ]);
  visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  const put = async (name: string, body: string | Buffer) => {
    const address = `${system.url}/api/works/${workId}/files/${name.split('/').map(encodeURIComponent).join('/')}`;
    const headers = { authorization: `Bearer ${visitor.token}` };
    const answer = await fetch(address, { method: 'PUT', headers, body: new Uint8Array(Buffer.from(body)) });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  };
  for (const [index, { text }] of CORPUS.entries()) await put(nameOf(index), text);
  const images = new Set(CORPUS.flatMap((entry) => entry.images ?? []));
  images.delete('figures/my plot.png');
  for (const image of images) await put(image, smallPng(4, 4));
  page = await visitor.open(`/works/${workId}`);
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

/** Opens the file of that text; its rendering. */
async function preview(index: number): Promise<Locator> {
  const name = nameOf(index);
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  const shown = page.getByRole('region', { name, exact: true }).locator('.markdown');
  await shown.waitFor({ state: 'attached' });
  return shown;
}

interface Seen {
  headings: string[];
  formulas: string[];
  /** How many formulas could not be set. */
  failed: number;
  images: string[];
  cells: string[][];
  notes: number;
  text: string;
}

/** Run in the page: reads what is shown. */
const READ = `(root) => {
  const formulas = [...root.querySelectorAll('.math')];
  const copy = root.cloneNode(true);
  for (const formula of copy.querySelectorAll('.math')) formula.textContent = '⟦' + formula.dataset.set + '⟧';
  for (const frame of copy.querySelectorAll('.missing-image')) frame.remove();
  const rows = [...(copy.querySelector('table')?.querySelectorAll('tr') ?? [])];
  return {
    headings: [...root.querySelectorAll('.contents > :is(h1, h2, h3, h4, h5, h6)')].map((node) => node.tagName),
    formulas: formulas.map((node) => (node.classList.contains('math-block') ? '$$' : '') + node.dataset.set),
    failed: root.querySelectorAll('.katex-error').length,
    images: [...root.querySelectorAll('img[data-path]')].map((image) => image.dataset.path),
    cells: rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim())),
    notes: root.querySelectorAll('.footnotes li').length,
    text: copy.textContent.replace(/\\s+/g, ' '),
  };
}`;

/** Calls a function of the page, given as its source, with the one element that the selector finds in a preview. */
async function inPage<T>(index: number, selector: string, source: string): Promise<T> {
  const whole = JSON.stringify(`section[aria-label="${nameOf(index)}"] ${selector}`);
  return (await page.evaluate(`(${source})(document.querySelector(${whole}))`)) as T;
}

/** What the page shows of a text, once its formulas are set. */
async function seen(index: number) {
  const shown = await preview(index);
  await shown.locator('.math:not([data-set])').first().waitFor({ state: 'detached' });
  return await inPage<Seen>(index, '.markdown', READ);
}

test('W13: each text of the corpus is on the page what it means to the outline, and every formula is set', async () => {
  const wrong: unknown[] = [];
  for (const [index, entry] of CORPUS.entries()) {
    const found = await seen(index);
    const said = (entry.shows ?? []).filter((words) => !found.text.includes(words));
    const leaked = (entry.hides ?? []).filter((words) => found.text.includes(words));
    const { text, ...rest } = { ...found, said, leaked };
    const meant = {
      headings: (entry.headings ?? []).map((heading) => `H${heading.indexOf(' ')}`),
      formulas: entry.formulas ?? [],
      failed: 0,
      images: entry.images ?? [],
      cells: entry.cells ?? [],
      notes: entry.notes ?? 0,
      said: [],
      leaked: [],
    };
    try {
      expect(rest).toEqual(meant);
    } catch {
      wrong.push({ name: entry.name, found: rest, meant, text });
    }
  }
  expect(wrong).toEqual([]);
}, 180_000);

test('W13: an image that is not there is a frame with its name, and one that is there is shown', async () => {
  const missing = CORPUS.findIndex(({ images }) => images?.[0] === 'figures/my plot.png');
  await (await preview(missing)).getByText('Figure not found: figures/my plot.png').waitFor();
  const there = CORPUS.findIndex(({ images }) => images?.[0] === 'figures/plot.png');
  const shown = await preview(there);
  await shown.locator('img[src^="blob:"]').waitFor();
  expect(await shown.locator('.missing-image').count()).toBe(0);
});

test('W13: a macro that one formula defines is set in a later one', async () => {
  const shown = await preview(CORPUS.findIndex(({ name }) => name === 'a macro that a later formula uses'));
  await shown.locator('.math[data-set] .mathbf').waitFor();
});

const HAS_FOCUS = '(node) => node === document.activeElement';

test('W13: a footnote is reached from its number by click and key, and leads back', async () => {
  const index = CORPUS.findIndex(({ name }) => name === 'a footnote');
  const shown = await preview(index);
  await shown.locator('.footnote-ref').click();
  expect(await inPage(index, '.footnote-back', HAS_FOCUS)).toBe(true);
  await page.keyboard.press('Enter');
  expect(await inPage(index, '.footnote-ref', HAS_FOCUS)).toBe(true);
});
