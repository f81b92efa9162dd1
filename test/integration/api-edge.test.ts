/** A10: every route of the OpenAPI document against bad tokens, foreign and deleted Works, and broken bodies. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TOO_NESTED } from '../../src/domain/json-nesting.ts';
import { MAX_HISTORY_BYTES } from '../../src/protocol/limits.ts';
import { startTestApi, TEST_SECRET, type TestApi } from '../support/api.ts';
import { readError } from '../support/error-shapes.ts';
import { claimsOf, signedAt } from '../support/raw-socket.ts';

interface Route {
  method: string;
  path: string;
  secured: boolean;
  takesJson: boolean;
}

let api: TestApi;
let token: string;
let userId: string;
let routes: Route[];
/** Nothing here may show any of these (A9). */
const LEAKS = /node_modules|\/src\/|at \w+ \(|select |insert |postgres|\/tmp\//i;

beforeAll(async () => {
  api = await startTestApi();
  const session = await api.guest();
  token = session.accessToken;
  userId = session.user.id;
  const response = await api.request(null, 'GET', '/api/openapi.json');
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, { security?: unknown[]; requestBody?: { content?: object } }>>;
  };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      secured: security !== undefined,
      takesJson: 'application/json' in (requestBody?.content ?? {}),
    })),
  );
});
afterAll(() => api.close());

/** The path with an id in place of its parameters. */
function fill(path: string, id: string): string {
  return path.replace('{path}', 'paper.md').replace(/\{\w+\}/g, id);
}

/** The answer, after checking that an error has the one shape and says nothing that it should not. */
async function ask(
  method: string,
  path: string,
  { authorization, body }: { authorization?: string; body?: string } = {},
) {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const isStream = response.ok && response.headers.get('content-type')?.startsWith('text/event-stream');
  const text = isStream ? '' : await response.text();
  if (isStream) await response.body?.cancel();
  if (response.status >= 400) {
    expect({ method, path, error: readError(path, text) }).toBeTruthy();
    expect(text).not.toMatch(LEAKS);
  }
  expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  return response.status;
}

test('the document describes the routes, and only auth, health, metrics and the like are open', () => {
  const open = routes.filter(({ secured }) => !secured).map(({ method, path }) => `${method} ${path}`);
  expect(open.sort()).toEqual([
    'GET /api/auth/options',
    'GET /api/shares/{token}',
    'GET /api/shares/{token}/events',
    'GET /api/shares/{token}/files',
    'GET /api/shares/{token}/files/{path}',
    'GET /api/shares/{token}/messages',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
    'POST /api/auth/guest',
    'POST /api/auth/login',
    'POST /api/auth/logout',
    'POST /api/auth/provider/begin',
    'POST /api/auth/provider/finish',
    'POST /api/auth/refresh',
    'POST /api/auth/register',
  ]);
  expect(routes.length).toBeGreaterThan(25);
});

test('A10: without a token, with a bad or an expired one, every other route answers 401', async () => {
  const work = await api.newWork(token);
  const claims = { sub: userId, sid: claimsOf(token).sid, iss: 'paperagent', aud: 'paperagent-api' };
  const now = Math.floor(Date.now() / 1000);
  const bad: Record<string, string | undefined> = {
    none: undefined,
    empty: 'Bearer ',
    nonsense: 'Bearer nonsense',
    basic: `Basic ${token}`,
    expired: `Bearer ${signedAt(TEST_SECRET, { ...claims, exp: now - 1 })}`,
    'of another secret': `Bearer ${signedAt('x'.repeat(40), { ...claims, exp: now + 900 })}`,
    unsigned: `Bearer ${signedAt('', { ...claims, exp: now + 900 }, 'none')}`,
  };
  for (const { method, path } of routes.filter(({ secured }) => secured)) {
    for (const [what, authorization] of Object.entries(bad)) {
      const status = await ask(
        method,
        fill(path, work),
        authorization === undefined ? {} : { authorization },
      );
      expect({ method, path, token: what, status }).toEqual({ method, path, token: what, status: 401 });
    }
  }
});

