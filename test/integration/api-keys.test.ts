/** Keys of programs: wherever a token is taken, as far as their scopes go, until they are deleted (I1, P22). */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MOST_KEYS } from '../../src/db/api-keys.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

interface MadeKey {
  id: string;
  key: string;
}

async function makeKey(token: string, scopes = ['read', 'write']): Promise<MadeKey> {
  const response = await api.request(token, 'POST', '/api/auth/keys', { name: 'my script', scopes });
  expect(response.status).toBe(201);
  return (await response.json()) as MadeKey;
}

test('I1, P22: a key is told once, is listed without it, and only its hash is stored', async () => {
  const { accessToken, user } = await api.register();
  const made = await api.request(accessToken, 'POST', '/api/auth/keys', {
    name: '  my script ',
    scopes: ['write', 'read', 'read'],
  });
  const { key, ...shown } = (await made.json()) as MadeKey;
  expect(key).toMatch(/^pa_[\w-]{43}$/);
  expect(shown).toEqual({
    id: expect.any(String),
    name: 'my script',
    scopes: ['read', 'write'],
    hint: key.slice(-4),
    createdAt: expect.any(String),
    lastUsedAt: null,
  });
  const listed = await (await api.request(accessToken, 'GET', '/api/auth/keys')).json();
  expect(listed).toEqual({ items: [shown] });
  const row = await api.db
    .selectFrom('api_keys')
    .selectAll()
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow();
  expect(row.key_hash).toEqual(createHash('sha256').update(key).digest());
  expect(JSON.stringify(row)).not.toContain(key);
});

test('P22: a key stands in for a token over REST, on the socket, and for a ticket; its use is shown', async () => {
  const { accessToken, user } = await api.register();
  const { key } = await makeKey(accessToken);
  expect(await (await api.request(key, 'GET', '/api/auth/me')).json()).toEqual(user);
  const workId = await api.newWork(key);
  const chat = await api.chat(key, workId);
  chat.say('hello');
  await chat.frame(({ type }) => type === 'ack', 'the ack');
  chat.close();
  const { ticket } = (await (await api.request(key, 'POST', '/api/auth/ticket')).json()) as {
    ticket: string;
  };
  const stream = await fetch(`${api.url}/api/works/${workId}/events?ticket=${ticket}`);
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
  const { items } = (await (await api.request(accessToken, 'GET', '/api/auth/keys')).json()) as {
    items: { lastUsedAt: string | null }[];
  };
  expect(items[0]?.lastUsedAt).toEqual(expect.any(String));
});

test('P22: a key that may only read changes nothing, over REST and on the socket', async () => {
  const { accessToken } = await api.register();
  const workId = await api.newWork(accessToken);
  const { key } = await makeKey(accessToken, ['read']);
  expect((await api.request(key, 'GET', `/api/works/${workId}`)).status).toBe(200);
  const refused = await api.request(key, 'POST', '/api/works', {});
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    error: { code: 'forbidden', message: expect.stringContaining('"write"') },
  });
  const chat = await api.chat(key, workId);
  const id = chat.say('hello');
  expect(await chat.frame(({ type }) => type === 'error', 'the refusal')).toMatchObject({
    code: 'forbidden',
    id,
  });
  chat.close();
});

test('P22: a key that may only write reads nothing', async () => {
  const { accessToken } = await api.register();
  const workId = await api.newWork(accessToken);
  const { key } = await makeKey(accessToken, ['write']);
  expect((await api.request(key, 'GET', `/api/works/${workId}`)).status).toBe(403);
  await expect(api.chat(key, workId)).rejects.toThrow('4401');
});

