import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { extractText, getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { testWith } from '../support/needs.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

/** `count` streams for many seconds. */
const script: Script = (request) => {
  const asked = lastWords(request.messages);
  if (asked === 'count') return textReply('one two three four five six seven '.repeat(60), { paceMs: 60 });
  return textReply('Heard.');
};

let system: TestSystem;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem({ script }), launchBrowser()]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

async function work(
  files: Record<string, string | Buffer>,
  options: BrowserContextOptions = {},
): Promise<{ visitor: Visitor; page: Page }> {
  const visitor = await visit(browser, system.url, options);
  const workId = await system.newWork(visitor);
  for (const [path, body] of Object.entries(files)) {
    await fetch(`${system.url}/api/works/${workId}/files/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${visitor.token}` },
      body,
    });
  }
  return { visitor, page: await visitor.open(`/works/${workId}`) };
}

const paper = (page: Page) => page.getByRole('region', { name: 'Paper', exact: true });

const SECTIONS = 12;
const PAPER = [
  '# The length of a walk',
  '**Ada Lovelace**',
  ...Array.from({ length: SECTIONS }, (_, index) => [
    `## Section ${index + 1}`,
    `Opening of section ${index + 1}. ${'It says what was measured and how, and what follows from it. '.repeat(12)}`,
    ...(index % 4 === 0 ? ['![a figure](images/a.png)', `*Figure ${index + 1}. What was drawn.*`] : []),
    ...(index === 2 ? ['$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$'] : []),
    ...(index === 3
      ? [
          '```python\nprint("a long line of code " * 3, "which goes on and on beyond the width of any page", 1, 2, 3)\n```',
        ]
      : []),
  ]).flat(),
  `| Step | Mean of the walk |\n|---|--:|\n${Array.from({ length: 60 }, (_, row) => `| row ${row} | ${row / 7} |`).join('\n')}`,
  'The last words of the paper.',
].join('\n\n');

/** What the browser puts on paper, read back; with PRINTED in the environment the files are kept there to be looked at. */
async function printed(page: Page, name: string): Promise<{ text: string; figures: number }[]> {
  const bytes = await page.pdf({ format: 'A4', preferCSSPageSize: false });
  if (process.env.PRINTED) await writeFile(`${process.env.PRINTED}/${name}.pdf`, bytes);
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(pdf, { mergePages: false });
  const { OPS } = await getResolvedPDFJS();
  return await Promise.all(
    text.map(async (one, index) => {
      const { fnArray } = await (await pdf.getPage(index + 1)).getOperatorList();
      const figures = fnArray.filter((op) => op === OPS.paintImageXObject);
      return { text: one, figures: figures.length };
    }),
  );
}

async function expectWholePaper(page: Page, name: string): Promise<void> {
  const pages = await printed(page, name);
  const text = pages
    .map((one) => one.text)
    .join(' ')
    .replace(/\s+/g, ' ');
  expect(pages.length).toBeGreaterThan(3);
  for (let index = 1; index <= SECTIONS; index += 1) expect(text).toContain(`Opening of section ${index}.`);
  expect(text).toContain('The last words of the paper.');
  expect(text).toContain('beyond the width of any page');
  expect(pages.reduce((sum, { figures }) => sum + figures, 0)).toBe(3);
  // KaTeX's signs, not its source.
  expect(text).not.toContain('\\frac');
  // Nothing of the page around it.
  for (const word of ['Conversation', 'Stop', 'Not saved', 'Message', 'Outline', 'What shall we work out']) {
    expect([word, text.includes(word)]).toEqual([word, false]);
  }
  for (const [at, one] of pages.entries()) {
    // A heading stands with what follows it, a caption with its figure, a table's head on each of its pages.
    expect([at, /Section \d+\s*$/.test(one.text.trim())]).toEqual([at, false]);
    if (/Figure \d+\. What was drawn/.test(one.text)) expect([at, one.figures > 0]).toEqual([at, true]);
    if (/row \d/.test(one.text)) expect([at, one.text.includes('Mean of the walk')]).toEqual([at, true]);
  }
}

