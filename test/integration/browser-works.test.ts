import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { writeWordsDue } from '../../src/db/search.ts';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { eventually } from '../support/eventually.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

/** Opened, the agent that was told to write goes on. */
const write = Promise.withResolvers<void>();

const script: Script = async (request) => {
  if (lastWords(request.messages) !== 'write it' || request.messages.at(-1)?.role === 'tool')
    return textReply('It swings.');
  await write.promise;
  const content = '# How pendulums swing\n\nThey do.\n';
  return toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content, mode: 'write' } }]);
};

let system: TestSystem;
let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem({ script }), launchBrowser()]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

const row = (title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });

/** A person's list with these Works in it, the last one first; gives their ids. */
async function listOf(...titles: string[]): Promise<string[]> {
  visitor = await visit(browser, system.url);
  const ids: string[] = [];
  for (const title of titles) {
    const made = await system.request(visitor, 'POST', '/api/works', { title });
    ids.push(((await made.json()) as { id: string }).id);
  }
  page = await visitor.open('/');
  for (const title of titles) await row(title).waitFor();
  return ids;
}

async function choose(title: string, what: 'Rename' | 'Duplicate' | 'Delete'): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${title}` }).click();
  await page.getByRole('menuitem', { name: what }).click();
}

async function leave(): Promise<void> {
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
}

test('U15: the list is searched by title, says when nothing is found, and shows all again', async () => {
  await listOf('Pendulum with friction', 'Traffic at a crossing', '海浪的叠加');
  const search = page.getByRole('searchbox', { name: 'Search your projects' });
  await search.fill('PENDULUM');
  await row('Traffic at a crossing').waitFor({ state: 'detached' });
  await row('Pendulum with friction').waitFor();
  await search.fill('海浪');
  await row('海浪的叠加').waitFor();
  await row('Pendulum with friction').waitFor({ state: 'detached' });
  await search.fill('100%_');
  await page.getByText('No project with these words in its title.').waitFor();
  await search.fill('');
  for (const title of ['Pendulum with friction', 'Traffic at a crossing', '海浪的叠加']) {
    await row(title).waitFor();
  }
  await leave();
});

test('U15: a Work is renamed in the list, by keyboard or taken back with Escape, and keeps its name over a reload', async () => {
  await listOf('Pendulum');
  await choose('Pendulum', 'Rename');
  const field = page.getByRole('textbox', { name: 'Title' });
  await field.fill('Never so');
  await field.press('Escape');
  await row('Pendulum').waitFor();
  await choose('Pendulum', 'Rename');
  await field.fill('A pendulum, damped');
  await field.press('Enter');
  await row('A pendulum, damped').waitFor();
  await page.reload();
  await row('A pendulum, damped').waitFor();
  expect(await row('Never so').count()).toBe(0);
  await leave();
});

test('U15: a duplicate has the conversation and goes its own way', async () => {
  const [original] = await listOf('Pendulum');
  await page.goto(`${system.url}/works/${original}`);
  await say(page, 'Does it swing?');
  await page.getByText('It swings.').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
  await page.goto(system.url);
  await choose('Pendulum', 'Duplicate');
  await row('Copy of Pendulum').waitFor();
  await row('Pendulum').waitFor();
  await page.getByRole('link', { name: 'Copy of Pendulum', exact: true }).click();
  await page.getByText('Does it swing?').waitFor();
  expect(page.url()).not.toContain(original);
  await say(page, 'And for how long?');
  await page.getByText('It swings.').nth(1).waitFor();
  await page.goto(`${system.url}/works/${original}`);
  await page.getByText('Does it swing?').waitFor();
  expect(await page.getByText('And for how long?').count()).toBe(0);
  await leave();
});

test('U15: a deletion is undone in time and the Work is still there after a reload; let go it is gone for good', async () => {
  const [kept, gone] = await listOf('To be kept', 'To be gone');
  const status = async (id: string | undefined) =>
    (await system.request(visitor, 'GET', `/api/works/${id}`)).status;

  await choose('To be kept', 'Delete');
  await row('To be kept').waitFor({ state: 'detached' });
  const notices = page.getByRole('list', { name: 'Being deleted' });
  await notices.getByText('“To be kept” is being deleted.').waitFor();
  await notices.getByRole('button', { name: 'Undo' }).click();
  await row('To be kept').waitFor();
  await page.reload();
  await row('To be kept').waitFor();

  await choose('To be gone', 'Delete');
  await notices.getByText('“To be gone” is being deleted.').waitFor();
  expect(await status(gone)).toBe(200);
  expect(
    await eventually(
      () => status(gone),
      (now) => now === 404,
    ),
  ).toBe(404);
  await notices.waitFor({ state: 'detached' });
  await page.reload();
  await row('To be kept').waitFor();
  expect(await row('To be gone').count()).toBe(0);
  expect(await status(kept)).toBe(200);
  await page.goto(`${system.url}/works/${gone}`);
  await page.getByText('There is no such project, or it is not yours.').waitFor();
  // That there is none is the browser's own complaint too.
  visitor.complaints = visitor.complaints.filter((text) => !/404/.test(text));
  await leave();
});

test('V53, H8: what was said is found from the list and by Ctrl+K, and leads to its place in a long conversation', async () => {
  const [pendulum] = await listOf('Pendulum', 'Traffic at a crossing');
  const said = (text: string) =>
    system.request(visitor, 'POST', `/api/works/${pendulum}/messages`, { id: randomUUID(), text });
  await said('Where is the <b>zebra</b>? 请绘制收敛过程图');
  for (let n = 0; n < 15; n += 1) await said(`And then ${n}? ${'More words. '.repeat(30)}`);
  // As the worker's job does.
  while ((await writeWordsDue(system.db)) > 0);
  await page.getByRole('searchbox', { name: 'Search your projects' }).fill('zebra');
  const found = page.getByRole('region', { name: 'Said in conversations' });
  expect(await found.locator('mark').textContent()).toBe('zebra');
  await found.getByText('<b>zebra</b>').waitFor();
  await found.getByRole('link').click();
  await page.locator('[data-item]', { hasText: 'Where is the' }).and(page.locator('[data-found]')).waitFor();
  await page.getByText('Where is the <b>zebra</b>').waitFor();

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Project or command…' }).fill('收敛过程');
  const option = page.getByRole('option').filter({ hasText: '请绘制收敛过程图' });
  await option.waitFor();
  expect(await option.locator('mark').textContent()).toBe('收敛过程');
  await option.click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await leave();
});

test('V54: Ctrl+K leads to any project and to what the page can do, by keys alone, in both languages, and from a button on a phone', async () => {
  const [pendulum] = await listOf('Pendulum', 'Traffic at a crossing');
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  const field = page.getByRole('combobox', { name: 'Project or command…' });
  const options = palette.getByRole('option');
  await row('Pendulum').waitFor();
  await page.keyboard.press('Control+k');
  await field.fill('traff');
  await options.filter({ hasText: 'Pendulum' }).waitFor({ state: 'detached' });
  await options.filter({ hasText: 'Traffic' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Traffic at a crossing' }).waitFor();
  await palette.waitFor({ state: 'detached' });

  // From within a project to another, and back to what one was doing.
  await page.keyboard.press('Control+k');
  await field.fill('pend');
  await options.filter({ hasText: 'Traffic' }).waitFor({ state: 'detached' });
  await options.filter({ hasText: 'Pendulum' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname.endsWith(pendulum ?? ''));
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('half a thought');
  await page.keyboard.press('Control+k');
  await field.fill('no such words');
  await palette.getByText('Nothing with these words.').waitFor();
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  await page.locator('#composer:focus').waitFor();
  expect(await page.locator('#composer').inputValue()).toBe('half a thought');

  await page.keyboard.press('Control+k');
  await field.fill('export');
  expect(await palette.getByRole('option', { selected: true }).textContent()).toContain('Export the paper…');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Export the paper' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await field.fill('中文');
  await page.keyboard.press('Enter');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: '搜索与命令' }).click();
  await page.getByRole('combobox', { name: '项目或命令…' }).fill('深色');
  await page.getByRole('option', { name: '外观：深色' }).click();
  await page.locator('html.dark').waitFor();
  await leave();
});

test('V52, V56: the list follows by itself: what runs, what has finished unseen, and the title that the paper gives', async () => {
  await listOf('Named by hand');
  const made = await system.request(visitor, 'POST', '/api/works', {});
  const { id } = (await made.json()) as { id: string };
  const work = await visitor.open(`/works/${id}`);
  await say(work, 'write it');
  await work.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await work.close();
  await row('write it').getByText('Running').waitFor();
  write.resolve();
  await row('How pendulums swing').getByText('Finished').waitFor();
  await page.getByRole('link', { name: 'How pendulums swing', exact: true }).click();
  await page.getByText('It swings.').waitFor();
  await page.goto(system.url);
  await row('How pendulums swing').waitFor();
  expect(await page.getByText('Finished').count()).toBe(0);
  await leave();
});