test('I1: a key neither makes, lists nor deletes keys, nor changes what opens the account', async () => {
  const { accessToken } = await api.register();
  const { key, id } = await makeKey(accessToken);
  const attempts: [string, string, object?][] = [
    ['POST', '/api/auth/keys', { name: 'another', scopes: ['read'] }],
    ['GET', '/api/auth/keys'],
    ['DELETE', `/api/auth/keys/${id}`],
    ['POST', '/api/auth/password', { currentPassword: 'a long password', newPassword: 'another password' }],
    ['DELETE', '/api/auth/me', { password: 'a long password' }],
    ['POST', '/api/auth/logout', {}],
    ['POST', '/api/auth/register', { email: 'by-a-key@example.com', password: 'a long password' }],
  ];
  for (const [method, path, body] of attempts) {
    expect([path, (await api.request(key, method, path, body)).status]).toEqual([path, 403]);
  }
  expect((await api.request(accessToken, 'GET', '/api/auth/me')).status).toBe(200);
});

test('I1: a key that is deleted opens nothing any more, and what it held open ends, at every api', async () => {
  const { accessToken } = await api.register();
  const workId = await api.newWork(accessToken);
  const { key, id } = await makeKey(accessToken);
  const chat = await api.chat(key, workId);
  const other = await api.startAnother();
  const stream = await fetch(`${other.url}/api/works/${workId}/events`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect((await api.request(accessToken, 'DELETE', `/api/auth/keys/${id}`)).status).toBe(204);
  expect((await chat.closed).code).toBe(4401);
  await stream.text(); // ends
  expect((await api.request(key, 'GET', '/api/works')).status).toBe(401);
  expect((await api.request(accessToken, 'DELETE', `/api/auth/keys/${id}`)).status).toBe(404);
});

test('I1: an account that is deleted takes its keys with it', async () => {
  const { accessToken } = await api.register();
  const { key } = await makeKey(accessToken);
  const gone = await api.request(accessToken, 'DELETE', '/api/auth/me', { password: 'a long password' });
  expect(gone.status).toBe(204);
  expect((await api.request(key, 'GET', '/api/works')).status).toBe(401);
});

test('A2: another person’s key is not there', async () => {
  const { accessToken } = await api.register();
  const { id } = await makeKey(accessToken);
  const other = await api.register();
  expect((await api.request(other.accessToken, 'DELETE', `/api/auth/keys/${id}`)).status).toBe(404);
});

test('I1: only so many keys are made, when all are asked for at once too', async () => {
  const { accessToken } = await api.register();
  const answers = await Promise.all(
    Array.from({ length: MOST_KEYS + 5 }, () =>
      api.request(accessToken, 'POST', '/api/auth/keys', { name: 'one of many', scopes: ['read'] }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(MOST_KEYS);
  expect(statuses.filter((status) => status === 403)).toHaveLength(5);
});

test.each([
  ['no name', { scopes: ['read'] }],
  ['an empty name', { name: ' ', scopes: ['read'] }],
  ['no scope', { name: 'a', scopes: [] }],
  ['a scope that there is not', { name: 'a', scopes: ['admin'] }],
])('P22: a key with %s is refused', async (_what, body) => {
  const { accessToken } = await api.register();
  expect((await api.request(accessToken, 'POST', '/api/auth/keys', body)).status).toBe(400);
});

test('I1: each key has a limit of its own, over all apis, which is no matter of its person’s other doors', async () => {
  const strict = await startTestApi({ rateKeyRequestsPerMinute: 3 });
  try {
    const { accessToken } = await strict.guest();
    const keys = await Promise.all(
      ['one', 'other'].map(async (name) => {
        const made = await strict.request(accessToken, 'POST', '/api/auth/keys', { name, scopes: ['read'] });
        return ((await made.json()) as MadeKey).key;
      }),
    );
    const ask = (key = '') => strict.request(key, 'GET', '/api/works');
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(keys[0])));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({
      error: { code: 'rate_limited', message: expect.stringContaining('with this key') },
    });
    const workId = await strict.newWork(accessToken);
    await expect(strict.chat(keys[0] ?? '', workId)).rejects.toThrow('4429');
    expect((await ask(keys[1])).status).toBe(200);
    expect((await ask(accessToken)).status).toBe(200);
  } finally {
    await strict.close();
  }
});
