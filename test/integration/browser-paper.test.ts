import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { callTool, type Script, type Step, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { findingsInBothLooks } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { testWith } from '../support/needs.ts';
import { smallPng } from '../support/small-png.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

/** Opened, the section that is being written is written to its end. */
let finishSection = Promise.withResolvers<void>();

/** A section of many paragraphs, of which the last one is held back. */
async function* longSection(): AsyncGenerator<Step> {
  const paragraphs = Array.from({ length: 40 }, (_, at) => `Paragraph ${at + 1} of the summary.`);
  const content = `${paragraphs.join('\n\n')}\n\nThe last one.`;
  const steps = callTool(0, 'call_0', 'update_section_content', {
    file: 'paper.md',
    section: 'Summary',
    content,
    mode: 'replace',
  });
  const held = steps.findLastIndex((step) => step.type === 'tool' && step.arguments?.includes('last'));
  yield* steps.slice(0, held);
  await finishSection.promise;
  yield* steps.slice(held);
}

/** Opened, what the agent writes by `write` and `replace` is written to its end. */
let finishWriting = Promise.resolve();

/** A call that is all but whole. */
async function* heldCall(args: Record<string, unknown>): AsyncGenerator<Step> {
  const steps = callTool(0, 'call_0', 'writemd', args);
  yield* steps.slice(0, -1);
  await finishWriting;
  yield* steps.slice(-1);
}

/** `write: TEXT` has the agent put TEXT at the paper's end, `replace: TEXT` in the whole paper's place. */
const script: Script = (request) => {
  const last = request.messages.at(-1);
  const asked = lastWords(request.messages);
  const [, how, text] = /^(write|replace): (.*)/s.exec(asked) ?? [];
  if (last?.role === 'tool') return textReply('Written.');
  if (asked === 'some code') return textReply('Run this:\n\n```python\nprint(1)\nprint(2)\n```\n');
  if (asked === 'a long section') return { kind: 'stream', steps: longSection() };
  if (text === undefined) return textReply('Written.');
  const written =
    how === 'write' ? { content: `\n${text}\n`, mode: 'append' } : { content: `${text}\n`, mode: 'write' };
  return { kind: 'stream', steps: heldCall({ file: 'paper.md', ...written }) };
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

/** A new Work's page; `text` is its paper before anybody looks, for a page is not told of what others put there. */
async function newPage(text?: string): Promise<{ page: Page; workId: string }> {
  const workId = await system.newWork(visitor);
  if (text !== undefined) await put(workId, text);
  return { workId, page: await visitor.open(`/works/${workId}`) };
}

const paperOf = (workId: string) =>
  readFile(path.join(system.dataDir, 'workspaces', workId, 'paper.md'), 'utf8');
function put(workId: string, text: string): Promise<Response> {
  return fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: text,
  });
}
/** So many turns have ended. */
const answered = (page: Page, turns: number) =>
  page
    .getByRole('group', { name: 'PaperAgent' })
    .nth(turns - 1)
    .getByText('Written.')
    .waitFor();
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

/** Has the agent write, and hold on before the end of it until that is let go. */
async function beginWriting(page: Page, message: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  finishWriting = promise;
  await say(page, message);
  await view(page, 'Being written').waitFor();
  return resolve;
}

