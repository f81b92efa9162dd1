import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeLearned } from '../../src/db/learned-facts.ts';
import { demoScript } from '../../src/demo-model/demo-script.ts';
import type { Script } from '../../src/demo-model/reply.ts';
import { textReply } from '../../src/demo-model/reply.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo-model/server.ts';
import { readAllowedHosts } from '../../src/network/allowed-hosts.ts';
import type { LearnedFact, Model, ModelTest } from '../../src/protocol/models.ts';
import { openSecret } from '../../src/secrets/sealed-secret.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let server: ScriptedModel;
/** Another server, which answers nothing and keeps what keys it was sent. */
let other: Server;
const keysSent: (string | undefined)[] = [];
let token: string;

beforeAll(async () => {
  server = await startScriptedModel({ script: answering('ready') });
  other = createServer((request, response) => {
    keysSent.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const allowed = [server.port, portOf(other)].map((port) => `127.0.0.1:${port}`);
  api = await startTestApi({ allowModelHost: readAllowedHosts(allowed.join(',')) });
  token = (await api.guest()).accessToken;
});

afterAll(async () => {
  await api.close();
  await server.close();
  other.closeAllConnections();
  other.close();
});

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

function answering(text: string): Script {
  return () => textReply(text);
}

async function make(more: object = {}, as = token): Promise<Model> {
  const body = { role: 'main', baseUrl: server.url, apiKey: 'sk-made-up', model: 'm', ...more };
  const response = await api.request(as, 'POST', '/api/models', body);
  expect(response.status).toBe(201);
  return (await response.json()) as Model;
}

async function list(as = token): Promise<Model[]> {
  const response = await api.request(as, 'GET', '/api/models');
  return ((await response.json()) as { items: Model[] }).items;
}

async function tryOut(id: string): Promise<ModelTest> {
  const response = await api.request(token, 'POST', `/api/models/${id}/test`);
  expect(response.status).toBe(200);
  return (await response.json()) as ModelTest;
}

test('F13: a model is made, listed, changed and deleted; what was not said has its default', async () => {
  const made = await make({ baseUrl: 'https://api.example.com/v1/', params: { reasoning_effort: 'low' } });
  expect(made).toMatchObject({
    role: 'main',
    baseUrl: 'https://api.example.com/v1',
    model: 'm',
    contextWindow: null,
    maxOutput: null,
    inputPrice: null,
    cachedPrice: null,
    writtenPrice: null,
    outputPrice: null,
    temperature: null,
    params: { reasoning_effort: 'low' },
    isDefault: true,
    hasKey: true,
  });
  const change = { model: 'n', inputPrice: 0.4, temperature: 0.2, contextWindow: 64_000 };
  const changed = await api.request(token, 'PATCH', `/api/models/${made.id}`, change);
  expect(await changed.json()).toMatchObject({
    ...made,
    ...change,
    updatedAt: expect.any(String),
  });
  expect((await list()).map(({ id }) => id)).toContain(made.id);
  expect((await api.request(token, 'DELETE', `/api/models/${made.id}`)).status).toBe(204);
  expect((await list()).map(({ id }) => id)).not.toContain(made.id);
  expect((await api.request(token, 'DELETE', `/api/models/${made.id}`)).status).toBe(404);
});

test('M20: a model has four prices, each set and taken back by itself', async () => {
  const prices = { inputPrice: 3, cachedPrice: 0.3, writtenPrice: 3.75, outputPrice: 15 };
  const made = await make(prices);
  expect(made).toMatchObject(prices);
  const change = { cachedPrice: null, writtenPrice: 0 };
  const changed = await api.request(token, 'PATCH', `/api/models/${made.id}`, change);
  expect(await changed.json()).toMatchObject({ ...prices, ...change });
  expect((await list()).find(({ id }) => id === made.id)).toMatchObject({ ...prices, ...change });
});

test('M7: window and most tokens of an answer are set, and taken back so that what is found out counts', async () => {
  const made = await make({ contextWindow: 40_000, maxOutput: 8_000 });
  expect(made).toMatchObject({ contextWindow: 40_000, maxOutput: 8_000 });
  const change = { contextWindow: null, maxOutput: null };
  const changed = await api.request(token, 'PATCH', `/api/models/${made.id}`, change);
  expect(await changed.json()).toMatchObject(change);
  expect((await list()).find(({ id }) => id === made.id)).toMatchObject(change);
});

test('M7: what a model takes is found out for the form, each figure with its source; a key goes to its own server alone', async () => {
  const limitsOf = async (question: object) => {
    const response = await api.request(token, 'POST', '/api/models/limits', question);
    return { status: response.status, limits: (await response.json()) as object };
  };
  expect(await limitsOf({ baseUrl: server.url, model: 'demo' })).toEqual({
    status: 200,
    limits: {
      contextWindow: { value: 128_000, source: 'server' },
      maxOutput: null,
      prices: null,
      tableDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    },
  });
  expect(await limitsOf({ baseUrl: 'https://api.openai.example/v1', model: 'openai/gpt-4.1' })).toMatchObject(
    {
      limits: { contextWindow: { source: 'table' }, maxOutput: { source: 'table' }, prices: null },
    },
  );
  const { id } = await make({ apiKey: 'sk-limits' });
  const elsewhere = `http://127.0.0.1:${portOf(other)}/v1`;
  await limitsOf({ id, baseUrl: elsewhere, model: 'm' });
  expect([...new Set(keysSent.splice(0))]).toEqual([undefined]);
  await api.request(token, 'PATCH', `/api/models/${id}`, { baseUrl: elsewhere, apiKey: 'sk-limits' });
  const profile = { auth: 'api-key' };
  await limitsOf({ id, baseUrl: elsewhere, model: 'm' });
  expect([...new Set(keysSent.splice(0))]).toEqual(['Bearer sk-limits']);
  // As its server is asked for answers.
  await api.request(token, 'PATCH', `/api/models/${id}`, { profile });
  await limitsOf({ id, baseUrl: elsewhere, model: 'm' });
  expect([...new Set(keysSent.splice(0))]).toEqual([undefined]);
  expect((await limitsOf({ id: randomUUID(), baseUrl: server.url, model: 'm' })).status).toBe(404);
  expect((await limitsOf({ baseUrl: 'no address', model: 'm' })).status).toBe(400);
});

test('A5: the key goes in and never comes out: not by any route, and the row has it sealed to its id', async () => {
  const apiKey = `sk-${randomUUID()}`;
  const made = await make({ apiKey });
  const answers = [
    await api.request(token, 'GET', '/api/models'),
    await api.request(token, 'PATCH', `/api/models/${made.id}`, { apiKey }),
    await api.request(token, 'POST', `/api/models/${made.id}/test`),
    await api.request(token, 'PATCH', `/api/models/${made.id}`, { apiKey: `${apiKey}\n密` }),
    await api.request(token, 'PATCH', `/api/models/${made.id}`, { apiKey: [apiKey] }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 400, 400]);
  for (const answer of answers) expect(await answer.text()).not.toContain(apiKey);

  const row = await api.db
    .selectFrom('models')
    .selectAll()
    .where('id', '=', made.id)
    .executeTakeFirstOrThrow();
  const sealed = row.sealed_key ?? Buffer.alloc(0);
  expect(JSON.stringify(row) + sealed.toString('latin1')).not.toContain(apiKey);
  expect(openSecret(sealed, made.id, api.config.encryptionKey)).toBe(apiKey);
  expect(() => openSecret(sealed, randomUUID(), api.config.encryptionKey)).toThrow();
});

test('A5: a key stays when other things change, goes when asked, and does not follow to another server', async () => {
  const { id } = await make();
  const patch = async (body: object) =>
    (await (await api.request(token, 'PATCH', `/api/models/${id}`, body)).json()) as Model;
  expect(await patch({ model: 'other', baseUrl: `${server.url}/deeper` })).toMatchObject({ hasKey: true });
  expect(await patch({ baseUrl: 'https://elsewhere.example/v1' })).toMatchObject({ hasKey: false });
  expect(await patch({ baseUrl: server.url, apiKey: 'sk-new' })).toMatchObject({ hasKey: true });
  expect(await patch({ apiKey: null })).toMatchObject({ hasKey: false });
});

test('M19: what a person sets of a model goes before what was learned and what is known of its server', async () => {
  const profile = { temperature: false, auth: 'api-key' };
  const made = await make({ profile, temperature: 0.3, headers: { 'X-Team': 'a team' } });
  expect(made).toMatchObject({ profile, headers: ['X-Team'] });
  await writeLearned(api.db, made, [{ change: { auth: 'bearer', temperature: true }, words: 'learned' }]);
  await tryOut(made.id);
  const { headers, body } = server.requests.at(-1) ?? {};
  expect(headers).toMatchObject({ 'api-key': 'sk-made-up', 'x-team': 'a team' });
  expect(headers?.authorization).toBeUndefined();
  expect(body?.temperature).toBeUndefined();

  const changed = await api.request(token, 'PATCH', `/api/models/${made.id}`, { profile: {} });
  expect(await changed.json()).toMatchObject({ profile: {}, headers: ['X-Team'] });
  await tryOut(made.id);
  expect(server.requests.at(-1)?.headers).toMatchObject({
    authorization: 'Bearer sk-made-up',
    'x-team': 'a team',
  });
});

test('A5: a header’s value goes in and never comes out, stays when asked, and follows to no other server', async () => {
  const value = `team-${randomUUID()}`;
  const { id } = await make({ headers: { 'X-Team': value, 'X-Other': 'other' } });
  const patch = async (body: object) => {
    const answer = await api.request(token, 'PATCH', `/api/models/${id}`, body);
    const text = await answer.text();
    expect(text).not.toContain(value);
    return JSON.parse(text) as Model;
  };
  const sent = async () => {
    await tryOut(id);
    const { 'x-team': team, 'x-other': other } = server.requests.at(-1)?.headers ?? {};
    return [team, other];
  };
  expect(await sent()).toEqual([value, 'other']);
  const row = await api.db.selectFrom('models').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(value);

  expect(
    (await patch({ headers: { 'X-Team': null, 'X-New': 'new', 'X-None': null } })).headers.sort(),
  ).toEqual(['X-New', 'X-Team']);
  expect(await sent()).toEqual([value, undefined]);
  expect((await patch({ baseUrl: `${server.url}/deeper` })).headers).toHaveLength(2);
  expect(
    (await patch({ baseUrl: 'https://elsewhere.example/v1', headers: { 'X-Team': null } })).headers,
  ).toEqual([]);
  expect((await patch({ baseUrl: server.url, headers: { 'X-Team': 'anew' } })).headers).toEqual(['X-Team']);
  expect(await sent()).toEqual(['anew', undefined]);
});

test('A2: another person’s model answers like one that never was, and no Work of theirs may choose it', async () => {
  const { id } = await make();
  const other = (await api.guest()).accessToken;
  const none = randomUUID();
  for (const [method, path, body] of [
    ['PATCH', '', { model: 'x' }],
    ['DELETE', '', undefined],
    ['POST', '/test', undefined],
    ['GET', '/learned', undefined],
    ['DELETE', '/learned', undefined],
  ] as const) {
    const foreign = await api.request(other, method, `/api/models/${id}${path}`, body);
    const missing = await api.request(other, method, `/api/models/${none}${path}`, body);
    expect([foreign.status, await foreign.text()]).toEqual([missing.status, await missing.text()]);
    expect(foreign.status).toBe(404);
  }
  expect(await list(other)).toEqual([]);
  expect((await api.request(other, 'POST', '/api/works', { models: { main: id } })).status).toBe(404);
  const workId = await api.newWork(other);
  expect((await api.request(other, 'PATCH', `/api/works/${workId}`, { models: { code: id } })).status).toBe(
    404,
  );
});

test.each([
  [{ baseUrl: 'ftp://example.com' }],
  [{ baseUrl: 'not an address' }],
  [{ baseUrl: 'https://user:secret@example.com/v1' }],
  [{ role: 'judge' }],
  [{ model: '  ' }],
  [{ contextWindow: 10 }],
  [{ inputPrice: -1 }],
  [{ cachedPrice: '0.1' }],
  [{ writtenPrice: -0.1 }],
  [{ temperature: 3 }],
  [{ profile: { api: 'smoke signals' } }],
  [{ profile: { streamOptions: false } }],
  [{ headers: { Host: 'elsewhere.example' } }],
  [{ headers: { authorization: 'Bearer another' } }],
  [{ headers: { 'Content-Length': '0' } }],
  [{ headers: { 'Transfer-Encoding': 'chunked' } }],
  [{ headers: { 'X-Bad\r\nHost': 'x' } }],
  [{ headers: { 'X-Bad': 'a\r\nHost: elsewhere' } }],
  [{ headers: { 'X-Bad': '密' } }],
  [{ headers: { 'X-Twice': 'a', 'x-twice': 'b' } }],
  [{ headers: { 'X-Empty': ' ' } }],
  [{ headers: { 'X-Long': 'x'.repeat(1_001) } }],
  [{ headers: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`X-${n}`, 'x'])) }],
  [{ params: { messages: [] } }],
  [{ params: { note: 'x'.repeat(10_000) } }],
])('F13: %j is refused with what is wrong', async (wrong) => {
  const body = { role: 'main', baseUrl: 'https://example.com', model: 'm', ...wrong };
  const response = await api.request(token, 'POST', '/api/models', body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toContain(Object.keys(wrong)[0]);
});

test('F13: one default a role, the last that became it; also when many are made at once', async () => {
  const person = (await api.guest()).accessToken;
  await Promise.all(['a', 'b', 'c', 'd'].map((model) => make({ model }, person)));
  const first = await make({ model: 'kept back', isDefault: false }, person);
  await make({ role: 'code' }, person);
  const defaults = async () => (await list(person)).filter(({ isDefault }) => isDefault);
  expect((await defaults()).map(({ role }) => role).sort()).toEqual(['code', 'main']);
  await api.request(person, 'PATCH', `/api/models/${first.id}`, { isDefault: true });
  expect((await defaults()).map(({ model }) => model)).toContain('kept back');
  expect(await defaults()).toHaveLength(2);
});

test('F13: a Work that chose a model which is deleted has the default again', async () => {
  const { id } = await make({ isDefault: false });
  const created = await api.request(token, 'POST', '/api/works', { models: { main: id, code: id } });
  const work = (await created.json()) as { id: string; models: object; usage: object };
  expect(work).toMatchObject({ models: { main: id, code: id }, usage: { inputTokens: 0, outputTokens: 0 } });
  await api.request(token, 'DELETE', `/api/models/${id}`);
  expect(await (await api.request(token, 'GET', `/api/works/${work.id}`)).json()).toMatchObject({
    models: {},
  });
});

test('F18: the server says that a demo answers until the person has a model for the main role', async () => {
  const person = (await api.guest()).accessToken;
  const demo = async () =>
    ((await (await api.request(person, 'GET', '/api/meta')).json()) as { demoModel: boolean }).demoModel;
  expect(await demo()).toBe(true);
  await make({ role: 'summary' }, person);
  expect(await demo()).toBe(true);
  const { id } = await make({ role: 'main' }, person);
  expect(await demo()).toBe(false);
  await api.request(person, 'DELETE', `/api/models/${id}`);
  expect(await demo()).toBe(true);
});

test('F13: the test button makes the real check with the key, and says that the model does what it has to', async () => {
  const { id } = await make({ apiKey: 'sk-for-the-test' });
  const before = server.count();
  server.setScript(demoScript({ msPerToken: 0 }));
  expect(await tryOut(id)).toEqual({ ok: true, latencyMs: expect.any(Number) });
  server.setScript(answering('ready'));
  const requests = server.requests.slice(before);
  expect(requests.length).toBeGreaterThan(1);
  expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Bearer sk-for-the-test']),
  );
  expect(requests.flatMap(({ problems }) => problems)).toEqual([]);
});

