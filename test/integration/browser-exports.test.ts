/** The paper as a document, made from the page (O12). */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { type Visitor, visit } from '../../scripts/support/page.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let page: Page;

const PAPER = `# On waves

## Method

They wave: $y = \\sin x$.

## Results

See @fig:nowhere for more.
`;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script: () => textReply('Done.') }),
    launchBrowser(),
  ]);
  await system.startWorker();
  visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  await fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: PAPER,
  });
  page = await visitor.open(`/works/${workId}`);
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

test('O12: a person makes a PDF, sees its pages, saves it, and goes from a problem to its line', async () => {
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Export the paper…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the paper' });
  await dialog.getByRole('radio', { name: 'PDF', exact: true }).check();
  await dialog.getByRole('combobox', { name: 'Style' }).selectOption('article');
  await dialog.getByRole('checkbox', { name: 'With the sources of its numbers' }).check();
  await dialog.getByRole('button', { name: 'Make', exact: true }).click();
  await dialog.getByText(/^Made, with/).waitFor({ timeout: 90_000 });
  await dialog.locator('canvas').first().waitFor();
  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save' }).click();
  expect((await saving).suggestedFilename()).toMatch(/\.pdf$/);
  await dialog.getByRole('button', { name: /nowhere/ }).click();
  await dialog.waitFor({ state: 'detached' });
  const editor = page.locator('.cm-content');
  await editor.getByText('See @fig:nowhere for more.').waitFor();
});