test('V11: what is typed into the paper saves itself at rest and with a message; what cannot be saved says why, outlives a reload, and is saved when that can be done again', async () => {
  const { page, workId } = await newPage('# T\n\nfirst\n');
  await paper(page).getByText('first').waitFor();
  await view(page, 'Edit').click();
  await editor(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('Rested. ');
  await paper(page).getByText('Saved', { exact: true }).waitFor();
  expect(await paperOf(workId)).toContain('Rested. # T');

  await page.keyboard.type('Sent along. ');
  await say(page, 'write: By the agent.');
  await answered(page, 1);
  const both = await eventually(
    () => paperOf(workId),
    (text) => text.includes('Sent along.'),
  );
  expect(both).toMatch(/^Rested\. Sent along\. # T[\s\S]*By the agent\.\n$/);

  await page.route(/paper\.md$/, (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  );
  await editor(page).focus();
  await page.keyboard.type('Not yet. ');
  await paper(page).getByRole('alert').getByText('Not saved: The server cannot be reached').waitFor();
  expect(await paperOf(workId)).not.toContain('Not yet.');
  await page.reload();
  await paper(page).getByText('Not yet.').waitFor();
  await paper(page).getByRole('alert').getByText('Not saved:').waitFor();
  await page.unrouteAll();
  await paper(page).getByRole('alert').waitFor({ state: 'detached' });
  expect(await paperOf(workId)).toContain('Not yet.');
});

test('U10, V2: the paper is edited by hand with math set as one types; what the agent writes elsewhere meanwhile is put together with it unasked', async () => {
  const { page, workId } = await newPage();
  await view(page, 'Edit').click();
  await editor(page).waitFor();
  const finish = await beginWriting(page, 'write: By the agent.');
  await editor(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('By hand: $e^{i\\pi}$\n\n');
  finish();
  const merged = await eventually(
    () => paperOf(workId),
    (text) => text.includes('By hand') && text.includes('By the agent.'),
  );
  expect(merged).toMatch(/^By hand: \$e\^{i\\pi}\$\n\n[\s\S]*\nBy the agent\.\n$/);
  await paper(page).getByText('Saved', { exact: true }).waitFor();
  // What is undone is the person's own, and the place where they write is where it was.
  await editor(page).focus();
  await page.keyboard.type('Typed on. ');
  await page.keyboard.press('Control+z');
  await page.keyboard.type('Typed again. ');
  const now = await eventually(
    () => paperOf(workId),
    (text) => text.includes('Typed again.'),
  );
  expect(now).toMatch(/^By hand: \$e\^{i\\pi}\$\n\nTyped again\. /);
  expect(now).toMatch(/\nBy the agent\.\n$/);
  await view(page, 'Read').click();
  await paper(page).locator('.katex').first().waitFor();
});

test('U10, V2: where both changed the same lines each place is asked about, and a choice stays made when the agent writes again', async () => {
  const { page, workId } = await newPage('# T\n\nfirst\n\nsecond\n');
  await paper(page).getByText('second').waitFor();
  await view(page, 'Edit').click();
  await editor(page).waitFor();
  const finish = await beginWriting(page, 'replace: # T\n\ntheir first\n\ntheir second\n');
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('# T\n\nmy first\n\nmy second\n');
  finish();
  await paper(page).getByText('You and the agent changed the same lines in 2 places.').waitFor();
  // Nothing is saved while it is open what the text is to be.
  await page.keyboard.press('Control+s');
  expect(await paperOf(workId)).toBe('# T\n\ntheir first\n\ntheir second\n');
  await view(page, 'Choose one by one').click();
  const places = paper(page).getByRole('list', { name: 'Places that you and the agent changed' });
  await places.getByRole('listitem').nth(1).getByText('their second').waitFor();
  expect(await findingsInBothLooks(page, 'choices')).toEqual([]);
  await places.getByRole('button', { name: 'Keep mine here' }).first().click();
  await paper(page).getByText('changed the same lines in one place').waitFor();

  await say(page, 'write: Added later.');
  await answered(page, 2);
  await page.reload();
  await paper(page).getByText('changed the same lines in one place').waitFor();
  await view(page, 'Choose one by one').click();
  expect(await places.getByRole('listitem').count()).toBe(1);
  await places.getByRole('button', { name: 'Keep both' }).click();
  const kept = await eventually(
    () => paperOf(workId),
    (text) => text.includes('my first'),
  );
  expect(kept).toBe('# T\n\nmy first\n\ntheir second\n\nmy second\n\nAdded later.\n');
  await paper(page).getByText('Not saved yet').waitFor({ state: 'detached' });
});

test('U10, V2: keeping all of one’s own lines, or using all of the agent’s, touches only what both changed', async () => {
  for (const [button, line] of [
    ['Keep my lines', 'my line'],
    ['Use the agent’s lines', 'their line'],
  ] as const) {
    const { page, workId } = await newPage('# T\n\nline\n\nend\n');
    await paper(page).getByText('end').waitFor();
    await view(page, 'Edit').click();
    await editor(page).waitFor();
    const finish = await beginWriting(page, 'replace: # T\n\ntheir line\n\nend\n\n## Written meanwhile\n');
    await editor(page).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('# My T\n\nmy line\n\nend\n');
    finish();
    await view(page, button).click();
    const now = await eventually(
      () => paperOf(workId),
      (text) => text.includes('My T'),
    );
    expect(now).toBe(`# My T\n\n${line}\n\nend\n\n## Written meanwhile\n`);
    await page.close();
  }
});

test('V5: the section that is being written grows at its place, pale, and the sheet follows it until the person moves it', async () => {
  finishSection = Promise.withResolvers();
  const { page, workId } = await newPage();
  const sheet = page.getByRole('group', { name: 'Preview of the paper' });
  const first = sheet.getByText('Paragraph 1 of the summary.');
  const growing = sheet.getByText('Paragraph 40 of the summary.');
  const last = sheet.getByText('The last one.');
  await sheet.getByRole('heading', { name: 'Summary' }).waitFor();
  await say(page, 'a long section');
  await growing.waitFor();
  expect(await paperOf(workId)).not.toContain('Paragraph');
  await sheet.locator('.growing').getByText('Paragraph 40 of the summary.').waitFor();
  const order = await sheet
    .getByText(/^(Summary|Paragraph 1 of the summary\.|Introduction)$/)
    .allTextContents();
  expect(order).toEqual(['Summary', 'Paragraph 1 of the summary.', 'Introduction']);
  // In sight: the sheet has followed.
  await eventually(
    () => growing.boundingBox(),
    (box) => box !== null && box.y < 900,
  );
  const card = page.locator('[data-tool="update_section_content"]');
  expect(await card.getByRole('button').getAttribute('aria-expanded')).toBe('false');

  await sheet.hover();
  await page.mouse.wheel(0, -10_000);
  await first.waitFor();
  finishSection.resolve();
  await last.waitFor();
  await answered(page, 1);
  await eventually(
    () => sheet.locator('.growing').count(),
    (count) => count === 0,
  );
  expect(await sheet.getByText('The last one.').count()).toBe(1);
  expect((await first.boundingBox())?.y ?? -1).toBeGreaterThan(0);
  await system.expectSound(workId);
});

test('U10, V65: what a turn changed in the paper is shown, also after a reload; a browser that was not there says so', async () => {
  const { page, workId } = await newPage();
  await paper(page).getByRole('heading').first().waitFor();
  await say(page, 'write: A sentence that this turn added.');
  await view(page, 'Changes').click();
  const changes = page.getByRole('group', { name: 'What this turn changed' });
  await changes.locator('.cm-changedLine').getByText('A sentence that this turn added.').waitFor();
  expect(await findingsInBothLooks(page, 'changes')).toEqual([]);
  await page.reload();
  await view(page, 'Changes').click();
  await changes.locator('.cm-changedLine').getByText('A sentence that this turn added.').waitFor();

  await page.evaluate(`new Promise((resolve) => {
    const request = indexedDB.open('paperagent', 1);
    request.onsuccess = () => {
      const removal = request.result.transaction('papers', 'readwrite').objectStore('papers').delete('${workId}');
      removal.onsuccess = () => { request.result.close(); resolve(); };
    };
  })`);
  await page.reload();
  await view(page, 'Changes').click();
  await paper(page).getByText('This browser did not have the paper open').waitFor();
  await system.expectSound(workId);
});

test('V32: a code block of an answer is copied by its button', async () => {
  const { page } = await newPage();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await say(page, 'some code');
  const frame = page.locator('.code-frame');
  await frame.getByText('python', { exact: true }).waitFor();
  await frame.getByRole('button', { name: 'Copy' }).click();
  await frame.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('print(1)\nprint(2)');
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
  );
  expect(place?.y).toBeLessThan(900);
});

/** The number of the first part whose heading stands in sight of that box, as the page has it; null: none does. */
const partOnTop = (page: Page, box: string) =>
  page.evaluate(`(() => {
    const box = document.querySelector(${JSON.stringify(box)});
    const frame = box.getBoundingClientRect();
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const part = /^\\W*Part (\\d+)$/.exec(node.data)?.[1];
      if (part === undefined) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const { top } = range.getBoundingClientRect();
      if (top > frame.top - 60 && top < frame.bottom) return Number(part);
    }
    return null;
  })()`) as Promise<number | null>;
async function expectOnTop(page: Page, box: string, part: number): Promise<void> {
  const seen = await eventually(
    () => partOnTop(page, box),
    (now) => now === part,
    30_000,
  );
  expect([box, seen]).toEqual([box, part]);
}
/** Selects a heading of the sheet. */
const select = (page: Page, heading: string) =>
  page.evaluate(`(() => {
    const found = [...document.querySelectorAll('${SHEET} h2')].find((one) => one.textContent === '${heading}');
    found.scrollIntoView();
    getSelection().selectAllChildren(found);
  })()`);
const SHEET = '[aria-label="Preview of the paper"]';

test('V46: the place stays between reading and editing, text and preview scroll together, the outline is in sight, and what is selected is asked about', async () => {
  const sections = Array.from(
    { length: 30 },
    (_, at) => `## Part ${at + 1}\n\n${`Words of part ${at + 1}. `.repeat(60)}`,
  );
  const { page } = await newPage(`# Long\n\n${sections.join('\n\n')}\n`);
  await paper(page).getByRole('heading', { name: 'Part 20' }).waitFor();
  await paper(page).getByRole('button', { name: 'Outline', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Part 20' }).click();
  await expectOnTop(page, SHEET, 20);
  await view(page, 'Edit').click();
  await editor(page).waitFor();
  await expectOnTop(page, '.cm-scroller', 20);
  await view(page, 'Read').click();
  await expectOnTop(page, SHEET, 20);

  await view(page, 'Paper alone').click();
  const outline = paper(page).getByRole('navigation', { name: 'Outline' });
  await outline.locator('[aria-current="location"]').waitFor();
  await outline.getByRole('button', { name: 'Part 5', exact: true }).click();
  await expectOnTop(page, SHEET, 5);
  await outline.locator('[aria-current="location"]').getByText('Part 5', { exact: true }).waitFor();
  // What is selected leads to where the words are written, and to a question about it.
  await select(page, 'Part 5');
  await page.getByRole('button', { name: 'Edit here' }).click();
  await editor(page).waitFor();
  await expectOnTop(page, '.cm-scroller', 5);
  await page.locator('.cm-scroller').hover();
  await page.mouse.wheel(0, 3_000);
  const together = await eventually(
    async () => [await partOnTop(page, '.cm-scroller'), await partOnTop(page, SHEET)],
    ([text, sheet]) => (text ?? 0) > 6 && Math.abs((text ?? 0) - (sheet ?? 0)) <= 1,
    30_000,
  );
  expect(together[0]).toBeGreaterThan(6);
  expect(Math.abs((together[0] ?? 0) - (together[1] ?? 0))).toBeLessThanOrEqual(1);

  await view(page, 'Read').click();
  await select(page, 'Part 29');
  await page.getByRole('button', { name: 'Ask about this' }).click();
  await page.locator('#composer:focus').waitFor();
  expect(await page.locator('#composer').inputValue()).toBe(
    'About this passage of the paper, under “Part 29”:\n> Part 29\n\n',
  );
});

test('V46: words are marked by a button, a pasted picture goes into the paper, and a figure is asked about', async () => {
  const { page, workId } = await newPage('word');
  await paper(page).getByText('word', { exact: true }).waitFor();
  await view(page, 'Edit').click();
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await paper(page).getByRole('toolbar').getByRole('button', { name: 'Bold' }).click();
  await page.keyboard.press('Control+End');
  await page.evaluate(
    `(() => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(${JSON.stringify(smallPng(40, 30).toString('base64'))}), (sign) => sign.charCodeAt(0));
      data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
      document.querySelector('.cm-content').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    })()`,
  );
  const written = await eventually(
    () => paperOf(workId),
    (text) => text.includes('images/'),
  );
  expect(written).toMatch(/^\*\*word\*\*\n\n!\[\]\(images\/picture-\d{8}-\d{6}\.png\)\n$/);
  await view(page, 'Read').click();
  await paper(page).getByRole('img').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Ask about this figure' }).click();
  await page.locator('#composer:focus').waitFor();
  expect(await page.locator('#composer').inputValue()).toMatch(
    /^About the figure images\/picture-.*png:\n\n$/,
  );
});

test('V41: a person makes a script, edits it, gives it another name, and deletes it', async () => {
  const { page, workId } = await newPage();
  const files = page.getByRole('region', { name: 'Files', exact: true });
  await files.getByRole('button', { name: 'New file' }).click();
  await files.getByRole('textbox', { name: 'Path of the new file' }).fill('code/area.py');
  await files.getByRole('button', { name: 'Create' }).click();
  const preview = page.getByRole('region', { name: 'code/area.py' });
  await preview.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Text of the paper' }).pressSequentially('print(42)');
  await page.keyboard.press('Control+s');
  await preview.getByRole('button', { name: 'Done' }).click();
  await preview.getByText('print(42)').waitFor();

  await files.getByRole('button', { name: 'area.py', exact: true }).hover();
  await files.getByRole('button', { name: 'Actions for area.py' }).click();
  await page.getByRole('menuitem', { name: 'Rename or move' }).click();
  const place = files.getByRole('textbox', { name: 'New path of area.py' });
  await place.fill('paper.md');
  await place.press('Enter');
  await files.getByRole('alert').waitFor();
  await place.fill('code/round/disc.py');
  await place.press('Enter');
  await page.getByRole('region', { name: 'code/round/disc.py' }).getByText('print(42)').waitFor();
  const file = path.join(system.dataDir, 'workspaces', workId, 'code', 'round', 'disc.py');
  expect(await readFile(file, 'utf8')).toBe('print(42)');

  await files.getByRole('button', { name: 'disc.py', exact: true }).hover();
  await files.getByRole('button', { name: 'Actions for disc.py' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await files.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await files.getByRole('button', { name: 'disc.py', exact: true }).waitFor({ state: 'detached' });
  expect(await paperOf(workId)).toContain('#');
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
  );
  expect(width).toBeGreaterThan(400);
});

test('nothing that was done here made a page complain', () => {
  // A save that was refused or not let through, a name that is taken and a range of an empty file are the browser's own lines, not the page's.
  expect(visitor.complaints.filter((text) => !/status of (412|409|416)|ERR_FAILED/.test(text))).toEqual([]);
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

test('T9, T10: the paper’s versions are compared and brought back and that is undone; a message is run again with the files of then; a Work branches off', async () => {
  const { page, workId } = await newPage('# T\n\nby hand\n');
  await paper(page).getByText('by hand').waitFor();
  await say(page, 'write: By the agent.');
  await answered(page, 1);
  await view(page, 'History').click();
  const dialog = page.getByRole('dialog');
  const versions = dialog.getByRole('list', { name: 'Versions' });
  await versions.getByRole('button', { name: /Saved by you/ }).click();
  await dialog.getByRole('group', { name: 'What changed since' }).getByText('By the agent.').waitFor();
  expect(await findingsInBothLooks(page, 'history')).toEqual([]);
  await dialog.getByRole('button', { name: 'Bring this version back' }).click();
  await dialog.getByRole('status').getByText('The files are as they were then.').waitFor();
  expect(await paperOf(workId)).toBe('# T\n\nby hand\n');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await dialog.getByRole('status').waitFor({ state: 'detached' });
  expect(await paperOf(workId)).toContain('By the agent.');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Edit and run again from here' }).click();
  await page.getByText('These go back: paper.md').waitFor();
  await page.getByRole('textbox', { name: 'Your message' }).first().fill('write: Said again.');
  await page.getByRole('button', { name: 'Run again' }).click();
  const again = await eventually(
    () => paperOf(workId),
    (text) => text.includes('Said again.'),
  );
  expect(again).not.toContain('By the agent.');
  await page.getByRole('button', { name: 'Branch from here' }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/works/') && !url.pathname.endsWith(workId));
  await paper(page).getByText('Said again.').waitFor();
});
