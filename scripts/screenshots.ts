/**
 * `npm run screenshots [-- --out FOLDER] [--only WORD,WORD]`: the page's main states in three sizes, both themes and both
 * languages, as PNG files. Runs a system of its own with the demo's dialogues: the code, figures and paper are real.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { demoScript } from '../src/demo-model/demo-script.ts';
import type { Script } from '../src/demo-model/reply.ts';
import { startScriptedModel } from '../src/demo-model/server.ts';
import { CHECKOUT } from '../src/setup/checkout.ts';
import { allEn } from '../web/src/i18n/all-en.ts';
import { zh } from '../web/src/i18n/zh.ts';
import { launchBrowser } from './support/browser.ts';
import { type Network, networkOf } from './support/network.ts';
import { createSystem } from './support/own-system.ts';
import { visit } from './support/page.ts';

const demo = demoScript({ msPerToken: 4 });
/** Writes one paper for longer than all pictures take. */
const slowDemo = demoScript({ msPerToken: 1_500 });

/** The demo, but for what it has no dialogue for: a refused key, a limit, an answer or a paper that takes its time. */
const script: Script = (request, call) => {
  const asked = request.messages.findLast((message) => message.role === 'user')?.content ?? '';
  if (asked.includes('401')) return { kind: 'http', status: 401 };
  if (asked.includes('429')) return { kind: 'http', status: 429, headers: { 'retry-after': '280' } };
  if (asked.includes('…')) return { kind: 'silence' };
  const worked = request.messages.some(
    (message) =>
      message.role === 'assistant' && message.tool_calls?.some((made) => made.function.name === 'code_agent'),
  );
  return (/slowly|慢慢/.test(asked) && worked ? slowDemo : demo)(request, call);
};

const SIZES = {
  wide: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};
const LANGUAGES = {
  en: { locale: 'en-US', words: allEn },
  zh: { locale: 'zh-CN', words: zh },
} as const;
type Words = (typeof LANGUAGES)[keyof typeof LANGUAGES]['words'];

/** The sources to look it up in are not asked: that is for the operator to allow. */
const REFERENCES = `@article{metropolis, author={Metropolis, Nicholas and Ulam, Stanislaw}, title={The Monte Carlo Method},
  journal={Journal of the American Statistical Association}, volume={44}, pages={335--341}, year={1949}, doi={10.1080/01621459.1949.10483310}}
@book{knuth, author={Knuth, Donald E.}, title={Seminumerical Algorithms}, publisher={Addison-Wesley}, year={1969}}
`;

/** A model of the person's own, for the page about models. No Work in the pictures asks it anything. */
const CODE_MODEL = {
  role: 'code',
  baseUrl: 'https://api.openai.com/v1',
  apiKey: 'shots',
  model: 'gpt-5-codex',
  inputPrice: 1.25,
  outputPrice: 10,
};

interface Works {
  done: string;
  asking: string;
  running: string;
  empty: string;
  failed: string;
  retrying: string;
  queued: string;
}

interface Stage {
  narrow: boolean;
  network: Network;
}

interface Scene {
  name: string;
  /** Absent: without an account. */
  at?: (works: Works) => string;
  arrange?: (page: Page, words: Words, stage: Stage) => Promise<unknown>;
}

