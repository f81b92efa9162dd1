import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

/** `count` streams for many seconds; `compute` has the code agent run code that does; all else is said back. */
const script: Script = (request) => {
  const asked = lastWords(request.messages);
  if (asked.startsWith('count'))
    return textReply('one two three four five six seven '.repeat(60), { paceMs: 60 });
  if (asked === 'compute') return toolReply([{ name: 'code_agent', arguments: { task: 'Wait for long.' } }]);
  if (asked === 'Wait for long.') {
    return toolReply([
      { name: 'run_python', arguments: { code: 'import time\nprint("begun", flush=True)\ntime.sleep(60)' } },
    ]);
  }
  return textReply(`Heard: ${asked.split('\n')[0]}`);
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

async function newPage(by = visitor): Promise<{ page: Page; workId: string }> {
  const workId = await system.newWork(by);
  return { workId, page: await by.open(`/works/${workId}`) };
}

const answers = (page: Page) => page.getByRole('group', { name: 'PaperAgent' });
const mine = (page: Page) => page.getByRole('group', { name: 'You' });
const stop = (page: Page) =>
  page.getByRole('region', { name: 'Conversation' }).getByRole('button', { name: 'Stop', exact: true });
const message = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

async function attach(page: Page, name: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); data.items.add(new File(['a,b\\n1,2\\n'], ${JSON.stringify(name)})); return data; })()`,
  );
  const box = page.getByRole('region', { name: 'Conversation' }).locator('> div').first();
  for (const type of ['dragenter', 'drop']) await box.dispatchEvent(type, { dataTransfer: transfer });
}

/** Holds uploads until they are let go, or refused. */
async function holdUploads(page: Page): Promise<(what: 'go' | 'refuse') => Promise<void>> {
  const held: Route[] = [];
  let waiting: (() => void) | null = null;
  await page.route(/\/files$/, async (route) => {
    if (route.request().method() !== 'POST') return await route.continue();
    held.push(route);
    waiting?.();
  });
  return async (what) => {
    if (held.length === 0) await new Promise<void>((resolve) => (waiting = resolve));
    for (const route of held.splice(0)) await (what === 'go' ? route.continue() : route.abort());
  };
}

test('V12: a stop starts nothing: what was queued is held back, through a reload, until the person sends or discards it', async () => {
  const { page, workId } = await newPage();
  await say(page, 'count');
  await stop(page).waitFor();
  await say(page, 'first in the queue');
  await say(page, 'second in the queue');
  await message(page).fill('steer it');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Will steer this turn').or(mine(page).getByText('Queued')).first().waitFor();
  await mine(page).getByText('Queued').nth(1).waitFor();
  await stop(page).click();
  await page.getByText('Stopped', { exact: true }).first().waitFor();
  const held = mine(page).filter({ hasText: 'Held back by your stop' });
  await held.filter({ hasText: 'second in the queue' }).waitFor();
  await stop(page).waitFor({ state: 'detached' });
  const { items } = (await (
    await system.request(visitor, 'GET', `/api/works/${workId}/messages`)
  ).json()) as {
    items: { role: string; status: string }[];
  };
  expect(items.filter(({ status }) => status === 'queued' || status === 'running')).toEqual([]);

  await page.reload();
  await held.filter({ hasText: 'first in the queue' }).getByRole('button', { name: 'Send now' }).click();
  await answers(page).getByText('Heard: first in the queue').waitFor();
  await held.filter({ hasText: 'second in the queue' }).getByRole('button', { name: 'Discard' }).click();
  await held.filter({ hasText: 'second in the queue' }).waitFor({ state: 'detached' });
  await page.reload();
  await answers(page).getByText('Heard: first in the queue').waitFor();
  expect(await mine(page).filter({ hasText: 'second in the queue' }).count()).toBe(0);
  expect(await answers(page).getByText('Heard: first in the queue').count()).toBe(1);
  await system.expectSound(workId);
});

testWith('browser', 'bubblewrap')(
  'V12: what the person stopped is grey and says for how long it had run; nothing of it is red',
  async () => {
    const { page } = await newPage();
    await say(page, 'compute');
    await page.getByText('begun').waitFor();
    await stop(page).click();
    const agent = page.locator('[data-tool="code_agent"]');
    for (const look of ['live', 'after a reload']) {
      await page.locator('[data-tool="code_agent"][data-state="stopped"]').waitFor();
      expect([look, await agent.locator('.text-error').count()]).toEqual([look, 0]);
      expect([look, await agent.locator('> button').textContent()]).toEqual([
        look,
        expect.stringMatching(/Stopped after (?!0 s)[\d.]+ m?s/),
      ]);
      await page.reload();
    }
  },
);

test('V6: a message waits for its files, and goes with them', async () => {
  const { page, workId } = await newPage();
  const let_ = await holdUploads(page);
  await attach(page, 'data.csv');
  await say(page, 'use the data');
  await mine(page).getByText('Sent once data.csv is uploaded').waitFor();
  expect(await message(page).inputValue()).toBe('');
  await let_('go');
  await answers(page).getByText('Heard: use the data').waitFor();
  await mine(page).getByRole('button', { name: 'data.csv' }).waitFor();
  await page.getByText('Sent once data.csv').waitFor({ state: 'detached' });
  // Nothing is left over for the next message.
  expect(await page.locator('form').getByText('data.csv').count()).toBe(0);
  await system.expectSound(workId);
});

test('V6: a reload in between sends both all the same', async () => {
  const { page } = await newPage();
  await holdUploads(page);
  await attach(page, 'data.csv');
  await say(page, 'use the data');
  await mine(page).getByText('Sent once data.csv is uploaded').waitFor();
  await page.waitForFunction(`new Promise((resolve) => {
    const request = indexedDB.open('paperagent', 1);
    request.onsuccess = () => {
      const all = request.result.transaction('uploads').objectStore('uploads').count();
      all.onsuccess = () => { request.result.close(); resolve(all.result === 1); };
    };
  })`);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await answers(page).getByText('Heard: use the data').waitFor();
  await mine(page).getByRole('button', { name: 'data.csv' }).waitFor();
});

test('V6: where a file cannot be uploaded the message is kept and says so, and goes without it when asked', async () => {
  const { page } = await newPage();
  const let_ = await holdUploads(page);
  await attach(page, 'data.csv');
  await say(page, 'use the data');
  await let_('refuse');
  await mine(page).getByRole('alert').getByText('Not sent: data.csv could not be uploaded.').waitFor();
  await mine(page).getByRole('button', { name: 'Send without it' }).click();
  await answers(page).getByText('Heard: use the data').waitFor();
  expect(await mine(page).getByRole('button', { name: 'data.csv' }).count()).toBe(0);
});

test('a full browser’s store loses nothing that is typed: the message is sent, the draft stays, and the page says what is not kept', async () => {
  const own = await visit(browser, system.url);
  const { page } = await newPage(own);
  await page.getByText('What shall we work out?').waitFor();
  await page.evaluate(`(() => {
    for (let size = 1 << 22; size >= 1; size >>= 1) {
      for (;;) { try { localStorage.setItem('filler', (localStorage.getItem('filler') ?? '') + 'x'.repeat(size)); } catch { break; } }
    }
  })()`);
  await message(page).fill('typed into a full store');
  await page.getByText('This browser’s storage is full or switched off').waitFor();
  await page.keyboard.press('Enter');
  await answers(page).getByText('Heard: typed into a full store').waitFor();
  const paper = page.getByRole('region', { name: 'Paper', exact: true });
  await paper.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Text of the paper' }).click();
  await page.keyboard.type('By hand. ');
  await page.keyboard.press('Control+s');
  await paper.getByText('Not saved').waitFor({ state: 'detached' });
  expect(own.complaints).toEqual([]);
  await own.context.close();
});

test('with the browser’s store forbidden altogether one signs in, works and is answered', async () => {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
  await context.addInitScript(`
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError'); } });
  `);
  const page = await context.newPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.goto(system.url);
  await page.getByRole('button', { name: 'Try it' }).click();
  await say(page, 'hello');
  await answers(page).getByText('Heard: hello').waitFor();
  expect(thrown).toEqual([]);
  await context.close();
});

test('V66: the keyboard alone: / leads to the message, ↑ takes the last one up again, Escape stops the turn', async () => {
  const { page } = await newPage();
  await say(page, 'one');
  await answers(page).getByText('Heard: one').waitFor();
  await stop(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Outline', exact: true }).focus();
  await page.keyboard.press('/');
  await page.locator('#composer:focus').waitFor();
  expect(await message(page).inputValue()).toBe('');
  await page.keyboard.press('ArrowUp');
  const edited = page.getByRole('textbox', { name: 'Your message' });
  await edited.waitFor();
  expect(await edited.inputValue()).toBe('one');
  await page.keyboard.press('Escape');
  await page.locator('#composer:focus').waitFor();
  await page.keyboard.type('a / is written');
  expect(await message(page).inputValue()).toBe('a / is written');
  await message(page).fill('count');
  await page.keyboard.press('Enter');
  await stop(page).waitFor();
  await page.keyboard.press('Escape');
  await answers(page).getByText('Stopped').waitFor();
});

test('V61: a part of the page that cannot be loaded says so, keeps the rest, and comes when the network is back', async () => {
  const { page } = await newPage();
  await message(page).fill('half a thought');
  await page.route(/paper-editor/, (route) => route.abort());
  const paper = page.getByRole('region', { name: 'Paper', exact: true });
  await paper.getByRole('button', { name: 'Edit', exact: true }).click();
  await paper.getByRole('alert').getByText('This part of the page could not be loaded').waitFor();
  expect(await message(page).inputValue()).toBe('half a thought');
  await page.unrouteAll();
  await paper.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('textbox', { name: 'Text of the paper' }).waitFor();
});

/** The server has a newer page from now on: the parts of the open one are gone, until the page is opened anew. */
async function deploy(page: Page): Promise<void> {
  let isOld = true;
  await page.route('**/*', async (route) => {
    if (route.request().isNavigationRequest()) isOld = false;
    if (isOld && route.request().url().includes('/assets/')) await route.fulfill({ status: 404 });
    else await route.continue();
  });
}

test('V61: a deploy under an open page: what is not there any more reloads the page or offers to, and what was typed is kept', async () => {
  const { page, workId } = await newPage();
  await message(page).fill('half a thought');
  await deploy(page);
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('alert').getByText('This part of the page could not be loaded').waitFor();
  await Promise.all([
    page.waitForEvent('domcontentloaded'),
    page.getByRole('button', { name: 'Reload the page' }).click(),
  ]);
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByRole('menuitem', { name: 'Budget…' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await message(page).inputValue()).toBe('half a thought');

  await message(page).fill('nearly a whole thought');
  await page.unrouteAll();
  await deploy(page);
  await page.getByRole('link', { name: 'PaperAgent: All projects' }).click();
  await page.locator(`a[href="/works/${workId}"]`).click();
  await message(page).waitFor();
  expect(await message(page).inputValue()).toBe('nearly a whole thought');
});

test('V4: a guest becomes an account from the page and keeps everything; signing out as a guest asks first', async () => {
  const own = await visit(browser, system.url);
  const { page, workId } = await newPage(own);
  await say(page, 'remember me');
  await answers(page).getByText('Heard: remember me').waitFor();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await answers(page).getByText('Heard: remember me').waitFor();
  await page.goto(system.url);
  await page.getByText('You are a guest').waitFor();
  await page.getByRole('link', { name: 'Create an account and keep your projects' }).click();
  await page.getByText('Everything that you made as a guest').waitFor();
  await page.getByRole('textbox', { name: 'Email' }).fill(`${workId}@example.org`);
  await page.getByRole('textbox', { name: 'Password' }).fill('long enough it is');
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Your projects' }).waitFor();
  await page.locator(`a[href="/works/${workId}"]`).click();
  await answers(page).getByText('Heard: remember me').waitFor();
  await page.goto(system.url);
  await page.locator(`a[href="/works/${workId}"]`).waitFor();
  expect(await page.getByText('You are a guest').count()).toBe(0);
  await own.context.close();
});

test('V13, V14, V15: where one signs in, what comes out of it is in sight, the language is one click away, and a form forgets what was wrong with another', async () => {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(system.url);
  await page.getByRole('img', { name: /^The first page of a paper/ }).waitFor();
  await page.getByRole('textbox', { name: 'Email' }).fill('nobody@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the one');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Email or password is wrong.').waitFor();
  await page.getByRole('button', { name: 'No account yet? Create one' }).click();
  await page.getByText('Email or password is wrong.').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '立即试用' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await context.close();
});

test('V63: the address says which file is open: a reload shows it again, and back closes it', async () => {
  const { page, workId } = await newPage();
  await fetch(`${system.url}/api/works/${workId}/files/notes.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: 'What stands in it.',
  });
  await page.reload();
  await page.getByRole('button', { name: /^notes\.md/ }).click();
  const preview = page.getByRole('region', { name: 'notes.md' });
  await preview.getByText('What stands in it.').waitFor();
  await page.reload();
  await preview.getByText('What stands in it.').waitFor();
  await page.goBack();
  await preview.waitFor({ state: 'detached' });
  await message(page).waitFor();
});

