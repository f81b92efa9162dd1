/**
 * `npm run screenshots [-- --out FOLDER] [--only WORD]`: the page's main states in three sizes, both themes and both
 * languages, as PNG files. Runs a system of its own with the demo's dialogues: the code, figures and paper are real.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createSystem } from '../bench/system.ts';
import { demoScript } from '../src/demo-model/demo-script.ts';
import type { Script } from '../src/demo-model/reply.ts';
import { startScriptedModel } from '../src/demo-model/server.ts';
import { CHECKOUT } from '../src/main/setup/checkout.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { visit } from '../test/support/page.ts';
import { en } from '../web/src/i18n/en.ts';
import { zh } from '../web/src/i18n/zh.ts';

const demo = demoScript({ msPerToken: 4 });

/** The demo, but for what it has no dialogue for: a refused key, a limit, an answer that takes its time. */
const script: Script = (request, call) => {
  const asked = request.messages.findLast((message) => message.role === 'user')?.content ?? '';
  if (asked.includes('401')) return { kind: 'http', status: 401 };
  if (asked.includes('429')) return { kind: 'http', status: 429, headers: { 'retry-after': '280' } };
  if (asked.includes('…')) return { kind: 'silence' };
  return demo(request, call);
};

const SIZES = {
  wide: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};
const LANGUAGES = { en: { locale: 'en-US', words: en }, zh: { locale: 'zh-CN', words: zh } } as const;
type Words = (typeof LANGUAGES)[keyof typeof LANGUAGES]['words'];

interface Works {
  done: string;
  empty: string;
  failed: string;
  retrying: string;
  queued: string;
}

interface Scene {
  name: string;
  /** Absent: without an account. */
  at?: (works: Works) => string;
  arrange?: (page: Page, words: Words, narrow: boolean) => Promise<unknown>;
}

/** Shows the paper, which on a narrow page is a tab. */
async function toPaper(page: Page, words: Words, narrow: boolean): Promise<void> {
  if (narrow) await page.getByRole('tab', { name: words.work.paper }).click();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const scenes: Scene[] = [
  { name: 'sign-in' },
  { name: 'list', at: () => '/', arrange: (page) => page.getByRole('listitem').first().waitFor() },
  {
    name: 'empty',
    at: ({ empty }) => `/works/${empty}`,
    arrange: (page, words) => page.getByText(words.thread.emptyTitle).waitFor(),
  },
  {
    name: 'done',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      await page.getByRole('group', { name: words.thread.agent }).first().waitFor();
      if (!narrow) await page.locator('.paper .katex').first().waitFor();
    },
  },
  {
    name: 'paper',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      await toPaper(page, words, narrow);
      await page.locator('.paper .katex').first().waitFor();
      await page.locator('.paper img[src]').first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'edit',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      await toPaper(page, words, narrow);
      await button(page, words.paper.edit).last().click();
      if (!narrow) await button(page, words.paper.expand).click();
      await page.locator('.cm-content').waitFor();
    },
  },
  {
    name: 'changes',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      await toPaper(page, words, narrow);
      await button(page, words.paper.changes).click();
      await page.locator('.cm-changedLine').first().waitFor();
    },
  },
  {
    name: 'files',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      if (narrow) await page.getByRole('tab', { name: words.work.files }).click();
      await page.getByRole('button', { name: /^monte_carlo\.py/ }).click();
      await page.locator('.shiki').first().waitFor();
    },
  },
  {
    name: 'figure',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, narrow) => {
      await toPaper(page, words, narrow);
      await page.locator('.paper img[src]').first().click();
      await page.getByRole('dialog').getByRole('img').waitFor();
    },
  },
  {
    name: 'failed',
    at: ({ failed }) => `/works/${failed}`,
    arrange: (page, words) => page.getByText(words.thread.failed).waitFor(),
  },
  {
    name: 'retrying',
    at: ({ retrying }) => `/works/${retrying}`,
    arrange: (page) => page.locator('.text-warning').first().waitFor(),
  },
  {
    name: 'queued',
    at: ({ queued }) => `/works/${queued}`,
    arrange: async (page, words) => {
      await page.getByText(words.thread.queued, { exact: true }).waitFor();
      await page.getByRole('textbox', { name: words.composer.label, exact: true }).fill('π = 3.14?');
    },
  },
  {
    name: 'menu',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words) => {
      await page.getByRole('group', { name: words.thread.agent }).first().waitFor();
      await button(page, words.work.menu).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'offline',
    at: ({ queued }) => `/works/${queued}`,
    arrange: async (page, words) => {
      await page.getByRole('group', { name: words.thread.you }).first().waitFor();
      await page.context().setOffline(true);
      await page.evaluate('globalThis.cutSockets()');
      await page.getByText(words.connection.offlineWorking).waitFor();
    },
  },
];