test("A2, A10: another person's Work, a deleted one and one that never was answer alike, with 404", async () => {
  const stranger = await api.guest();
  const foreign = await api.newWork(stranger.accessToken);
  const deleted = await api.newWork(token);
  expect(await ask('DELETE', `/api/works/${deleted}`, { authorization: `Bearer ${token}` })).toBe(204);
  const bodies: Record<string, string> = {
    '/api/works/{id}/messages': JSON.stringify({ id: randomUUID(), text: 'hello' }),
    '/api/works/{id}/messages/{mid}': JSON.stringify({ text: 'hello' }),
    '/api/works/{id}/messages/{mid}/rerun': JSON.stringify({ id: randomUUID() }),
    '/api/works/{id}/exports': JSON.stringify({ format: 'ipynb' }),
    '/api/works/{id}/restore': JSON.stringify({ snapshot: randomUUID() }),
    '/api/works/{id}/verify': JSON.stringify({ mode: 'recorded' }),
    '/api/works/{id}/provenance/decisions/{did}': JSON.stringify({
      file: 'paper.md',
      start: 0,
      end: 1,
      verdict: 'dismissed',
    }),
    '/api/works/{id}/asks/{askId}': JSON.stringify({ text: 'hello' }),
    '/api/works/{id}/plan': JSON.stringify({ version: 0, steps: [] }),
    '/api/works/{id}/schedules': JSON.stringify({ text: 'hello', cron: '0 9 * * 1', timeZone: 'UTC' }),
    '/api/works/{id}/shares': JSON.stringify({ what: 'work' }),
    '/api/works/{id}/stop': '{}',
    '/api/works/{id}': JSON.stringify({ title: 'Mine now' }),
    '/api/tool-servers/{id}': JSON.stringify({ blocked: [] }),
  };
  for (const { method, path, takesJson } of routes.filter(({ path }) => /\{(id|work_id)\}/.test(path))) {
    for (const id of [foreign, deleted, randomUUID(), 'nonsense']) {
      const status = await ask(method, fill(path, id), {
        authorization: `Bearer ${token}`,
        ...(takesJson && bodies[path] ? { body: bodies[path] } : {}),
      });
      // A chat that is not there has no answer under way, as one that is new.
      const none = path === '/ai-sdk/chat/{id}/stream' ? 204 : 404;
      expect({ method, path, id, status }).toEqual({ method, path, id, status: none });
    }
  }
  const mine = await api.request(stranger.accessToken, 'GET', `/api/works/${foreign}`);
  expect(await mine.json()).toMatchObject({ id: foreign, title: 'Untitled project' });
});

test('A10: oversized, malformed and wrong-typed bodies are 400 or 413, and the server goes on', async () => {
  const work = await api.newWork(token);
  const authorization = `Bearer ${token}`;
  // Just over the largest of the bounds, for it goes to every route.
  const huge = JSON.stringify({ text: 'x'.repeat(MAX_HISTORY_BYTES), id: randomUUID() });
  const broken = ['', '{', 'null', '[]', '"text"', '12', '{"a":'.repeat(2_000), `[${'['.repeat(5_000)}`];
  const wrong = ['id', 'text', 'title', 'email', 'password', 'refreshToken', 'turn', 'models', 'templateId'];
  const wrongTyped = [12, null, [], { a: 1 }, true].map((value) =>
    JSON.stringify(Object.fromEntries(wrong.map((name) => [name, value]))),
  );
  for (const { method, path } of routes.filter(({ takesJson }) => takesJson)) {
    // Two routes end the account, or the session, of who asks, for a guest without more ado.
    const by = /auth\/(me|logout)$/.test(path) ? `Bearer ${(await api.guest()).accessToken}` : authorization;
    const send = (body: string) => ask(method, fill(path, work), { authorization: by, body });
    expect({ method, path, status: await send(huge) }).toEqual({ method, path, status: 413 });
    for (const body of [...broken, ...wrongTyped]) {
      const status = await send(body);
      // The id is a Work's: to other things' routes it names nothing.
      const allowed = [200, 201, 202, 204, 400, 401, ...(path.startsWith('/api/works') ? [] : [404])];
      if (!allowed.includes(status)) throw new Error(`${method} ${path} ${body.slice(0, 60)}: ${status}`);
      if (status < 400) expect(path).toMatch(/logout|stop|duplicate|me$|budget$|works$|works\/\{id\}$/);
    }
  }
  expect(await ask('GET', '/health/live')).toBe(200);
});

