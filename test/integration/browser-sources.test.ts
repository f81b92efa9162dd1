/** Where a paper's numbers come from, as a person sees it (T12). */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { crossrefList, crossrefWork, KNUTH, type PlayedSources, playSources } from '../support/literature.ts';
import { testWith } from '../support/needs.ts';
import { addPastRuns } from '../support/past-runs.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

const CODE = 'POINTS = 123_456\nvalue = 0.84413\nprint(f"zeta={value}")\n';
const PAPER =
  '# A paper\n\nThe **zeta** is 0.84413 for 123,456 points, and 0.99713 by hand.\n\n| zeta | n |\n| --- | --- |\n| 0.844 | 17 |\n\nWith $z = 0.84413$ all is said.\n\n![A figure](images/a.png)\n';

/** The agent puts this at the paper's end; in a message it would be a number that was given. */
const ADDED = 'And 0.77125 is new.';
const script: Script = (request) => {
  if (lastWords(request.messages) === 'cite' && request.messages.at(-1)?.role !== 'tool')
    return toolReply([{ name: 'add_reference', arguments: { bibtex: null, doi: KNUTH.DOI } }]);
  if (lastWords(request.messages) !== 'write' || request.messages.at(-1)?.role === 'tool')
    return textReply('Written.');
  return toolReply([
    { name: 'writemd', arguments: { file: 'paper.md', content: `\n${ADDED}\n`, mode: 'append' } },
  ]);
};

let system: TestSystem;
let browser: Browser;
let played: PlayedSources;
beforeAll(async () => {
  played = await playSources();
  const env = {
    LITERATURE: 'on',
    LITERATURE_CONTACT: 'library@example.org',
    LITERATURE_HOSTS: played.setting,
  };
  [system, browser] = await Promise.all([startTestSystem({ script, env }), launchBrowser()]);
  await system.startWorker();
});
afterAll(async () => {
  await browser.close();
  await system.close();
  await played.close();
});

async function put(visitor: Visitor, workId: string, path: string, body: string | Buffer): Promise<void> {
  const response = await fetch(`${system.url}/api/works/${workId}/files/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  expect(response.ok).toBe(true);
}

async function tracedWork(visitor: Visitor): Promise<string> {
  const workId = await system.newWork(visitor);
  const figure = smallPng(60, 30);
  await addPastRuns(system.db, workId, [
    { filename: 'a.py', code: CODE, output: 'begun\nzeta=0.84413\n', files: { 'images/a.png': figure } },
  ]);
  await put(visitor, workId, 'code/a.py', CODE);
  await put(visitor, workId, 'images/a.png', figure);
  await put(visitor, workId, 'paper.md', PAPER);
  return workId;
}

const paper = (page: Page) => page.getByRole('region', { name: 'Paper', exact: true });
const mark = (page: Page, label: string) =>
  paper(page).getByRole('button', { name: label, exact: true }).first();

test('T12: a switch shows what is traced; a number opens its run, script line and output line, by key as well', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await tracedWork(visitor);
  const page = await visitor.open(`/works/${workId}`);
  const toggle = paper(page).getByRole('button', { name: 'Sources of numbers' });
  await toggle.click();
  const panel = paper(page).getByRole('complementary', { name: 'Sources of the numbers' });
  await panel.getByText('4 of 6 traced').waitFor();
  await panel.getByText('2 untraced').waitFor();
  await mark(page, '0.84413: Traced').focus();
  await page.keyboard.press('Enter');
  await panel.getByText('script line 3').waitFor();
  await panel.getByText('output line 2').waitFor();
  await panel.getByText('zeta = 0.84413').waitFor();
  await panel.getByText('print(f"zeta={value}")').waitFor();
  // A formula is one mark, and stays set.
  await paper(page).locator('.source-mark .katex').waitFor();
  await paper(page).getByRole('button', { name: 'images/a.png: Traced · Run 1' }).click();
  await panel.getByText('A run drew this figure.').waitFor();
  await panel.getByRole('button', { name: 'Open code/a.py' }).click();
  await page.getByText('POINTS = 123_456').first().waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('T12: what becomes stale is told while the page is open, what needs no source is dismissed, and new text is looked through', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await tracedWork(visitor);
  const page = await visitor.open(`/works/${workId}`);
  await paper(page).getByRole('button', { name: 'Sources of numbers' }).click();
  const panel = paper(page).getByRole('complementary', { name: 'Sources of the numbers' });
  await mark(page, '0.99713: Untraced').click();
  await panel.getByRole('button', { name: 'Needs no source' }).click();
  await mark(page, '0.99713: Needs no source').waitFor();
  // A person knows where it comes from.
  await panel.getByRole('button', { name: 'Take back' }).click();
  await mark(page, '0.99713: Untraced').click();
  await panel.getByRole('button', { name: 'Choose its source' }).click();
  await panel.getByRole('searchbox', { name: 'Name or digits of a value' }).fill('844');
  await panel.getByRole('button', { name: 'Run 1 · zeta = 0.84413' }).click();
  await mark(page, '0.99713: Pinned').waitFor();
  await put(visitor, workId, 'code/a.py', `${CODE}# changed\n`);
  await say(page, 'write');
  await mark(page, '0.77125: Untraced').waitFor();
  await mark(page, '0.84413: Stale').click();
  await panel.getByText('code/a.py has changed since.').waitFor();
  await panel.getByText(/stale/).first().waitFor();
  // Switched off, the paper is plain again.
  await paper(page).getByRole('button', { name: 'Sources of numbers' }).click();
  await page.locator('.source-mark').first().waitFor({ state: 'detached' });
  await page.locator('.source-badge').waitFor({ state: 'detached' });
  expect(await page.locator('.paper').textContent()).toContain(ADDED);
  expect(visitor.complaints).toEqual([]);
});