/** A Work in each state, of a new guest; gives the guest's browser storage too. */
async function prepare(browser: Browser, url: string, language: keyof typeof LANGUAGES) {
  const { locale, words } = LANGUAGES[language];
  const visitor = await visit(browser, url, { locale });
  const make = async () => {
    const work = await fetch(`${url}/api/works`, {
      method: 'POST',
      headers: { authorization: `Bearer ${visitor.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ language }),
    });
    return ((await work.json()) as { id: string }).id;
  };
  const talk = async (id: string, ...texts: string[]) => {
    const page = await visitor.open(`/works/${id}`);
    await page.getByText(words.thread.emptyTitle).waitFor();
    for (const text of texts) {
      await page.getByRole('textbox', { name: words.composer.label, exact: true }).fill(text);
      await page.keyboard.press('Enter');
    }
    return page;
  };
  const works: Works = {
    done: await make(),
    empty: await make(),
    failed: await make(),
    retrying: await make(),
    queued: await make(),
  };
  const written = await talk(works.done, words.samples.pi.prompt);
  await button(written, words.composer.stop).waitFor();
  await button(written, words.composer.stop).waitFor({ state: 'detached', timeout: 180_000 });
  await talk(works.failed, language === 'en' ? 'Use the key that gives 401' : '使用会返回 401 的密钥');
  await talk(
    works.retrying,
    language === 'en' ? 'Ask a provider that answers 429' : '请求一个返回 429 的服务商',
  );
  await talk(
    works.queued,
    language === 'en' ? 'Think it over…' : '请仔细考虑…',
    ...(language === 'en' ? ['Then plot the residuals as well'] : ['然后再画出残差图']),
  );
  const state = await visitor.context.storageState();
  await visitor.context.close();
  return { works, state };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(CHECKOUT, 'screenshots') },
      only: { type: 'string', default: '' },
    },
  });
  await mkdir(values.out, { recursive: true });
  const model = await startScriptedModel({ script, strict: false });
  const system = await createSystem({
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'shots',
    PAPERAGENT_MODEL: 'demo',
    LOG_LEVEL: 'warn',
  });
  const browser = await launchBrowser();
  try {
    await system.start();
    const url = system.instance().appUrl;
    for (const [language, { locale, words }] of Object.entries(LANGUAGES)) {
      const { works, state } = await prepare(browser, url, language as keyof typeof LANGUAGES);
      for (const [size, viewport] of Object.entries(SIZES)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const look: BrowserContextOptions = {
            locale,
            viewport,
            colorScheme,
            ...(size === 'phone' ? { deviceScaleFactor: 2 } : {}),
          };
          for (const scene of scenes) {
            const name = [scene.name, size, colorScheme, language].join('-');
            if (!name.includes(values.only)) continue;
            await shoot(browser, {
              url,
              look,
              scene,
              state,
              works,
              words,
              narrow: viewport.width < 1024,
              file: join(values.out, `${name}.png`),
            });
          }
        }
      }
    }
  } finally {
    await browser.close();
    await system.close();
    await model.close();
  }
}

interface Shot {
  url: string;
  look: BrowserContextOptions;
  scene: Scene;
  state: Awaited<ReturnType<typeof prepare>>['state'];
  works: Works;
  words: Words;
  narrow: boolean;
  file: string;
}

async function shoot(
  browser: Browser,
  { url, look, scene, state, works, words, narrow, file }: Shot,
): Promise<void> {
  const context = await browser.newContext({ ...look, ...(scene.at ? { storageState: state } : {}) });
  // What a lost network does to a socket, which the browser's own offline switch leaves alone.
  await context.addInitScript(`{
    const sockets = [];
    const Original = WebSocket;
    globalThis.WebSocket = class extends Original { constructor(...args) { super(...args); sockets.push(this); } };
    globalThis.cutSockets = () => sockets.forEach((socket) => socket.close());
  }`);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  try {
    await page.goto(url + (scene.at?.(works) ?? '/'));
    await page.getByRole('button').first().waitFor();
    await scene.arrange?.(page, words, narrow);
    // Fonts, figures and the last transition.
    await page.evaluate('document.fonts.ready');
    await page.waitForTimeout(400);
  } catch (error) {
    console.error(`${file} shows something else than it should:`, error);
    process.exitCode = 1;
  }
  await page.screenshot({ path: file });
  console.log(file);
  await context.close();
}

await main();