/** Shows the paper, which on a narrow page is a tab. */
async function toPaper(page: Page, words: Words, { narrow }: Stage): Promise<void> {
  if (narrow) await page.getByRole('tab', { name: words.work.paper }).click();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const scenes: Scene[] = [
  { name: 'sign-in' },
  { name: 'list', at: () => '/', arrange: (page) => page.getByRole('listitem').first().waitFor() },
  {
    name: 'models',
    at: () => '/models',
    arrange: async (page, words) => {
      await page.getByText(CODE_MODEL.model).first().waitFor();
      await page.getByRole('button', { name: words.models.role.main }).click();
      await page
        .getByRole('textbox', { name: words.models.form.baseUrl })
        .fill('https://openrouter.ai/api/v1');
    },
  },
  {
    name: 'templates',
    at: () => '/templates',
    arrange: async (page, words) => {
      await page.getByRole('navigation', { name: words.pages.templates }).getByRole('button').first().click();
      await button(page, words.templates.start).waitFor();
    },
  },
  {
    name: 'account',
    at: () => '/account',
    arrange: (page, words) => page.getByRole('heading', { name: words.pages.account, exact: true }).waitFor(),
  },
  {
    name: 'asking',
    at: ({ asking }) => `/works/${asking}`,
    arrange: (page, words) => page.getByRole('region', { name: words.ask.label }).waitFor(),
  },
  {
    name: 'running',
    at: ({ running }) => `/works/${running}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await button(page, words.paper.updating).waitFor();
      await page.locator('.paper .growing').first().waitFor();
    },
  },
  {
    name: 'references',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await button(page, words.paper.references).click();
      await page
        .getByRole('complementary', { name: words.paper.references })
        .getByRole('listitem')
        .first()
        .waitFor();
    },
  },
  {
    name: 'empty',
    at: ({ empty }) => `/works/${empty}`,
    arrange: (page, words) => page.getByText(words.thread.emptyTitle).waitFor(),
  },
  {
    name: 'done',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, { narrow }) => {
      await page.getByRole('group', { name: words.thread.agent }).first().waitFor();
      if (!narrow) await page.locator('.paper .katex').first().waitFor();
    },
  },
  {
    name: 'paper',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await page.locator('.paper .katex').first().waitFor();
      await page.locator('.paper img[src]').first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'alone',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      if (!stage.narrow) await button(page, words.paper.expand).click();
      await page.locator('.paper .katex').first().waitFor();
      // A passage is selected, which can be asked about.
      await page.locator('.paper p').nth(1).click({ clickCount: 3 });
      await button(page, words.paper.ask).waitFor();
    },
  },
  {
    name: 'palette',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words) => {
      await button(page, words.shell.palette).click();
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'edit',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await button(page, words.paper.edit).last().click();
      if (!stage.narrow) await button(page, words.paper.expand).click();
      await page.locator('.cm-content').waitFor();
    },
  },
  {
    name: 'changes',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await button(page, words.paper.changes).click();
      await page.locator('.cm-changedLine').first().waitFor();
    },
  },
  {
    name: 'files',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, { narrow }) => {
      if (narrow) await page.getByRole('tab', { name: words.work.files }).click();
      await page.getByRole('button', { name: /^monte_carlo\.py/ }).click();
      await page.locator('.shiki').first().waitFor();
    },
  },
  {
    name: 'history',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
      await button(page, words.paper.history).click();
      await page
        .getByRole('list', { name: words.history.versions })
        .getByRole('button', { name: words.history.reason.turn })
        .first()
        .click();
      await page.locator('.cm-changedLine').first().waitFor();
    },
  },
  {
    name: 'export',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words) => {
      await button(page, words.work.export).click();
      await page.getByRole('radio').first().waitFor();
    },
  },
  {
    name: 'plan',
    at: ({ running }) => `/works/${running}`,
    arrange: async (page, words) => {
      await page
        .getByRole('region', { name: words.plan.label })
        .getByRole('button', { name: words.plan.label })
        .click();
      await page.getByRole('listitem').first().waitFor();
    },
  },
  {
    name: 'figure',
    at: ({ done }) => `/works/${done}`,
    arrange: async (page, words, stage) => {
      await toPaper(page, words, stage);
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
    arrange: (page, words) => page.getByText(words.retryReason.model_rate_limited).first().waitFor(),
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
    arrange: async (page, words, { network }) => {
      await page.getByRole('group', { name: words.thread.you }).first().waitFor();
      await network.cut();
      await page.getByText(words.connection.offlineWorking).waitFor();
    },
  },
];

/** A Work in each state, of a new account: guests connect no models. Gives its browser's storage too. */
async function prepare(browser: Browser, url: string, language: keyof typeof LANGUAGES) {
  const { locale, words } = LANGUAGES[language];
  const account = { email: `${language}@example.org`, password: 'a picture of each state' };
  const visitor = await visit(browser, url, { locale }, account);
  const request = async (method: string, what: string, body?: object | string) => {
    const answer = await fetch(`${url}/api/${what}`, {
      method,
      headers: { authorization: `Bearer ${visitor.token}`, 'content-type': 'application/json' },
      ...(body ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${what}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const make = async (what = 'works', body: object = { language }) => {
    const made = await request('POST', what, body);
    return ((await made.json()) as { id: string }).id;
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
    asking: await make(),
    running: await make(),
    empty: await make(),
    failed: await make(),
    retrying: await retryingWork(),
    queued: await make(),
  };
  const written = await talk(works.done, words.samples.pi.prompt);
  await button(written, words.composer.stop).waitFor();
  await button(written, words.composer.stop).waitFor({ state: 'detached', timeout: 180_000 });
  await request('PUT', `works/${works.done}/files/references.bib`, REFERENCES);
  await talk(works.asking, words.samples.asked.prompt);
  const running = await talk(
    works.running,
    `${words.samples.pi.prompt} ${language === 'en' ? 'Write slowly.' : '请慢慢写。'}`,
  );
  await talk(works.failed, language === 'en' ? 'Use the key that gives 401' : '使用会返回 401 的密钥');
  await talk(
    works.queued,
    language === 'en' ? 'Think it over…' : '请仔细考虑…',
    ...(language === 'en' ? ['Then plot the residuals as well'] : ['然后再画出残差图']),
  );
  // The model of the person's own, which answers nobody, would be asked by a code agent that is still at work.
  await running.locator('[data-tool="code_agent"][data-state="ok"]').waitFor({ timeout: 180_000 });
  await running.locator('.paper .growing').first().waitFor({ timeout: 180_000 });
  await make('models', CODE_MODEL);
  const state = await visitor.context.storageState();
  return {
    works,
    state,
    /** The model is given up in time, sooner than all pictures are taken: another Work takes the place of this one. */
    async retryAnew() {
      await request('DELETE', `works/${works.retrying}`);
      works.retrying = await retryingWork();
    },
    close: () => visitor.context.close(),
  };

  async function retryingWork(): Promise<string> {
    const id = await make();
    await talk(id, language === 'en' ? 'Ask a provider that answers 429' : '请求一个返回 429 的服务商');
    return id;
  }
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
      const { works, state, retryAnew, close } = await prepare(
        browser,
        url,
        language as keyof typeof LANGUAGES,
      );
      for (const [size, viewport] of Object.entries(SIZES)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await retryAnew();
          const look: BrowserContextOptions = {
            locale,
            viewport,
            colorScheme,
            ...(size === 'phone' ? { deviceScaleFactor: 2 } : {}),
          };
          for (const scene of scenes) {
            const name = [scene.name, size, colorScheme, language].join('-');
            if (!values.only.split(',').some((word) => name.includes(word))) continue;
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
      await close();
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
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const network = await networkOf(page);
  try {
    await page.goto(url + (scene.at?.(works) ?? '/'));
    await page.getByRole('button').first().waitFor();
    await scene.arrange?.(page, words, { narrow, network });
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