test('SR-L4: a body that is nested too deeply is refused with a sentence by every route that takes JSON', async () => {
  const work = await api.newWork(token);
  const nested = (levels: number) => `{"params":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  for (const { method, path } of routes.filter(({ takesJson }) => takesJson)) {
    for (const levels of [65, 20_000]) {
      const response = await fetch(`${api.url}${fill(path, work)}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: nested(levels),
      });
      const text = await response.text();
      expect({ method, path, status: response.status }).toEqual({ method, path, status: 400 });
      readError(path, text);
      expect(text).toContain(TOO_NESTED);
    }
  }
  const model = { role: 'main', baseUrl: 'https://api.example.com/v1', model: 'm' };
  const kept = await api.request(token, 'POST', '/api/models', {
    ...model,
    params: { schema: JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`), text: '['.repeat(200) },
  });
  expect(kept.status).toBe(201);
});

test('text that Postgres cannot store is stored as well as it can be, never a 500', async () => {
  const odd = 'a\0b\ud800c';
  const authorization = `Bearer ${token}`;
  const send = (method: string, path: string, body: unknown) =>
    ask(method, path, { authorization, body: JSON.stringify(body) });
  expect(await send('POST', '/api/works', { title: odd })).toBe(201);
  const work = await api.newWork(token);
  expect(await send('PATCH', `/api/works/${work}`, { title: odd })).toBe(200);
  const message = { id: randomUUID(), text: odd, attachments: [odd] };
  expect(await send('POST', `/api/works/${work}/messages`, message)).toBe(202);
  expect(await send('POST', `/api/works/${work}/messages`, message)).toBe(202);
  expect(await send('POST', '/api/auth/login', { email: odd, password: odd })).toBe(401);
  const email = `${randomUUID()}@example.org`;
  const account = JSON.stringify({ email, password: odd.repeat(4), name: odd });
  expect(await ask('POST', '/api/auth/register', { body: account })).toBe(201);
  expect(await ask('GET', `/api/works?q=${encodeURIComponent('\0')}`, { authorization })).toBe(200);
});

test('nothing under /api falls back to the page, and every other address is the page', async () => {
  for (const path of [
    '/api',
    '/api/',
    '/api/nope',
    '/api/works/x/y/z',
    '/api/chat/ws',
    `/api/chat/ws/${randomUUID()}`,
  ]) {
    const response = await api.request(token, 'GET', path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      404,
      'application/json',
    ]);
  }
  const page = await api.request(null, 'GET', '/works/abc');
  expect(await page.text()).toContain('its page is not built yet');
});

test('A8: the page may run no inline script and load nothing from elsewhere', async () => {
  const { headers } = await api.request(null, 'GET', '/');
  const policy = headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("img-src 'self' blob: data:;");
  expect(policy).toContain("object-src 'none'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  const policyOf = async (route: string) =>
    (await api.request(null, 'GET', route)).headers.get('Content-Security-Policy');
  expect(await policyOf('/assets/index-abc.js')).toBe(policy);
  expect(await policyOf('/works/pdf.worker.mjs')).toBe(policy);
  // The worker that draws PDFs unpacks pictures by WebAssembly, and may ask for nothing by itself.
  expect(await policyOf('/assets/pdf.worker.min-abc.mjs')).toBe(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
  );
});

test('F16: the built page is served for every address that it routes; its files by name, and nothing else', async () => {
  const webDir = await mkdtemp(path.join(tmpdir(), 'paperagent-page-'));
  await mkdir(path.join(webDir, 'assets'));
  await writeFile(path.join(webDir, 'index.html'), '<!doctype html><title>The page</title>');
  await writeFile(path.join(webDir, 'assets', 'app-1a2b.js'), 'export {};');
  await writeFile(`${webDir}-secret`, 'a secret of the host');
  const built = await startTestApi({ webDir });
  try {
    for (const address of ['/', '/works/abc', '/works/abc?x=1']) {
      const page = await built.request(null, 'GET', address);
      expect([page.status, page.headers.get('Cache-Control')]).toEqual([200, 'no-cache']);
      expect(await page.text()).toContain('The page');
    }
    const script = await built.request(null, 'GET', '/assets/app-1a2b.js');
    expect(script.headers.get('Content-Type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('Cache-Control')).toContain('immutable');
    expect((await built.request(null, 'GET', '/assets/gone.js')).status).toBe(404);
    const outside = await built.request(null, 'GET', `/..%2f${path.basename(webDir)}-secret`);
    expect(await outside.text()).not.toContain('secret of');
    expect(outside.headers.get('Content-Type')).toMatch(/html|json/);
  } finally {
    await built.close();
    await rm(webDir, { recursive: true });
    await rm(`${webDir}-secret`);
  }
});
