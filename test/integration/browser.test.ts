import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, visit } from '../../scripts/support/page.ts';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser', 'bubblewrap');

let system: TestSystem;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script: demoScript({ msPerToken: 1 }), env: { PAPERAGENT_MODEL: 'demo' } }),
    launchBrowser(),
  ]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

/** A page that fails the test with whatever it complains about. */
async function openPage(language: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ locale: language, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(system.url);
  return { page, complaints };
}

test('U1, U4, U7, F18: one click and one prompt lead a guest to a paper with a real figure and the run’s numbers', async () => {
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
  await page.getByText(/The convergence plot is in the results/).waitFor();

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