test('V66: what divides the panes is named by them', async () => {
  const { page } = await newPage();
  for (const name of ['Divider between Conversation and Files', 'Divider between Files and Paper'])
    await page.getByRole('separator', { name }).waitFor({ state: 'attached' });
});

test('V20, V45: one opens a project and writes; the tree gives its room to the paper, over a reload too', async () => {
  const { page } = await newPage();
  await message(page).waitFor();
  await page.keyboard.type('straight away');
  expect(await message(page).inputValue()).toBe('straight away');
  const files = page.getByRole('region', { name: 'Files', exact: true });
  await page.getByRole('button', { name: 'Hide files' }).click();
  await files.waitFor({ state: 'detached' });
  await page.reload();
  await page
    .getByRole('separator', { name: 'Divider between Conversation and Paper' })
    .waitFor({ state: 'attached' });
  expect(await files.count()).toBe(0);
  await page.getByRole('button', { name: 'Show files' }).click();
  await files.waitFor();
});

test('V64: two tabs of one project have each their own draft, over a reload too', async () => {
  const { page, workId } = await newPage();
  const other = await visitor.open(`/works/${workId}`);
  await message(page).fill('of the first');
  await message(other).fill('of the second');
  await page.reload();
  await message(page).waitFor();
  expect([await message(page).inputValue(), await message(other).inputValue()]).toEqual([
    'of the first',
    'of the second',
  ]);
  await say(other, 'of the second');
  await answers(page).getByText('Heard: of the second').waitFor();
  await page.reload();
  await answers(page).getByText('Heard: of the second').waitFor();
  expect(await message(page).inputValue()).toBe('of the first');
});
