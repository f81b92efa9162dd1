import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { callTool, type Reply, textReply } from '../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo-model/server.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { addUsage, type Usage } from '../../src/domain/messages.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { AppProcess } from '../support/child-process.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { testServers } from '../support/servers.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind, wholeLog } from '../support/works.ts';

type Role = 'main' | 'code' | 'summary';
type TurnEnd = LogEvent & { kind: 'turn.completed' };

const ROLES: Role[] = ['main', 'code', 'summary'];
/** Of a million tokens. */
const PRICES = { main: [2, 8, 0.2], code: [1, 4, 0.1], summary: [0.5, 1, 0.05] } as const;

let system: TestSystem;
let worker: AppProcess;
let models: Record<Role, ScriptedModel>;
let forbidden: ScriptedModel;

const usage = { input: 1_000, output: 100, cached: 750, thought: 40 };

/** The MainAgent gives one task to a code agent, which looks at the files; both then say that they are done. */
const scripts: Record<Role, (request: StrictRequest) => Reply> = {
  main: (request) =>
    answersSoFar(request) === 0
      ? { kind: 'stream', steps: callTool(0, 'c', 'code_agent', { task: 'Look around.' }), usage }
      : textReply('The main model is done.', { usage }),
  code: (request) =>
    answersSoFar(request) === 0
      ? { kind: 'stream', steps: callTool(0, 't', 'tree', { path: null }), usage }
      : textReply('The code model is done.', { usage }),
  summary: () => textReply('What was said so far.', { usage }),
};

beforeAll(async () => {
  const [main, code, summary, other] = await Promise.all(
    [...ROLES.map((role) => scripts[role]), () => textReply('never')].map((script) =>
      startScriptedModel({ script }),
    ),
  );
  models = { main, code, summary } as Record<Role, ScriptedModel>;
  forbidden = other as ScriptedModel;
  system = await startTestSystem({
    script: () => textReply('The server’s model is done.'),
    env: {
      LOG_LEVEL: 'trace',
      MODEL_ALLOWED_HOSTS: ROLES.map((role) => `127.0.0.1:${models[role].port}`).join(','),
    },
  });
  worker = await system.startWorker();
});

afterAll(async () => {
  await system.close();
  await Promise.all([...Object.values(models), forbidden].map((model) => model.close()));
});

async function post(account: TestAccount, route: string, body: object): Promise<{ id: string }> {
  const response = await system.request(account, 'POST', route, body);
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string };
}

function setUp(account: TestAccount, role: Role, more: object = {}): Promise<{ id: string }> {
  const [inputPrice, outputPrice, cachedPrice] = PRICES[role];
  const settings = { role, baseUrl: models[role].url, apiKey: `sk-${role}`, model: `the-${role}-model` };
  return post(account, '/api/models', { ...settings, inputPrice, outputPrice, cachedPrice, ...more });
}

/** Plays one turn; gives its end. */
async function turnOf(chat: ChatClient, turn: number, text = 'go on'): Promise<TurnEnd> {
  chat.say(text);
  const ended = (event: LogEvent) => event.kind === 'turn.completed' && event.turn === turn;
  return (await chat.event(ended, `the end of turn ${turn}`)) as TurnEnd;
}

const counts = () => ROLES.map((role) => models[role].count());

