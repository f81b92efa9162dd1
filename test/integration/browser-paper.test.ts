import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { say, type Visitor, visit } from '../support/page.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

/** `write: TEXT` has the agent put TEXT at the paper's end. */
const script: Script = (request) => {
  const last = request.messages.at(-1);
  const asked = request.messages.findLast((message) => message.role === 'user')?.content ?? '';
  const text = /^write: (.*)/s.exec(asked)?.[1];
  if (text === undefined || last?.role === 'tool') return textReply('Written.');
  const content = `\n${text}\n`;
  return toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content, mode: 'append' } }]);
};

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem({ script }), launchBrowser()]);
  await system.startWorker();
  visitor = await visit(browser, system.url);
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

async function newPage(): Promise<{ page: Page; workId: string }> {
  const workId = await system.newWork(visitor);
  return { workId, page: await visitor.open(`/works/${workId}`) };
}

const paperOf = (workId: string) =>
  readFile(path.join(system.dataDir, 'workspaces', workId, 'paper.md'), 'utf8');
const paper = (page: Page) => page.getByRole('region', { name: 'Paper', exact: true });
const view = (page: Page, name: string) => paper(page).getByRole('button', { name, exact: true });
const editor = (page: Page) => page.getByRole('textbox', { name: 'Text of the paper' });

test('U9, A7: a file that is too large is refused before it is sent, with a sentence that says so', async () => {
  const { page } = await newPage();
  const transfer = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File([new Uint8Array(51 * 1024 * 1024)], 'huge.bin')); return data; })()`,
  );
  const files = page.getByRole('region', { name: 'Files', exact: true });
  for (const type of ['dragenter', 'drop']) {
    await files.locator('> div').last().dispatchEvent(type, { dataTransfer: transfer });
  }
  await files.getByRole('alert').getByText('This file is too large: 52 MB at most.').waitFor();
});

test('U10: the paper is edited by hand with math set as one types; when the agent writes meanwhile nothing is lost', async () => {
  const { page, workId } = await newPage();
  await view(page, 'Edit').click();
  await editor(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('By hand: $e^{i\\pi}$\n\n');
  await paper(page).getByText('Not saved').waitFor();

  // The draft outlives a reload.
  await page.reload();
  await paper(page).getByText('By hand:').waitFor();
  await paper(page).locator('.katex').first().waitFor();
  await paper(page).getByText('Not saved').waitFor();

  await say(page, 'write: By the agent.');
  await paper(page).getByText('The paper was changed while you were editing it').waitFor();
  expect(await paperOf(workId)).toContain('By the agent.');
  expect(await paperOf(workId)).not.toContain('By hand');
  await view(page, 'See both').click();
  const both = page.getByRole('textbox', { name: 'Both versions' });
  await both.getByText('By hand').waitFor();
  await both.getByText('By the agent.').waitFor();
  // The agent's paragraph is one that mine lacks: theirs is taken there, and mine is kept above.
  await both.getByRole('button', { name: 'Theirs' }).last().click();
  await view(page, 'Keep this').click();
  const merged = await eventually(
    () => paperOf(workId),
    (text) => text.includes('By hand'),
    10_000,
  );
  expect(merged).toContain('By hand: $e^{i\\pi}$');
  expect(merged).toContain('By the agent.');
  await paper(page).getByText('Not saved').waitFor({ state: 'detached' });
});

test('U10: theirs is taken, or mine kept, and either way the file says so', async () => {
  const { page, workId } = await newPage();
  await view(page, 'Edit').click();
  await editor(page).click();
  await page.keyboard.type('mine, given up ');
  await say(page, 'write: theirs, taken');
  await view(page, 'Take theirs').click();
  await paper(page).getByText('Not saved').waitFor({ state: 'detached' });
  expect(await editor(page).textContent()).toContain('theirs, taken');
  expect(await editor(page).textContent()).not.toContain('mine, given up');

  await editor(page).click();
  await page.keyboard.type('mine, kept ');
  await page.keyboard.press('Control+s');
  const kept = await eventually(
    () => paperOf(workId),
    (text) => text.includes('mine, kept'),
    10_000,
  );
  expect(kept).toContain('mine, kept');

  await editor(page).click();
  await page.keyboard.type('mine again ');
  await say(page, 'write: theirs, given up');
  await view(page, 'Keep mine').click();
  const over = await eventually(
    () => paperOf(workId),
    (text) => text.includes('mine again'),
    10_000,
  );
  expect(over).not.toContain('theirs, given up');
});

test('U10: what a turn changed in the paper is shown, also after a reload; a browser that was not there says so', async () => {
  const { page, workId } = await newPage();
  await paper(page).getByRole('heading').first().waitFor();
  await say(page, 'write: A sentence that this turn added.');
  await view(page, 'Changes').click();
  const changes = page.getByRole('group', { name: 'What this turn changed' });
  await changes.locator('.cm-changedLine').getByText('A sentence that this turn added.').waitFor();
  await page.reload();
  await view(page, 'Changes').click();
  await changes.locator('.cm-changedLine').getByText('A sentence that this turn added.').waitFor();

  await page.evaluate(`localStorage.removeItem('paperagent.before.${workId}')`);
  await page.reload();
  await view(page, 'Changes').click();
  await paper(page).getByText('This browser did not have the paper open').waitFor();
  await system.expectSound(workId);
});

test('U10: the outline leads to a section', async () => {
  const { page } = await newPage();
  await paper(page).getByRole('heading', { name: 'References' }).waitFor();
  await paper(page).getByRole('button', { name: 'Outline', exact: true }).click();
  await page.getByRole('menuitem', { name: 'References' }).click();
  const heading = paper(page).getByRole('heading', { name: 'References' });
  const place = await eventually(
    () => heading.boundingBox(),
    (box) => box !== null && box.y < 900,
    5_000,
  );
  expect(place?.y).toBeLessThan(900);
});

test('U9: a PDF is drawn in the page', async () => {
  const { page, workId } = await newPage();
  const form = new FormData();
  form.append('file', new File([PDF], 'one.pdf'));
  const sent = await fetch(`${system.url}/api/works/${workId}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: form,
  });
  expect(sent.status).toBe(201);
  await page.reload();
  await page.getByRole('button', { name: /^one\.pdf/ }).click();
  const canvas = page.getByRole('img', { name: 'one.pdf, page 1 of 1' });
  await canvas.waitFor();
  const width = await eventually(
    async () => Number(await canvas.getAttribute('width')),
    (pixels) => pixels > 400,
    10_000,
  );
  expect(width).toBeGreaterThan(400);
});

test('nothing that was done here made a page complain', () => {
  // The refused save of a conflict is the browser's own line, not the page's.
  expect(visitor.complaints.filter((text) => !/412/.test(text))).toEqual([]);
});

/** The smallest there is: one empty page. */
const PDF = [
  '%PDF-1.4',
  '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
  '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj',
  'trailer<</Root 1 0 R>>',
  '%%EOF',
].join('\n');
