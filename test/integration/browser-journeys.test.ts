/** What people come for, from the beginning to the end: the page, the agent and the code are all real. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, visit } from '../../scripts/support/page.ts';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import type { Script } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { unpack } from '../../src/documents/zip.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser', 'bubblewrap');

const demo = demoScript({ msPerToken: 1 });
/** Resolved, the job that is left alone goes on behind its first calls. */
const left = Promise.withResolvers<void>();

const script: Script = async (request, call) => {
  const isLong = lastWords(request.messages).includes('Take your time');
  if (isLong && request.messages.at(-1)?.role === 'tool') await left.promise;
  return demo(request, call);
};

/** A whole paper, on a busy machine. */
const WRITTEN = { timeout: 180_000 };

let system: TestSystem;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script, env: { PAPERAGENT_MODEL: 'demo' } }),
    launchBrowser(),
  ]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

/** Has the paper made into a document and saved; gives its name and its bytes. */
async function exported(page: Page, format: RegExp, style: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: 'Export the paper…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the paper' });
  await dialog.getByRole('radio', { name: format }).check();
  await dialog.getByRole('combobox', { name: 'Style' }).selectOption(style);
  await dialog.getByRole('button', { name: 'Make', exact: true }).click();
  await dialog.getByText(/^Made[.,]/).waitFor(WRITTEN);
  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const saved = await saving;
  const bytes = await readFile(await saved.path());
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return { name: saved.suggestedFilename(), bytes };
}

/** A page that fails the test with whatever it complains about. */
async function openPage(language: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale: language, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(system.url);
  return { page, complaints };
}

test('U1, U4, U7, F18, O12: one click and one prompt lead a newcomer to a paper with a real figure and the run’s numbers, and from there to a PDF', async () => {
  const { page, complaints } = await openPage('en-US');
  await page.getByRole('button', { name: /try it/i }).click();
  await page
    .getByText(/Estimate π using the Monte Carlo method/)
    .first()
    .click();
  await page.getByRole('button', { name: /^stop$/i }).waitFor();
  await page.getByText('run_python').or(page.getByText('Run Python')).first().waitFor();
  const figure = page.getByRole('img', { name: /convergence/i }).last();
  await figure.waitFor();
  // Given as text: it runs in the page, whose types are not those of this file.
  await page.waitForFunction(
    '[...document.images].filter((image) => image.src.startsWith("blob:") && image.naturalWidth > 300).length >= 2',
  );
  await page.getByText(/The convergence plot is in the results/).waitFor(WRITTEN);

  const workId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const paper = await readFile(path.join(system.dataDir, 'workspaces', workId, 'paper.md'), 'utf8');
  const estimate = /π ≈ (\d\.\d+)|estimate is (\d\.\d+)/.exec(paper);
  expect(estimate).not.toBeNull();
  const output = await page.locator('body').textContent();
  expect(output).toContain(estimate?.[1] ?? estimate?.[2]);

  // U6: a reload shows the same conversation.
  const said = await page.getByText(/The convergence plot is in the results/).textContent();
  await page.reload();
  await page.getByText(said ?? '').waitFor();

  const { name, bytes } = await exported(page, /^PDF$/, 'article');
  expect(name).toMatch(/\.pdf$/);
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(complaints).toEqual([]);
  await system.expectSound(workId);
});