test('V1: printing gives the paper alone and whole, whichever tab, pane, mode or theme is on show', async () => {
  const files = { 'paper.md': PAPER, 'images/a.png': smallPng(640, 480) };
  const wide = await work(files, { colorScheme: 'dark' });
  await paper(wide.page).locator('.katex').first().waitFor();
  await paper(wide.page).locator('img[src]').nth(2).waitFor();
  await expectWholePaper(wide.page, 'wide-dark');
  await paper(wide.page).getByRole('button', { name: 'Paper alone' }).click();
  await paper(wide.page).getByRole('button', { name: 'Edit', exact: true }).click();
  await wide.page.locator('.cm-content').waitFor();
  await expectWholePaper(wide.page, 'editing');
  await paper(wide.page).getByRole('button', { name: 'All panes' }).click();
  await wide.page.getByRole('button', { name: /^a\.png/ }).click();
  await wide.page.getByRole('button', { name: 'Enlarge images/a.png' }).click();
  await wide.page.getByRole('dialog').getByRole('img').waitFor();
  await expectWholePaper(wide.page, 'figure-open');
  await wide.visitor.context.close();

  const phone = await work(files, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await phone.page.getByText('What shall we work out?').waitFor();
  await phone.page.locator('.print-sheet .katex').first().waitFor({ state: 'attached' });
  await phone.page.locator('.print-sheet img[src]').nth(2).waitFor({ state: 'attached' });
  await expectWholePaper(phone.page, 'phone-conversation');
  await phone.visitor.context.close();
});

test('V1: the paper’s own button prints it once its figures can be drawn', async () => {
  const { visitor, page } = await work({
    'paper.md': '# T\n\n![f](images/a.png)\n',
    'images/a.png': smallPng(64, 48),
  });
  await page.evaluate(
    `window.print = () => { window.printed = document.querySelector('.print-sheet img').naturalWidth; }`,
  );
  await paper(page).locator('img[src]').waitFor();
  await paper(page).getByRole('button', { name: 'Print or make a PDF' }).click();
  await page.waitForFunction('window.printed === 64');
  await visitor.context.close();
});

/** Whether all of it lies within the other. */
async function within(inner: Locator, outer: Locator): Promise<boolean> {
  const [a, b] = await Promise.all([inner.boundingBox(), outer.boundingBox()]);
  if (a === null || b === null) return false;
  return (
    a.x >= b.x - 1 &&
    a.y >= b.y - 1 &&
    a.x + a.width <= b.x + b.width + 1 &&
    a.y + a.height <= b.y + b.height + 1
  );
}

/** What opens or is enlarged grows into its place: where it stands is known once nothing moves any more. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`Promise.allSettled(
    document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().endTime < Infinity)
      .map((animation) => animation.finished),
  ).then(() => {})`);
}

test('V8: a figure of any shape is enlarged whole, and zoomed and moved from there', async () => {
  const shapes = {
    'images/four-three.png': [640, 480],
    'images/square.png': [400, 400],
    'images/tall.png': [200, 900],
    'images/wide.png': [1200, 200],
  } as const;
  const pngs = Object.entries(shapes).map(
    ([path, [width, height]]) => [path, smallPng(width, height)] as const,
  );
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const { visitor, page } = await work(Object.fromEntries(pngs), { viewport });
    if (viewport.width < 1024) await page.getByRole('tab', { name: 'Files' }).click();
    for (const [path] of pngs) {
      await page.getByRole('button', { name: new RegExp(`^${path.slice(7)}`) }).click();
      await page.getByRole('button', { name: `Enlarge ${path}` }).click();
      const dialog = page.getByRole('dialog');
      const image = dialog.getByRole('img', { name: path });
      await image.waitFor();
      await atRest(page);
      expect([path, viewport.width, await within(image, page.locator('body'))]).toEqual([
        path,
        viewport.width,
        true,
      ]);
      await dialog.getByRole('button', { name: 'Zoom in' }).click();
      await dialog.getByText('140 %').waitFor();
      const before = await image.boundingBox();
      await page.mouse.move(viewport.width / 2, viewport.height / 2);
      await page.mouse.down();
      await page.mouse.move(viewport.width / 2 + 40, viewport.height / 2 + 30);
      await page.mouse.up();
      const after = await image.boundingBox();
      expect(Math.round((after?.x ?? 0) - (before?.x ?? 0))).toBe(40);
      await dialog.getByRole('button', { name: 'Fit to the window' }).click();
      await dialog.getByText('100 %').waitFor();
      expect(await within(image, page.locator('body'))).toBe(true);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      if (viewport.width < 1024) await page.getByRole('button', { name: 'Close preview' }).click();
    }
    await visitor.context.close();
  }
});

test('V10: the paper alone ends where the window ends, says that the agent works and can stop it, and Escape closes one thing at a time', async () => {
  const { visitor, page } = await work({ 'paper.md': PAPER, 'images/a.png': smallPng(640, 480) });
  await say(page, 'count');
  await paper(page).getByRole('button', { name: 'Paper alone' }).click();
  const region = await paper(page).boundingBox();
  expect((region?.y ?? 0) + (region?.height ?? 0)).toBeLessThanOrEqual(900);
  await paper(page).getByText('Writing').waitFor();

  await page.getByRole('button', { name: 'Account', exact: true }).click();
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await paper(page).getByRole('button', { name: 'All panes' }).waitFor();

  await paper(page).getByRole('button', { name: 'Edit', exact: true }).click();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+f');
  const find = page.locator('.cm-search');
  await find.waitFor();
  expect(await within(find, page.locator('body'))).toBe(true);
  await page.keyboard.press('Escape');
  await find.waitFor({ state: 'detached' });
  await paper(page).getByRole('button', { name: 'All panes' }).waitFor();

  await paper(page).getByRole('button', { name: 'Stop', exact: true }).click();
  await paper(page).getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await paper(page).getByRole('button', { name: 'Paper alone' }).waitFor();
  await page.getByText('Stopped').first().waitFor();
  await visitor.context.close();
});

test('V31: on a phone the paper and the files say that the agent works, and can stop it', async () => {
  const { visitor, page } = await work(
    {},
    { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  );
  await say(page, 'count');
  for (const tab of ['Files', 'Paper']) {
    await page.getByRole('tab', { name: tab }).click();
    const panel = page.getByRole('tabpanel', { name: tab });
    await panel.getByText('Writing').waitFor();
    expect(await within(panel.getByRole('button', { name: 'Stop', exact: true }), page.locator('body'))).toBe(
      true,
    );
  }
  await page
    .getByRole('tabpanel', { name: 'Paper' })
    .getByRole('button', { name: 'Stop', exact: true })
    .click();
  await page.getByRole('tab', { name: 'Conversation' }).click();
  await page.getByText('Stopped').first().waitFor();
  await visitor.context.close();
});