test('F13: of a model that answers in words where a tool was asked for, the test button says that it is of no use', async () => {
  const { id } = await make();
  expect(await tryOut(id)).toMatchObject({
    ...{ ok: false, code: 'model_bad_request', message: expect.stringContaining('lives by tools') },
  });
});

const fact = { change: { temperature: false }, words: 'Unsupported parameter: temperature' };
const learnedOf = async (id: string, as = token) => {
  const response = await api.request(as, 'GET', `/api/models/${id}/learned`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: LearnedFact[] }).items;
};

test('M19: what was learned of a model is shown with date and words, and forgotten when asked', async () => {
  const { id, baseUrl, model } = await make();
  expect(await learnedOf(id)).toEqual([]);
  await writeLearned(api.db, { id, baseUrl, model }, [fact]);
  expect(await learnedOf(id)).toEqual([
    { field: 'temperature', value: false, words: fact.words, learnedAt: expect.any(String) },
  ]);
  expect((await api.request(token, 'DELETE', `/api/models/${id}/learned`)).status).toBe(204);
  expect(await learnedOf(id)).toEqual([]);
  expect((await api.request(token, 'DELETE', `/api/models/${id}/learned`)).status).toBe(204);

  await writeLearned(api.db, { id, baseUrl, model }, [fact]);
  await api.request(token, 'PATCH', `/api/models/${id}`, { temperature: 0.7 });
  expect(await learnedOf(id)).toEqual([]);
});

