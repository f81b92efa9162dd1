/** That all of it arrives; how smoothly is for a quiet machine to say: `npm run web:budget`. */

import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, splitEvery, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { eventually } from '../support/eventually.ts';
import { addLongConversation } from '../support/long-conversation.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

const TURNS = 1_000;
const SECTIONS = 1_200;
const section = (index: number) =>
  `## Section ${index}\n\nSome **words** with \`code\` and $x_{${index}}^2$, and enough of them to make a line or two of text on the screen.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| ${index} | 2 |\n\n`;
const LONG = `${Array.from({ length: SECTIONS }, (_, index) => section(index)).join('')}The end of it.`;

const script: Script = (request) => {
  const asked = lastWords(request.messages);
  if (asked !== 'long') return textReply('Short.');
  const steps = splitEvery(200)(LONG).map((text) => ({ type: 'text' as const, text }));
  return { kind: 'stream', steps, paceMs: 10 };
};

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let longWork: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem({ script }), launchBrowser()]);
  visitor = await visit(browser, system.url);
  longWork = await system.newWork(visitor);
  await addLongConversation(system.db, longWork, { turns: TURNS, more: ': **bold** and $x^2$.\n\n- a\n- b' });
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

test('U12: what a Work has taken counts the turns that the page has not loaded', async () => {
  const page = await visitor.open(`/works/${longWork}`);
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByText('So far: 10,000 tokens in · 2,000 out').waitFor();
  await page.close();
});

const shown = (page: Page) => page.locator('[aria-label="You"]').count();

test('a Work of 2,000 messages loads older ones while one scrolls up, to the first', async () => {
  const page = await visitor.open(`/works/${longWork}`);
  await page.getByText(`answer ${TURNS}:`).waitFor();
  await page.getByText(`answer ${TURNS}:`).hover();
  const all = await eventually(
    async () => {
      await page.mouse.wheel(0, -30_000);
      return await shown(page);
    },
    (count) => count === TURNS,
    50_000,
  );
  expect(all).toBe(TURNS);
  await page.getByText('question 1', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await say(page, 'once more');
  await page.getByText('Short.').waitFor();
  await page.close();
});

test('V57: a search finds what the page has not loaded yet, and leads there', async () => {
  const page = await visitor.open(`/works/${longWork}`);
  await page.getByText(`answer ${TURNS}:`).waitFor();
  await page.getByRole('button', { name: 'Search this conversation' }).click();
  await page.getByRole('textbox', { name: 'Search this conversation' }).fill('ANSWER 850:');
  await page.getByText('1 of 1', { exact: true }).waitFor();
  const found = page.getByText('answer 850:');
  const place = await eventually(
    async () => (await found.boundingBox())?.y ?? -1,
    (y) => y > 0 && y < 800,
    30_000,
  );
  expect(place).toBeGreaterThan(0);
  expect(place).toBeLessThan(800);
  await page.keyboard.press('Escape');
  await page.locator('#composer:focus').waitFor();
  await page.close();
});

test('an answer of 200 kB is followed to its end while it streams, and is whole', async () => {
  const page = await visitor.open(`/works/${await system.newWork(visitor)}`);
  await say(page, 'long');
  await page.getByText('Section 3', { exact: true }).waitFor();
  await page.getByText('The end of it.').waitFor({ timeout: 120_000 });
  expect(LONG.length).toBeGreaterThan(195_000);
  expect(await page.locator('.markdown h2', { hasText: 'Section' }).count()).toBe(SECTIONS);
  const end = await page.getByText('The end of it.').boundingBox();
  expect(end?.y).toBeLessThan(900);
  expect(visitor.complaints).toEqual([]);
});
