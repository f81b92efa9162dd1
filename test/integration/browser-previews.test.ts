/** Previews of real files of each kind, in a real browser (W12). */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import iconv from 'iconv-lite';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { type Visitor, visit } from '../../scripts/support/page.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { testWith } from '../support/needs.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { pdfBytes } from '../unit/tools/documents.ts';

const test = testWith('browser');

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let workId: string;
let page: Page;

const fixture = (name: string) => readFile(new URL(`../unit/tools/files/${name}`, import.meta.url));
const SMALL_PNG = smallPng(300, 120).toString('base64');
const LINES = Array.from({ length: 450 }, (_, n) => `${n + 1};城市 ${n + 1};${n},5`);

beforeAll(async () => {
  [system, browser] = await Promise.all([
    startTestSystem({ script: () => textReply('Done.') }),
    launchBrowser(),
  ]);
  visitor = await visit(browser, system.url);
  workId = await system.newWork(visitor);
  await put('sales.csv', iconv.encode(`编号;城市;销售额\n${LINES.join('\n')}`, 'gb18030'));
  await put('book.xlsx', await fixture('openpyxl.xlsx'));
  await put('report.docx', await fixture('python-docx.docx'));
  const plot = { output_type: 'display_data', metadata: {}, data: { 'image/png': SMALL_PNG } };
  const printed = { output_type: 'stream', name: 'stdout', text: ['mean 3.5\n'] };
  const cells = [
    { cell_type: 'markdown', source: ['# Heights\n', 'They **grow**.'] },
    { cell_type: 'code', source: 'print(mean)\nplot()', outputs: [printed, plot] },
  ];
  await put('run.ipynb', JSON.stringify({ nbformat: 4, cells }));
  await put(
    'model.json',
    JSON.stringify({ name: 'growth', steps: Array.from({ length: 300 }, (_, n) => n) }),
  );
  await put('long.txt', `first line\n${'more of it\n'.repeat(50_000)}last line\n`);
  await put('sound.mp3', Buffer.alloc(4_200, 1));
  await put('runs.parquet', await fixture('zstd.parquet'));
  await put('map.svg', `<svg xmlns="http://www.w3.org/2000/svg"><!--${'x'.repeat(6 * 1024 ** 2)}--></svg>`);
  await put('broken.xlsx', (await fixture('openpyxl.xlsx')).subarray(0, 900));
  await put('eastern.pdf', await fixture('eastern.pdf'));
  await put('scanned.pdf', await fixture('scanned.pdf'));
  page = await visitor.open(`/works/${workId}`);
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

async function put(path: string, body: string | Buffer): Promise<void> {
  const response = await fetch(`${system.url}/api/works/${workId}/files/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: new Blob([typeof body === 'string' ? body : new Uint8Array(body)]),
  });
  expect(response.status).toBe(201);
}

/** Opens the file's preview. */
async function open(name: string, on = page) {
  await on.getByRole('region', { name: 'Files', exact: true }).getByRole('button', { name }).first().click();
  const preview = on.getByRole('region', { name, exact: true });
  await preview.waitFor();
  return preview;
}

test('W7, W12: a Chinese table with semicolons in GB18030 is shown in part, with a count of the rest; the keyboard goes on', async () => {
  const preview = await open('sales.csv');
  await preview.getByRole('columnheader', { name: '销售额' }).waitFor();
  await preview.getByText('Rows 1–200 of 450').waitFor();
  await preview.getByText('GB18030 (GBK) · separated by semicolons · decimal commas · 3 columns').waitFor();
  const next = preview.getByRole('button', { name: 'Next rows' });
  await next.focus();
  await page.keyboard.press('Enter');
  await preview.getByText('Rows 201–400 of 450').waitFor();
  await preview.getByRole('cell', { name: '城市 201', exact: true }).waitFor();
});

test('W8, W12: a workbook is shown sheet by sheet', async () => {
  const preview = await open('book.xlsx');
  const sheets = preview.getByRole('navigation', { name: 'Sheets' }).getByRole('button');
  await sheets.nth(1).waitFor();
  await sheets.nth(1).click();
  await preview.locator('nav [aria-current=true]').and(sheets.nth(1)).waitFor();
  await preview.getByRole('columnheader', { name: 'A', exact: true }).waitFor();
});

test('W9, W12: a Word document is read as a paper is', async () => {
  const preview = await open('report.docx');
  await preview.getByRole('heading').first().waitFor();
  await preview.getByRole('columnheader', { name: 'a', exact: true }).waitFor();
});

test('W12: the head of a Parquet file is a table with its columns, its rows counted', async () => {
  const preview = await open('runs.parquet');
  await preview.getByRole('columnheader', { name: 'share', exact: true }).waitFor();
  await preview.getByText('Rows 1–200 of 300').waitFor();
  await preview.getByRole('cell', { name: '方法 1', exact: true }).waitFor();
  await preview.getByRole('button', { name: 'Next rows' }).click();
  await preview.getByText('Rows 201–300 of 300').waitFor();
});

test('W12: a picture that is too large to be loaded says so, and offers to be downloaded', async () => {
  const preview = await open('map.svg');
  await preview.getByText('This picture is too large to be shown here').waitFor();
  const download = page.waitForEvent('download');
  await preview.locator('p').getByRole('button', { name: 'Download map.svg' }).click();
  expect((await download).suggestedFilename()).toBe('map.svg');
});

test('W12: a notebook is shown by its cells, their output and figures', async () => {
  const preview = await open('run.ipynb');
  await preview.getByRole('heading', { name: 'Heights' }).waitFor();
  await preview.getByText('print(mean)').waitFor();
  await preview.getByText('mean 3.5').waitFor();
  await preview.getByRole('img', { name: 'Figure of cell 2' }).waitFor();
});

test('W12: JSON is a tree that the keyboard folds, with a count of what is left out', async () => {
  const preview = await open('model.json');
  const steps = preview.getByRole('button', { name: 'steps: [ ] 300 entries' });
  await steps.waitFor();
  expect(await steps.getAttribute('aria-expanded')).toBe('false');
  await steps.focus();
  await page.keyboard.press('Enter');
  await preview.getByText('200 more not shown').waitFor();
  await page.keyboard.press('Enter');
  await preview.getByText('200 more not shown').waitFor({ state: 'detached' });
});

test('U2, W12: on a phone in Chinese a table is read too, and nothing but it scrolls sideways', async () => {
  const phone = await visit(browser, system.url, { locale: 'zh-CN', viewport: { width: 375, height: 740 } });
  const own = await system.newWork(phone);
  await fetch(`${system.url}/api/works/${own}/files/wide.csv`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${phone.token}` },
    body: `${LINES.map((line) => `${line};`.repeat(6)).join('\n')}`,
  });
  const narrow = await phone.open(`/works/${own}`);
  await narrow.getByRole('tab', { name: /文件/ }).click();
  await narrow
    .getByRole('button', { name: /^wide\.csv/ })
    .first()
    .click();
  const preview = narrow.getByRole('region', { name: 'wide.csv', exact: true });
  await preview.getByText('第 1–200 行，共 449 行').waitFor();
  expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBe(375);
});