test('T1: a number is pinned to what a run gave that is older than a page of runs', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  const values = ['gamma=0.31177', ...Array.from({ length: 24 }, (_, run) => `delta=${run}.5`)];
  const runs = values.map((output, run) => ({ filename: `r${run}.py`, code: `${run}`, output }));
  await addPastRuns(system.db, workId, runs);
  await put(visitor, workId, 'paper.md', '# A paper\n\nIt is 0.99713.\n');
  const page = await visitor.open(`/works/${workId}`);
  await paper(page).getByRole('button', { name: 'Sources of numbers' }).click();
  const panel = paper(page).getByRole('complementary', { name: 'Sources of the numbers' });
  await mark(page, '0.99713: Untraced').click();
  await panel.getByRole('button', { name: 'Choose its source' }).click();
  await panel.getByText('and 12 more: type more of it').waitFor();
  await panel.getByRole('searchbox', { name: 'Name or digits of a value' }).fill('gamma');
  await panel.getByText('None of these runs gave such a value.').waitFor();
  await panel.getByRole('button', { name: 'Older runs' }).click();
  await panel.getByRole('button', { name: 'Run 1 · gamma = 0.31177' }).click();
  await mark(page, '0.99713: Pinned').waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('T12, U14: on a phone, in Chinese', async () => {
  const visitor = await visit(browser, system.url, {
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    hasTouch: true,
  });
  const workId = await tracedWork(visitor);
  const page = await visitor.open(`/works/${workId}`);
  await page.getByRole('tab', { name: '论文' }).click();
  await page.getByRole('button', { name: '数值的出处' }).click();
  await page.getByText('6 个数值中 4 个可追溯').waitFor();
  await page.getByRole('button', { name: '0.84413: 可追溯', exact: true }).first().tap();
  await page.getByText('程序第 3 行').waitFor();
  await page.getByRole('button', { name: '打开 code/a.py' }).tap();
  await page.getByText('POINTS = 123_456').first().waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('O9: the head of the paper counts what is wrong; the list leads to the line by key, and follows the paper', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  await put(visitor, workId, 'paper.md', '# A paper\n\nAs @fig:a shows.\n\n## Method\n');
  const page = await visitor.open(`/works/${workId}`);
  const pane = paper(page);
  await pane.getByRole('button', { name: 'Check of the paper: 2 to look at' }).click();
  const panel = pane.getByRole('complementary', { name: 'Check of the paper' });
  await panel.getByText('1 error, 1 warning').waitFor();
  const first = panel.getByRole('button', { name: /@fig:a leads nowhere/ });
  await first.focus();
  await page.keyboard.press('Enter');
  await pane.locator('.cm-content:focus').waitFor();
  // It has the focus as it opens, and goes to the line behind that.
  const lineOfCursor = "getSelection()?.anchorNode?.parentElement?.closest('.cm-line')?.textContent";
  await page.waitForFunction(`${lineOfCursor} === 'As @fig:a shows.'`);
  await page.keyboard.type('!');
  await pane.locator('.cm-line').getByText('!As @fig:a shows.').waitFor();
  await panel.getByText('Of the paper as it was saved last.').waitFor();
  await say(page, 'write');
  await panel.getByText(/0\.77125 stands in no run/).waitFor();
  expect(await panel.getByText(/section "Method"/).count()).toBe(0);
});

test('O6: the paper shows citations by number, with the list of what references.bib says', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  await put(
    visitor,
    workId,
    'references.bib',
    '@misc{knuth, author={Knuth, D.}, title={The *Art*}, year=1968}\n',
  );
  await put(visitor, workId, 'paper.md', '# A paper\n\nAs shown [@knuth, p. 3].\n\n## References\n');
  const page = await visitor.open(`/works/${workId}`);
  await paper(page).getByText('As shown [1, p. 3].').waitFor();
  await paper(page).getByText('[1] Knuth, D. The *Art*. 1968.').waitFor();
});

test('O6: what the agent adds by its DOI is looked up, and a person has the rest of the list looked up', async () => {
  played.play('doi', KNUTH.DOI, { json: KNUTH });
  played.play('crossref', `v1/works/${KNUTH.DOI}`, crossrefWork(KNUTH));
  played.play('doi', '10.1000/other', { json: { ...KNUTH, DOI: '10.1000/other', title: 'Another work' } });
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  await put(visitor, workId, 'paper.md', '# A paper\n\nAs shown [@knuth1984literate; @wrong].\n');
  await put(
    visitor,
    workId,
    'references.bib',
    '@article{wrong, author={Knuth, D.}, title={On something else}, journal={J}, year=1984, doi={10.1000/other}}\n',
  );
  const page = await visitor.open(`/works/${workId}`);
  await say(page, 'cite');
  await page.getByText('Written.').waitFor();
  await page.getByRole('button', { name: 'References', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'References' });
  const known = panel.getByRole('listitem').filter({ hasText: '@knuth1984literate' });
  await known.getByText('Verified').waitFor();
  const wrong = panel.getByRole('listitem').filter({ hasText: '@wrong' });
  await wrong.getByText('Not looked up').waitFor();
  await panel.getByRole('button', { name: 'Look up' }).click();
  await wrong.getByText('title: Another work (doi.org)').waitFor();
  const checked = await system.request(visitor, 'GET', `/api/works/${workId}/check`);
  const { items } = (await checked.json()) as { items: { code: string; about?: string }[] };
  expect(items).toContainEqual(expect.objectContaining({ code: 'bib_mismatch', about: 'wrong', line: 3 }));
  expect(items.map(({ code }) => code)).not.toContain('bib_unchecked');
  expect(visitor.complaints).toEqual([]);
});

test('O6, U14: the list of references on a phone, in Chinese', async () => {
  const visitor = await visit(browser, system.url, {
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    hasTouch: true,
  });
  const workId = await system.newWork(visitor);
  await put(visitor, workId, 'paper.md', '# 论文\n\n如 [@wu] 所述。\n');
  const title = '一个相当长的题名，长到在手机上一行放不下，因此要折成几行';
  await put(visitor, workId, 'references.bib', `@misc{wu, author={吴某}, title={${title}}, year=2020}\n`);
  played.play('crossref', 'v1/works', crossrefList());
  played.play('openalex', 'works', { json: { meta: { count: 0 }, results: [] } });
  played.play('arxiv', 'api/query', { body: '<feed/>' });
  const page = await visitor.open(`/works/${workId}`);
  await page.getByRole('tab', { name: '论文' }).click();
  await page.getByRole('button', { name: '参考文献', exact: true }).tap();
  const panel = page.getByRole('complementary', { name: '参考文献' });
  await panel.getByText('未核对', { exact: true }).waitFor();
  await panel.getByRole('button', { name: '在线核对' }).tap();
  await panel.getByText('无法核对', { exact: true }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(visitor.complaints).toEqual([]);
});

testWith('browser', 'bubblewrap')(
  'T13, T14: beside the export the runs are made again, and what does not come out is named; a bundle asks for no style',
  async () => {
    const visitor = await visit(browser, system.url);
    const workId = await tracedWork(visitor);
    const page = await visitor.open(`/works/${workId}`);
    await page.getByRole('button', { name: 'This project' }).click();
    await page.getByRole('menuitem', { name: 'Export the paper…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export the paper' });
    await dialog.getByRole('combobox', { name: 'Style' }).waitFor();
    await dialog.getByRole('radio', { name: 'Bundle with code and data (zip)' }).check();
    await dialog.getByRole('combobox', { name: 'Style' }).waitFor({ state: 'detached' });
    const again = dialog.getByRole('region', { name: 'Make the runs again' });
    await again.getByRole('button', { name: 'Make again' }).click();
    // The script prints what it printed, and draws no figure.
    await again.getByText('Not everything comes out as it was.').waitFor({ timeout: 90_000 });
    await again.getByText('Run 1 · code/a.py').waitFor();
    await again
      .getByText(/images\/a\.png/)
      .first()
      .waitFor();
    await again.getByText('missing', { exact: true }).first().waitFor();
    await again.getByRole('radio', { name: 'attachments and what runs before it left' }).check();
    await again.getByRole('button', { name: 'Make again' }).click();
    await again.getByRole('button', { name: 'Stop' }).waitFor();
    await again.getByText('Not everything comes out as it was.').waitFor({ timeout: 90_000 });
    expect(visitor.complaints).toEqual([]);
  },
);

testWith('browser', 'bubblewrap')(
  'T13, U14: in Chinese, from scratch: it is stopped at any time, at the server too, and can be ordered again',
  async () => {
    const visitor = await visit(browser, system.url, { locale: 'zh-CN' });
    const workId = await system.newWork(visitor);
    const code = 'import time\ntime.sleep(60)\nprint("zeta=0.84413")\n';
    await addPastRuns(system.db, workId, [{ filename: 'slow.py', code, output: 'zeta=0.84413\n' }]);
    const page = await visitor.open(`/works/${workId}`);
    await page.getByRole('button', { name: '当前项目' }).click();
    await page.getByRole('menuitem', { name: '导出论文…' }).click();
    const again = page.getByRole('region', { name: '重新运行' });
    await again.getByRole('radio', { name: '附件及之前运行留下的文件' }).check();
    for (let order = 0; order < 2; order += 1) {
      await again.getByRole('button', { name: '重新运行' }).click();
      await again.getByText('已完成 0 / 1').waitFor({ timeout: 60_000 });
      await again.getByRole('button', { name: '停止' }).click();
      await again.getByText('已停止。').waitFor({ timeout: 60_000 });
    }
    expect(await again.getByRole('alert').count()).toBe(0);
    const states = await system.db
      .selectFrom('verifications')
      .select(['mode', 'state'])
      .where('work_id', '=', workId)
      .execute();
    expect(states).toEqual(Array(2).fill({ mode: 'scratch', state: 'stopped' }));
    expect(visitor.complaints).toEqual([]);
  },
);