test('F5, F13, M20: each role is served by its own model with its own key, and what each costs adds up', async () => {
  const account = await system.guest();
  // So small that the fourth message needs a summary of the first ones.
  await setUp(account, 'main', { contextWindow: 12_000 });
  await setUp(account, 'code');
  await setUp(account, 'summary');
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  const long = 'A long sentence that fills the window of the model bit by bit. '.repeat(150);
  const ends: TurnEnd[] = [];
  for (let turn = 1; turn <= 6; turn += 1) ends.push(await turnOf(chat, turn, `${turn}. ${long}`));
  chat.close();

  expect(ends.map(({ outcome }) => outcome)).toEqual(Array(6).fill('done'));
  expect(models.summary.count()).toBeGreaterThan(0);
  for (const role of ROLES) {
    for (const { headers, body } of models[role].requests) {
      expect([headers.authorization, body.model]).toEqual([`Bearer sk-${role}`, `the-${role}-model`]);
    }
  }
  expect(system.model.count()).toBe(0);
  const log = await wholeLog(system.db, workId);
  const named = new Set(
    ofKind(log, 'step.started').map(({ agent, model }) => `${agent === 'main' ? 'main' : 'code'} ${model}`),
  );
  expect([...named].sort()).toEqual(['code the-code-model', 'main the-main-model']);

  const cost = (role: Role, calls: number) =>
    (calls * (250 * PRICES[role][0] + 750 * PRICES[role][2] + usage.output * PRICES[role][1])) / 1e6;
  const [main = 0, code = 0, summary = 0] = counts();
  const whole = cost('main', main) + cost('code', code) + cost('summary', summary);
  const sum = ends.map((end) => end.usage).reduce(addUsage);
  expect(sum.cost).toBeCloseTo(whole, 10);
  const calls = main + code + summary;
  expect(sum).toMatchObject({ cachedTokens: calls * 750, reasoningTokens: calls * 40 });
  const read = async (route: string) => (await system.request(account, 'GET', route)).json();
  expect(await read(`/api/works/${workId}`)).toMatchObject({
    usage: { ...sum, cost: expect.closeTo(whole, 10) },
  });
  const { items } = (await read(`/api/works/${workId}/messages?limit=200`)) as { items: { usage?: Usage }[] };
  const ofMessages = items.flatMap((message) => message.usage ?? []).reduce(addUsage);
  expect(ofMessages.cost).toBeCloseTo(cost('main', main) + cost('code', code), 10);
  await system.expectSound(workId);
});

test('F13: a role without a model of its own has the main one, and a Work may choose from its next step on', async () => {
  const account = await system.guest();
  const main = await setUp(account, 'main');
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  const before = counts();
  await turnOf(chat, 1);
  const started = ofKind(await wholeLog(system.db, workId), 'step.started');
  // Two steps of the MainAgent, and two of the code agent, whose script is the same here.
  expect(started.map(({ agent, step, attempt }) => [agent === 'main', step, attempt]).sort()).toEqual([
    [false, 1, 1],
    [false, 2, 1],
    [true, 1, 1],
    [true, 2, 1],
  ]);
  expect(counts()).toEqual([(before[0] ?? 0) + 4, before[1], before[2]]);

  const code = await setUp(account, 'code', { isDefault: false });
  const choose = (choice: object) =>
    system.request(account, 'PATCH', `/api/works/${workId}`, { models: choice });
  expect((await choose({ main: code.id })).status).toBe(200);
  models.code.setScript(() => textReply('Chosen.', { usage }));
  const [, codeBefore = 0] = counts();
  await turnOf(chat, 2);
  models.code.setScript(scripts.code);
  expect(counts()[1]).toBe(codeBefore + 1);

  await choose({});
  await system.request(account, 'DELETE', `/api/models/${main.id}`);
  const serverBefore = system.model.count();
  await turnOf(chat, 3);
  expect(system.model.count()).toBe(serverBefore + 1);
  chat.close();
  await system.expectSound(workId);
});

test('F13, A2: nobody else’s Work is served by a person’s model', async () => {
  const [owner, other] = [await system.guest(), await system.guest()];
  const { id } = await setUp(owner, 'main');
  const workId = await system.newWork(other);
  // As if it had got there in some way: the query asks for the owner, not only the route.
  await system.db
    .updateTable('works')
    .set({ models: JSON.stringify({ main: id }) })
    .where('id', '=', workId)
    .execute();
  const before = counts();
  const chat = await system.chat(other, workId);
  expect((await turnOf(chat, 1)).outcome).toBe('done');
  expect(counts()).toEqual(before);
  chat.close();
});

test('A6: a Work does not reach a private address that the operator did not allow, and the person is told', async () => {
  const account = await system.guest();
  await setUp(account, 'main', { baseUrl: forbidden.url });
  const chat = await system.chat(account, await system.newWork(account));
  const end = await turnOf(chat, 1);
  expect(end).toMatchObject({
    outcome: 'failed',
    error: { code: 'model_address_refused', message: expect.stringContaining('not on the public internet') },
  });
  expect(forbidden.count()).toBe(0);
  chat.close();
});