test('W12: of a long text the beginning alone is fetched, and the page says how much is left', async () => {
  const sizes: number[] = [];
  page.on('response', async (response) => {
    if (response.url().endsWith('/files/long.txt')) sizes.push(Number(response.headers()['content-length']));
  });
  const preview = await open('long.txt');
  await preview.getByText('The beginning is shown; 288 kB more are in the file.').waitFor();
  expect(sizes).toEqual([256 * 1024]);
});

test('W12: of a large PDF the parts alone are fetched that are drawn', async () => {
  const pages = Array.from({ length: 40 }, (_, n) => `Page ${n + 1} ${'.'.repeat(300_000)}`);
  const pdf = pdfBytes(pages);
  await put('large.pdf', pdf);
  let fetched = 0;
  const own = await visitor.open(`/works/${workId}`);
  own.on('response', (response) => {
    if (response.url().endsWith('/files/large.pdf')) fetched += Number(response.headers()['content-length']);
  });
  const preview = await open('large.pdf', own);
  const canvas = preview.getByRole('img', { name: 'large.pdf, page 1 of 40' });
  await canvas.and(own.locator('[height]')).waitFor();
  expect(fetched).toBeGreaterThan(0);
  expect(fetched).toBeLessThan(pdf.length / 2);
});

/** What is looked at of a canvas, in the page. */
interface Drawn {
  width: number;
  height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** The part of its pixels that are dark. */
function darkPart(drawn: Drawn): number {
  const { data } = drawn.getContext('2d').getImageData(0, 0, drawn.width, drawn.height);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 128 && data[at + 3] === 255) dark += 1;
  return (dark * 4) / data.length;
}

/** How much of a drawn page of a PDF is dark; a page that is not drawn yet is not. */
async function darkness(name: string, number: number, pages: number): Promise<number> {
  const preview = page.getByRole('region', { name, exact: true });
  const canvas = preview.getByRole('img', { name: `${name}, page ${number} of ${pages}` });
  await canvas.scrollIntoViewIfNeeded();
  return await canvas.evaluate(darkPart);
}

test('W12: a PDF whose Chinese font is not in it has its signs, by the maps that it names, from the server of this page alone', async () => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await open('eastern.pdf');
  await until(async () => (await darkness('eastern.pdf', 1, 1)) > 0.0001, 'the signs are drawn');
  const maps = asked.filter((url) => url.includes('.bcmap'));
  expect(maps.some((url) => url.includes('/assets/UniGB-UCS2-H'))).toBe(true);
  expect(maps.length).toBeLessThan(12);
  expect(asked.filter((url) => /^https?:/.test(url) && !url.startsWith(system.url))).toEqual([]);
});

test('A8, W12: pages scanned as JBIG2 and as JPEG 2000 are drawn; the worker alone may unpack them by WebAssembly', async () => {
  await open('scanned.pdf');
  for (const number of [1, 2, 3, 4])
    await until(async () => (await darkness('scanned.pdf', number, 4)) > 0.2, `page ${number} is drawn`);
  const refused =
    'WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => 0, (error) => error.name)';
  expect(await page.evaluate(refused)).toBe('CompileError');
});

test('W12: sound says that it is not played here, and a damaged workbook that it is damaged', async () => {
  await (await open('sound.mp3')).getByText('sound.mp3 · 4.2 kB').waitFor();
  await (await open('broken.xlsx')).getByText('This file is damaged, or not what its name says.').waitFor();
});