test('M19: of the server’s own model, too; for whoever may name models', async () => {
  const { serverModel } = api.config;
  await writeLearned(api.db, serverModel, [fact]);
  expect(await learnedOf('server')).toHaveLength(1);
  const strict = await startTestApi({ admission: { ...api.config.admission, guestModels: false } });
  try {
    const guest = (await strict.guest()).accessToken;
    const account = (await strict.register()).accessToken;
    const ask = async (as: string, method: string) =>
      (await strict.request(as, method, '/api/models/server/learned')).status;
    expect([await ask(guest, 'GET'), await ask(guest, 'DELETE')]).toEqual([403, 403]);
    expect([await ask(account, 'GET'), await ask(account, 'DELETE')]).toEqual([200, 204]);
  } finally {
    await strict.close();
  }
  expect((await api.request(token, 'DELETE', '/api/models/server/learned')).status).toBe(204);
  expect(await learnedOf('server')).toEqual([]);
  expect((await api.request(token, 'GET', '/api/models/nobody/learned')).status).toBe(404);
});

test.each([
  ['refused the API key', { kind: 'http', status: 401 }],
  ['does not know the model "m"', { kind: 'http', status: 404 }],
  ['more requests than it allows', { kind: 'http', status: 429 }],
  ['redirects to another address', { kind: 'http', status: 302, headers: { location: 'http://127.0.0.1/' } }],
  ['closed the connection', { kind: 'close' }],
] as const)(
  'F13: the test button says "… %s …" when that is so, and never the key',
  async (sentence, reply) => {
    const { id } = await make();
    server.setScript(() => reply);
    const outcome = await tryOut(id);
    server.setScript(answering('ready'));
    expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining(sentence) });
    expect(JSON.stringify(outcome)).not.toContain('sk-made-up');
  },
);

test('A6: the test button reaches no other port of this machine, nor this machine by another name', async () => {
  const before = server.count();
  for (const host of ['localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '169.254.169.254']) {
    const { id } = await make({ baseUrl: `http://${host}:${server.port}/v1` });
    expect([host, await tryOut(id)]).toEqual([
      host,
      {
        ok: false,
        code: 'model_address_refused',
        message: expect.stringContaining('not on the public internet'),
      },
    ]);
  }
  const { id } = await make({ baseUrl: `http://127.0.0.1:${Math.max(server.port, portOf(other)) + 1}/v1` });
  expect(await tryOut(id)).toMatchObject({ message: expect.stringContaining('not on the public internet') });
  expect(server.count()).toBe(before);
});

test('A3: tests are limited in number', async () => {
  const person = await api.guest();
  const { id } = await make({}, person.accessToken);
  const again = () => api.request(person.accessToken, 'POST', `/api/models/${id}/test`);
  const answers = await Promise.all(Array.from({ length: 21 }, again));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(1);
  expect(Number(limited[0]?.headers.get('Retry-After'))).toBeGreaterThan(0);
});