test('A5: a key that cannot be read any more fails the turn with what to do', async () => {
  const account = await system.guest();
  const { id } = await setUp(account, 'main');
  await system.db
    .updateTable('models')
    .set({ sealed_key: Buffer.from('not sealed by us') })
    .where('id', '=', id)
    .execute();
  const chat = await system.chat(account, await system.newWork(account));
  expect(await turnOf(chat, 1)).toMatchObject({
    outcome: 'failed',
    error: { code: 'model_unauthorized', message: expect.stringContaining('Enter it again') },
  });
  const tried = await system.request(account, 'POST', `/api/models/${id}/test`);
  expect(await tried.json()).toMatchObject({ ok: false, message: expect.stringContaining('Enter it again') });
  chat.close();
});

test('A5, A9: no key, password or token is in any log line, row, history or file, whatever went wrong', async () => {
  const email = `${randomUUID()}@example.com`;
  const key = `sk-${randomUUID()}`;
  const password = `pass ${randomUUID()}`;
  const tokens: string[] = [];
  type Answer = { accessToken: string; refreshToken: string; ticket: string };
  const auth = async (route: string, body?: object, as: TestAccount | null = null) => {
    const response = await system.request(as, 'POST', `/api/auth/${route}`, body);
    if (response.status === 204 || !response.ok) return { token: '', refreshToken: '' };
    const { accessToken, refreshToken, ticket } = (await response.json()) as Answer;
    tokens.push(...[accessToken, refreshToken, ticket].filter(Boolean));
    return { token: accessToken, refreshToken };
  };
  await auth('register', { email, password });
  await auth('register', { email, password });
  await auth('login', { email, password: `${password}?` });
  const signedIn = await auth('login', { email, password });
  const account = await auth('refresh', { refreshToken: signedIn.refreshToken });
  await auth('refresh', { refreshToken: signedIn.refreshToken });
  const again = await auth('login', { email, password });
  await auth('ticket', undefined, again);
  const ticket = tokens.at(-1) ?? '';
  await system.request(null, 'GET', `/api/works/${randomUUID()}/events?ticket=${ticket}`);
  await system.request({ token: `${account.token}x` }, 'GET', '/api/auth/me');

  // A server that quotes the key which it refuses, in every way that a vendor can fail.
  const quote = JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } });
  const { id } = await setUp(again, 'main', { apiKey: key });
  const workId = await system.newWork(again);
  const chat = await system.chat(again, workId);
  const steps = [{ type: 'raw' as const, bytes: `data: ${quote}\n\n` }];
  const faults: Reply[] = [
    { kind: 'http', status: 401, body: quote },
    { kind: 'http', status: 400, body: quote },
    { kind: 'stream', steps },
  ];
  for (const [index, fault] of faults.entries()) {
    models.main.setScript(() => fault);
    await system.request(again, 'POST', `/api/models/${id}/test`);
    // The third is tried again until the limits of tries; a stop ends that.
    chat.say('hello');
    if (index === 2) {
      await chat.event(({ kind, turn }) => kind === 'retrying' && turn === 3, 'a retry');
      chat.send({ type: 'stop' });
    }
    await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === index + 1, 'the end');
  }
  models.main.setScript(scripts.main);
  await system.request(again, 'PATCH', `/api/models/${id}`, { apiKey: `${key}\n` });
  await auth('logout', { refreshToken: again.refreshToken }, again);
  chat.close();

  const connection = await Connection.connect({ address: testServers().temporalAddress });
  const client = new Client({ connection, namespace: system.namespace });
  const history = await client.workflow.getHandle(`work-${workId}`).fetchHistory();
  await connection.close();
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(system.db);
  const dumps = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await sql<{ row: string }>`
        select t::text as row from ${sql.table(name)} t`.execute(system.db);
      return rows.map(({ row }) => row).join('\n');
    }),
  );
  const files = await readdir(path.join(system.dataDir, 'chat_history'));
  const histories = await Promise.all(
    files.map((file) => readFile(path.join(system.dataDir, 'chat_history', file), 'utf8')),
  );
  const places = {
    'api log': system.api.lines.join('\n'),
    'worker log': worker.lines.join('\n'),
    tables: dumps.join('\n'),
    'history files': histories.join('\n'),
    'chat frames': JSON.stringify(chat.frames),
    'workflow history': JSON.stringify(history, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    ),
  };
  expect(places['worker log']).toContain('[key]');
  expect(places['api log']).toContain('/api/auth/login');
  for (const [place, text] of Object.entries(places)) {
    expect([place, text.length > 0]).toEqual([place, true]);
    for (const secret of [key, password, ...tokens]) {
      expect([place, text.includes(secret)]).toEqual([place, false]);
    }
  }
});
