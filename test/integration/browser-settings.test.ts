import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../scripts/support/browser.ts';
import { say, visit } from '../../scripts/support/page.ts';
import { writeLearned } from '../../src/db/learned-facts.ts';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo-model/server.ts';
import { packStored } from '../../src/documents/zip.ts';
import type { Model } from '../../src/protocol/models.ts';
import { seriousFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { CLIENT, startProvider, type TestProvider } from '../support/identity-provider.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { type ScriptedToolServer, startScriptedToolServer } from '../support/tool-server.ts';

const test = testWith('browser');

let system: TestSystem;
let browser: Browser;
let own: ScriptedModel;
let toolServer: ScriptedToolServer;
let provider: TestProvider;
/** Where the provider sends people back to: the system's own port is not known before it runs. */
let front: Server;

const TOOLS = [
  { name: 'make', inputSchema: { type: 'object' } },
  { name: 'large', inputSchema: { type: 'object', description: 'x'.repeat(10_000) } },
];

const ownScript = () =>
  textReply('Here speaks the model of one’s own.', { usage: { input: 1_000, output: 100 } });

beforeAll(async () => {
  own = await startScriptedModel({ script: ownScript });
  toolServer = await startScriptedToolServer();
  toolServer.offer(TOOLS);
  front = createServer((request, response) => {
    response.writeHead(302, { location: `${system.url}${request.url}` }).end();
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const PUBLIC_URL = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  provider = await startProvider(
    { ada: { email: 'ada@example.org', email_verified: true, name: 'Ada' } },
    `${PUBLIC_URL}/sign-in`,
  );
  [system, browser] = await Promise.all([
    startTestSystem({
      script: demoScript({ msPerToken: 1 }),
      env: {
        PAPERAGENT_MODEL: 'demo',
        MODEL_ALLOWED_HOSTS: `127.0.0.1:${own.port}`,
        MCP_ALLOWED_HOSTS: `127.0.0.1:${toolServer.port}`,
        ...{ PUBLIC_URL, OIDC_ISSUER: provider.issuer, OIDC_NAME: 'Example' },
        ...{ OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
      },
    }),
    launchBrowser(),
  ]);
  await system.startWorker();
});

afterAll(async () => {
  await browser.close();
  await system.close();
  await own.close();
  await toolServer.close();
  await provider.close();
  front.close();
});

test('U12, F13, V7: a person sets up a model, is told what is wrong, and once it answers the demo is over', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/');
  await page.getByText('Demo model:').waitFor();
  await page.getByRole('link', { name: 'Add a model' }).click();
  await page.getByRole('button', { name: 'Add a model: Main agent' }).click();

  // First with a port that the operator does not allow.
  await page.getByLabel('Base URL').fill(`http://127.0.0.1:${own.port + 1}/v1`);
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('my-model');
  await page.getByLabel('API key').fill('sk-typed-in');
  await page.getByText('More settings').click();
  await page.getByLabel('Input price', { exact: true }).fill('2');
  await page.getByLabel('Output price').fill('8');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/is not on the public internet/).waitFor();
  // It is kept, and takes nobody's place unasked.
  await page.getByRole('button', { name: 'Use my-model' }).getByText('Use anyway').waitFor();
  await page.getByText('Demo model:').waitFor();

  await page.getByRole('button', { name: 'Edit my-model' }).click();
  expect(await page.getByLabel('API key').inputValue()).toBe('');
  await page.getByLabel('Base URL').fill(own.url);
  await page.getByText('enter its key').waitFor();
  await page.getByLabel('API key').fill('sk-typed-in');
  own.setScript(demoScript({ msPerToken: 0 }));
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/It answers \(first word after/).waitFor();
  own.setScript(ownScript);
  await page.getByText('Demo model:').waitFor({ state: 'detached' });
  expect(own.requests.at(-1)?.headers.authorization).toBe('Bearer sk-typed-in');
  expect(await page.content()).not.toContain('sk-typed-in');
  expect(await seriousFindings(page)).toEqual([]);

  await page.getByRole('link', { name: /All projects/ }).click();
  await page.getByRole('button', { name: 'New project' }).click();
  await say(page, 'hello');
  await page.getByText('Here speaks the model of one’s own.').waitFor();

  const models = await visitor.open('/models');
  await models.getByRole('button', { name: 'Delete my-model' }).click();
  await models.getByRole('button', { name: 'Delete', exact: true }).click();
  await models.getByText('Demo model:').waitFor();
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('M7: the form says what is found out of a model and where from, and nothing of it is set until a person sets it', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/models');
  await page.getByRole('button', { name: 'Add a model: Main agent' }).click();
  await page.getByLabel('Base URL').fill(own.url);
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('gpt-4.1');
  await page.getByText('More settings').click();
  await page.getByText('Its server says so').waitFor();
  const window = page.getByLabel('Context window');
  const most = page.getByLabel('Most tokens of an answer');
  expect([await window.inputValue(), await window.getAttribute('placeholder')]).toEqual(['', '128000']);
  await page.getByText(/From our table of \d{4}-/).waitFor();
  expect([await most.inputValue(), await most.getAttribute('placeholder')]).toEqual(['', '32768']);
  await most.fill('4000');
  await page.getByText('Set by you').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  const made = page.waitForResponse(
    (response) => response.request().method() === 'POST' && /models$/.test(response.url()),
  );
  await page.getByRole('button', { name: 'Save and test' }).click();
  expect(await (await made).json()).toMatchObject({
    contextWindow: null,
    maxOutput: 4_000,
    inputPrice: null,
  });
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('M19: what was learned of a model stands under it with date and words, until it is forgotten', async () => {
  const visitor = await visit(browser, system.url, { locale: 'zh-CN' });
  const made = await system.request(visitor, 'POST', '/api/models', {
    ...{ role: 'main', baseUrl: own.url, model: 'refuses-much' },
  });
  const { id, baseUrl, model } = (await made.json()) as Model;
  const words = 'reasoning_content must be passed back';
  const change = { reasoningBack: 'reasoning_content', reasoningWhen: 'calls' };
  await writeLearned(system.db, { id, baseUrl, model }, [
    { change, words },
    { change: { auth: 'api-key' }, words: 'missing subscription key' },
  ]);
  await writeLearned(system.db, { baseUrl: system.model.url, model: 'demo' }, [
    { change: { temperature: false }, words: 'no temperature here' },
  ]);
  const page = await visitor.open('/models');
  const facts = page.getByRole('region', { name: /refuses-much/ });
  await facts.getByText('其推理内容会发回。').waitFor();
  await facts.getByText('密钥放在 api-key 请求头中。').waitFor();
  await facts.getByText(words).waitFor();
  expect(await facts.getByRole('time').first().getAttribute('datetime')).toMatch(/^\d{4}-/);
  expect(await facts.getByRole('listitem').count()).toBe(2);
  const ofServer = page.getByRole('region', { name: /服务器自带的模型/ });
  await ofServer.getByText('no temperature here').waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  await facts.getByRole('button', { name: '忘记关于 refuses-much 得知的内容' }).click();
  await facts.waitFor({ state: 'detached' });
  await ofServer.getByRole('button', { name: /忘记/ }).click();
  await ofServer.waitFor({ state: 'detached' });
  const left = await system.db.selectFrom('learned_facts').select('field').execute();
  expect(left).toEqual([]);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('M19: a person says how their model is asked, and of a header that is stored only the name comes back', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/models');
  await page.getByRole('button', { name: 'Add a model: Main agent' }).click();
  await page.getByLabel('Base URL').fill(own.url);
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('behind-a-gateway');
  await page.getByLabel('API key').fill('sk-typed-in');
  await page.getByText('More settings').click();
  await page.getByLabel('Header of the key').selectOption('api-key');
  await page.getByLabel('Field for the longest answer').selectOption('max_tokens');
  await page.getByRole('button', { name: 'Add a header' }).click();
  await page.getByLabel('Name of a header').fill('Host');
  await page.getByLabel('Value of Host').fill('gateway-secret');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/Host is a header that PaperAgent sets itself/).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  own.setScript(demoScript({ msPerToken: 0 }));
  await page.getByLabel('Name of a header').fill('X-Gateway');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText(/It answers/).waitFor();
  expect(own.requests.at(-1)?.headers).toMatchObject({
    'api-key': 'sk-typed-in',
    'x-gateway': 'gateway-secret',
  });

  await page.getByRole('button', { name: 'Edit behind-a-gateway' }).click();
  await page.getByText('More settings').click();
  expect(await page.getByLabel('Name of a header').inputValue()).toBe('X-Gateway');
  expect(await page.getByLabel('Value of X-Gateway').inputValue()).toBe('');
  expect(await page.getByLabel('Header of the key').inputValue()).toBe('api-key');
  await page.getByLabel('Header of the key').selectOption('');
  await page.getByRole('button', { name: 'Save and test' }).click();
  const sent = await eventually(
    () => own.requests.at(-1)?.headers,
    (headers) => headers?.authorization === 'Bearer sk-typed-in' && headers['x-gateway'] === 'gateway-secret',
  );
  expect(sent).toMatchObject({ authorization: 'Bearer sk-typed-in', 'x-gateway': 'gateway-secret' });
  expect(await page.content()).not.toContain('gateway-secret');
  await page.getByRole('button', { name: 'Edit behind-a-gateway' }).click();
  await page.getByText('More settings').click();
  await page.getByRole('button', { name: 'Remove X-Gateway' }).click();
  await page.getByRole('button', { name: 'Save and test' }).click();
  const without = await eventually(
    () => own.requests.at(-1)?.headers,
    (headers) => headers?.['x-gateway'] === undefined,
  );
  expect(without).not.toHaveProperty('x-gateway');
  own.setScript(ownScript);
  expect(visitor.complaints.filter((line) => !line.includes('400'))).toEqual([]);
  await visitor.context.close();
});

test('U12, F13: a guest who may name no models reads what an account would give, with the way to one', async () => {
  const { url } = await system.startApi(undefined, { GUEST_MODELS: 'off' });
  const visitor = await visit(browser, url);
  const page = await visitor.open('/models');
  await page.getByText('Guests use the server’s model').waitFor();
  expect(await page.getByRole('button', { name: /Add a model/ }).count()).toBe(0);
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('link', { name: 'Create an account and keep your projects' }).click();
  await page.getByLabel('Email').fill(`${randomUUID()}@example.com`);
  await page.getByRole('textbox', { name: 'Password' }).fill('a long password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'Add a model: Main agent' }).waitFor();
  expect(await page.getByText('Guests use the server’s model').count()).toBe(0);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('U12, F13, V50: a Work says which model answers, chooses its own model, which answers from then on, and goes back to the default', async () => {
  const visitor = await visit(browser, system.url);
  for (const [model, isDefault] of [
    ['usual-model', true],
    ['other-model', false],
  ] as const) {
    const made = await fetch(`${system.url}/api/models`, {
      method: 'POST',
      headers: { authorization: `Bearer ${visitor.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'main', baseUrl: own.url, model, isDefault }),
    });
    expect(made.status).toBe(201);
  }
  const page = await visitor.open(`/works/${await system.newWork(visitor)}`);
  const answers = page.getByText('Here speaks the model of one’s own.');
  const choose = async (name: string) => {
    await page.getByRole('button', { name: /^Model: / }).click();
    const changed = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('menuitemcheckbox', { name, exact: true }).click();
    expect((await changed).status()).toBe(200);
  };

  await page.getByRole('button', { name: 'Model: usual-model' }).waitFor();
  await choose('other-model');
  await page.getByRole('button', { name: 'Model: other-model' }).waitFor();
  await say(page, 'hello');
  await answers.waitFor();
  expect(own.requests.at(-1)?.body.model).toBe('other-model');
  await page.getByRole('button', { name: 'This project' }).click();
  await page.getByText('So far: 1,000 tokens in · 100 out · price unknown').waitFor();
  await page.keyboard.press('Escape');

  await choose('Default (usual-model)');
  await page.getByRole('button', { name: 'Model: usual-model' }).waitFor();
  await say(page, 'and now?');
  await answers.nth(1).waitFor();
  expect(own.requests.at(-1)?.body.model).toBe('usual-model');
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('V19: a project says which template its paper began with; an empty one takes another, and what is being typed goes along', async () => {
  const visitor = await visit(browser, system.url);
  const workId = await system.newWork(visitor);
  const page = await visitor.open(`/works/${workId}`);
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('half a thought');
  await page.getByRole('button', { name: /^Template: Short/ }).click();
  await page.getByText('Nothing is written yet').waitFor();
  await page.getByRole('menuitemcheckbox', { name: 'Research paper (IMRaD)', exact: true }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/works/') && !url.pathname.endsWith(workId));
  await page.getByRole('button', { name: 'Template: Research paper (IMRaD)' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe(
    'half a thought',
  );
  await eventually(
    async () => (await system.request(visitor, 'GET', `/api/works/${workId}`)).status,
    (status) => status === 404,
  );
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('M20, P15: a turn and the whole Work say what was cached and what it cost, or that nobody knows the price', async () => {
  const visitor = await visit(browser, system.url);
  const usage = { input: 10_000, output: 1_000, cached: 8_000, thought: 400 };
  own.setScript(demoScript({ msPerToken: 0 }));
  const page = await visitor.open('/models');
  await page.getByRole('button', { name: 'Add a model: Main agent' }).click();
  await page.getByLabel('Base URL').fill(own.url);
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('priced-model');
  await page.getByText('More settings').click();
  await page.getByLabel('Input price', { exact: true }).fill('2');
  await page.getByLabel('Input price from the cache').fill('0.2');
  await page.getByLabel('Output price').fill('8');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText('2 in · 0.2 cached · 8 out per million tokens').waitFor();
  await page.getByText(/It answers/).waitFor();
  own.setScript(() => textReply('Counted.', { usage }));

  const workId = await system.newWork(visitor);
  await page.goto(`${system.url}/works/${workId}`);
  await say(page, 'hello');
  const turn = '10,000 tokens in (80% cached) · 1,000 out (400 reasoning)';
  // 2,000 at 2, 8,000 at 0.2 and 1,000 at 8 a million.
  await page.getByText(`${turn} · cost 0.014`).waitFor();

  const [model] = ((await (await system.request(visitor, 'GET', '/api/models')).json()) as { items: Model[] })
    .items;
  const unset = await system.request(visitor, 'PATCH', `/api/models/${model?.id}`, { outputPrice: null });
  expect(await unset.json()).toMatchObject({ outputPrice: null });
  await say(page, 'and now?');
  await page.getByText(`${turn} · price unknown`).waitFor();

  // The Work's figure is the server's: it counts a turn that this page was never told of.
  await system.db
    .updateTable('works')
    .set({
      usage: sql`add_usage(usage, '{"inputTokens": 80000, "outputTokens": 0, "cachedTokens": 0, "cost": 0.986}')`,
    })
    .where('id', '=', workId)
    .execute();
  await page.getByRole('button', { name: 'This project' }).click();
  await page
    .getByText('So far: 100,000 tokens in (16% cached) · 2,000 out (800 reasoning) · cost 1')
    .waitFor();
  await page.keyboard.press('Escape');
  own.setScript(ownScript);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('U11: on a phone a chosen template comes into view, and one goes back to the list', async () => {
  const visitor = await visit(browser, system.url, { viewport: { width: 390, height: 844 } });
  const page = await visitor.open('/templates');
  const entry = page.getByRole('button', { name: /Research paper/ });
  await entry.click();
  const title = page.getByRole('heading', { name: /Research paper/ });
  await eventually(
    () => title.boundingBox(),
    (box) => box !== null && box.y > 0 && box.y < 844,
  );
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await eventually(
    () => entry.boundingBox(),
    (box) => box !== null && box.y > 0 && box.y < 844,
  );
  expect((await entry.boundingBox())?.y).toBeGreaterThan(0);
  expect((await entry.boundingBox())?.y).toBeLessThan(844);
  await visitor.context.close();
});

test('U11, F11: a template is picked by its preview, copied, written anew, and a Work starts from it', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/');
  await page.getByRole('link', { name: 'Choose a template' }).click();
  await page.getByRole('button', { name: /Research paper/ }).click();
  const preview = page.getByRole('article', { name: /Research paper/ });
  await preview.getByText('150 to 250 words in one paragraph').waitFor();
  await preview.getByRole('button', { name: 'Text' }).click();
  await preview.getByText('<!-- 150 to 250 words').waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  await preview.getByRole('button', { name: 'Make a copy' }).click();
  await page.getByLabel('Name').fill('My own paper');
  await page
    .getByLabel('Text (Markdown)')
    .fill('# Mine\n\n<!-- What is mine. -->\n\n## Only this\n\n<!-- One line. -->\n');
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  const mine = page.getByRole('article', { name: 'My own paper' });
  await mine.getByText('What is mine.').waitFor();
  await mine.getByRole('button', { name: 'Start a project' }).click();
  await page.getByRole('heading', { name: 'Only this' }).waitFor();

  await page.goto(`${system.url}/templates`);
  await page.getByRole('button', { name: /My own paper/ }).click();
  await mine.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: /My own paper/ }).waitFor({ state: 'detached' });
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('U11, U12, U14: the same pages in Chinese, dark and on a phone are whole and readable', async () => {
  const visitor = await visit(browser, system.url, {
    locale: 'zh-CN',
    colorScheme: 'dark',
    viewport: { width: 390, height: 844 },
  });
  const page = await visitor.open('/models');
  await page.getByRole('button', { name: '添加模型：主智能体' }).click();
  await page.getByText('更多设置').click();
  expect(await seriousFindings(page)).toEqual([]);
  await page.goto(`${system.url}/templates`);
  await page.getByRole('button', { name: /数学建模/ }).click();
  await page.getByRole('article').getByText('大纲').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  const wider = 'document.documentElement.scrollWidth > innerWidth';
  expect(await page.evaluate(wider)).toBe(false);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});

test('I1, V47: a person makes a key on the account page, sees it once, and deletes it', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/account');
  await page.getByRole('heading', { name: 'Keys for programs' }).waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('my notebook');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = await page.getByText(/^pa_[\w-]{43}$/).textContent();
  const models = () => fetch(`${system.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  expect((await models()).status).toBe(200);
  expect(await seriousFindings(page)).toEqual([]);
  await page.reload();
  await page.getByText('my notebook', { exact: true }).waitFor();
  expect(await page.content()).not.toContain(key);
  await page.getByRole('button', { name: 'Delete the key my notebook' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('my notebook', { exact: true }).waitFor({ state: 'detached' });
  expect((await models()).status).toBe(401);
});

/** The account page of somebody who has just made an account. */
async function onAccountPage(password: string) {
  const account = { email: `${randomUUID()}@example.com`, password };
  await fetch(`${system.url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${system.url}/sign-in?next=/account`);
  await page.getByLabel('Email').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  return { account, context, page };
}

test('I9, V47: a person adds a webhook on the account page, sees its secret once, tests it, and deletes it', async () => {
  const { context, page } = await onAccountPage('a long password');
  const form = page.getByRole('form', { name: 'Add a webhook' });
  await form.getByLabel('Address').fill('https://127.0.0.1/hook');
  await form.getByRole('button', { name: 'Add a webhook' }).click();
  await page.getByRole('alert').getByText('not on the public internet').waitFor();
  const url = 'https://hooks.invalid/paper';
  await form.getByLabel('Address').fill(url);
  await form.getByLabel('a deleted project').check();
  await form.getByRole('button', { name: 'Add a webhook' }).click();
  const secret = String(await page.getByText(/^whsec_/).textContent());
  await page
    .getByText('the end of an answer · a question to you · a finished export · a deleted project')
    .waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('status').getByText('The connection failed').waitFor();
  await page.getByRole('button', { name: 'What was sent' }).click();
  await page.getByText('Nothing yet.').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByText('Copy the new secret now').waitFor();
  expect(await page.getByText(/^whsec_/).textContent()).not.toBe(secret);
  await page.reload();
  await page.getByText(url, { exact: true }).waitFor();
  expect(await page.content()).not.toContain('whsec_');
  await page.getByRole('button', { name: `Delete the webhook ${url}` }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText(url, { exact: true }).waitFor({ state: 'detached' });
  await context.close();
});

test('I6, V47: a person connects a server of tools on the account page, blocks one of them, looks again, and takes the server away', async () => {
  const { context, page } = await onAccountPage('a long password');
  const form = page.getByRole('form', { name: 'Connect a server' });
  const connect = async (url: string) => {
    await form.getByLabel('Name').fill('issues');
    await form.getByLabel('Address').fill(url);
    await form.getByLabel('Token').fill('a-token');
    await form.getByRole('button', { name: 'Connect a server' }).click();
  };
  await connect('https://127.0.0.1/mcp');
  await page.getByRole('alert').getByText('not on the public internet').waitFor();
  await connect(toolServer.url);
  await page.getByText(toolServer.url, { exact: true }).waitFor();
  await page.getByText(/^Not offered: large \(.* at too great a length\)$/).waitFor();
  await page.getByRole('checkbox', { name: 'make', checked: true }).click();
  await page.getByRole('checkbox', { name: 'make', checked: false }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  toolServer.offer([...TOOLS, { name: 'later', inputSchema: { type: 'object' } }]);
  await page.reload();
  // What is blocked stays so, and what is new is not there before its person looks.
  await page.getByRole('checkbox', { name: 'make', checked: false }).waitFor();
  expect(await page.getByRole('checkbox', { name: 'later' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByRole('checkbox', { name: 'later', checked: true }).waitFor();
  expect(await page.getByRole('checkbox', { name: 'make', checked: false }).count()).toBe(1);
  expect(await page.content()).not.toContain('a-token');
  await page.getByRole('button', { name: 'Take the server issues away' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText(toolServer.url, { exact: true }).waitFor({ state: 'detached' });
  await context.close();
});

test('I7, V47: a person adds skills from a zip on the account page, reads what was left out and why, and takes one away', async () => {
  const { context, page } = await onAccountPage('a long password');
  const pick = (name: string, buffer: Buffer) =>
    page.getByLabel('Add a zip or a SKILL.md').setInputFiles({ name, mimeType: 'application/zip', buffer });
  await pick('skills.zip', Buffer.from('no zip'));
  await page.getByRole('alert').getByText('does not begin with YAML').waitFor();
  const skill = '---\nname: fit-curves\ndescription: Fits curves to data.\n---\n# How\n';
  const files = { 'a/SKILL.md': skill, 'broken/SKILL.md': '# How' };
  await pick(
    'skills.zip',
    packStored(new Map(Object.entries(files).map(([at, text]) => [at, Buffer.from(text)]))),
  );
  await page.getByText('Fits curves to data.', { exact: true }).waitFor();
  await page.getByText(/^broken\/ was left out\. It does not begin with YAML/).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.reload();
  await page.getByRole('button', { name: 'Take away the skill fit-curves' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Fits curves to data.', { exact: true }).waitFor({ state: 'detached' });
  await context.close();
});

test('H9, V4: a guest comes in by the provider and keeps their project; signed out, they come back to it', async () => {
  const visitor = await visit(browser, system.url);
  const page = await visitor.open('/');
  await visitor.context.route('https://fonts.googleapis.com/**', (route) => route.abort());
  const made = await fetch(`${system.url}/api/works`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${visitor.token}` },
    body: JSON.stringify({ title: 'Kept by the guest' }),
  });
  expect(made.status).toBe(201);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: /Create an account/ }).click();
  async function byProvider() {
    await page.getByRole('button', { name: 'Continue with Example' }).click();
    await page.getByRole('link', { name: 'Kept by the guest' }).waitFor();
  }
  async function atProvider() {
    await page.waitForURL((url) => url.href.startsWith(provider.issuer));
    await page.getByPlaceholder('Enter any login').fill('ada');
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  await Promise.all([byProvider(), atProvider()]);
  expect(new URL(page.url()).search).toBe('');

  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByText('ada@example.org').waitFor();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-in/);
  // The provider knows them still.
  await byProvider();
  await page.goto(`${system.url}/account`);
  await page.getByText('Example opens this account.').waitFor();
  await page.getByRole('button', { name: 'Delete the account…' }).waitFor();
  expect(await page.getByRole('form', { name: 'Password' }).count()).toBe(0);
  await visitor.context.close();
});

test('F12, V47: a person changes their password, and deletes the account', async () => {
  const { account, context, page } = await onAccountPage('the first password');
  const form = page.getByRole('form', { name: 'Password' });
  await form.getByLabel('Current password').fill('a wrong password');
  await form.getByLabel('New password').fill('the second password');
  await form.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('alert').waitFor();
  await form.getByLabel('Current password').fill(account.password);
  await form.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed.').waitFor();
  await page.getByRole('button', { name: 'Delete the account…' }).click();
  await page
    .getByRole('form', { name: 'Delete the account' })
    .getByLabel('Password')
    .fill('the second password');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.waitForURL(/sign-in/);
  const gone = await fetch(`${system.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: account.email, password: 'the second password' }),
  });
  expect(gone.status).toBe(401);
  await context.close();
});