test('U9, F10: a dropped CSV is uploaded, shown as a table, and analysed; its figure opens large, zooms and is saved', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  const page = await visitor.open(`/works/${workId}`);
  const rows = Array.from({ length: 40 }, (_, row) => `${row},${(row * 1.7 + (row % 5)).toFixed(2)}`);
  const csv = ['time,height', ...rows].join('\n');
  // Given as text: it runs in the page, whose types are not those of this file.
  const transfer = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(csv)}], 'growth.csv', { type: 'text/csv' })); return data; })()`,
  );
  const files = page.getByRole('region', { name: 'Files', exact: true });
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await files.locator('> div').last().dispatchEvent(type, { dataTransfer: transfer });
  }
  await files.getByRole('button', { name: /^growth\.csv/ }).click();
  await page.getByRole('columnheader', { name: 'height' }).waitFor();
  await page.getByRole('button', { name: 'Close preview' }).click();

  await say(page, 'Analyse attachments/growth.csv');
  const figure = page.getByRole('button', { name: /^Enlarge images\// }).first();
  await figure.waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
  await figure.focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog');
  await viewer.getByRole('img').waitFor();
  await page.keyboard.press('+');
  await viewer.getByRole('button', { name: 'Fit to the window' }).getByText('140 %').waitFor();
  const saving = page.waitForEvent('download');
  await viewer.getByRole('button', { name: /^Download images\// }).click();
  expect((await saving).suggestedFilename()).toMatch(/\.png$/);
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });

  const zip = page.waitForEvent('download');
  await files.getByRole('button', { name: 'Download all as a zip' }).click();
  expect((await zip).suggestedFilename()).toMatch(/\.zip$/);
  expect(visitor.complaints).toEqual([]);
  await system.expectSound(workId);
});

test('U6, V52, D2: a long job is left in its midst; whoever comes back on a phone finds it marked as finished, with its paper', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  const desk = await visitor.open(`/works/${workId}`);
  await say(
    desk,
    'Estimate π using the Monte Carlo method and plot the convergence process. Take your time.',
  );
  await desk.locator('[data-step]').waitFor();
  await desk.close();
  left.resolve();

  const phone = await visitor.context.newPage();
  await phone.setViewportSize({ width: 390, height: 844 });
  await phone.goto(system.url);
  const row = phone.getByRole('listitem').filter({ has: phone.locator(`a[href="/works/${workId}"]`) });
  await row.getByText('Finished').waitFor(WRITTEN);
  await row.getByRole('link').first().click();
  await phone.getByText(/The convergence plot is in the results/).waitFor();
  await phone.getByRole('tab', { name: 'Paper' }).click();
  await phone.locator('.paper img[src]').first().waitFor();
  expect(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await phone.goto(system.url);
  await row.waitFor();
  expect(await phone.getByText('Finished').count()).toBe(0);
  expect(visitor.complaints).toEqual([]);
  await system.expectSound(workId);
});

test('U11, O8, O9: a contest paper begins from its template, is checked, and leaves as the pack that is handed in', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/templates');
  await page.getByRole('button', { name: /Mathematical modelling contest paper/ }).click();
  await page
    .getByRole('article', { name: /Mathematical modelling contest paper/ })
    .getByRole('button', { name: 'Start a project' })
    .click();
  await page.getByRole('heading', { name: 'Restatement of the problem' }).waitFor();
  await say(page, 'Estimate π using the Monte Carlo method and plot the convergence process.');
  await page.getByText(/The convergence plot is in the results/).waitFor(WRITTEN);
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });

  const paper = page.getByRole('region', { name: 'Paper', exact: true });
  await paper.getByRole('button', { name: /^Check of the paper: / }).click();
  const panel = paper.getByRole('complementary', { name: 'Check of the paper' });
  await panel.getByText('The check found nothing.').or(panel.getByRole('listitem')).first().waitFor();
  await panel.getByRole('button', { name: 'Close' }).click();

  const { name, bytes } = await exported(page, /^Contest pack/, 'mcm');
  expect(name).toMatch(/\.zip$/);
  const outer = unpack(bytes, () => true, 50e6);
  expect([...outer.keys()]).toEqual([expect.stringMatching(/\.pdf$/), 'supporting.zip']);
  const inner = unpack(outer.get('supporting.zip') as Buffer, () => true, 50e6);
  expect([...inner.keys()]).toEqual(expect.arrayContaining([expect.stringMatching(/^code\/.+\.py$/)]));
  expect(visitor.complaints).toEqual([]);
  await system.expectSound(new URL(page.url()).pathname.split('/').at(-1) ?? '');
});
