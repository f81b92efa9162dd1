/** Accounts and sessions over REST (F12, A1, A3). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { removeExpired } from '../../src/db/rates.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const password = 'correct horse';
const newEmail = () => `${randomUUID()}@example.org`;

async function post(path: string, body?: unknown, token: string | null = null) {
  const response = await api.request(token, 'POST', path, body);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

async function register(email = newEmail()): Promise<Session> {
  const { status, body } = await post('/api/auth/register', { email, password, name: 'Ada' });
  expect(status).toBe(201);
  return body as Session;
}

test('registering gives tokens that work, and the same address cannot register twice, in whatever case', async () => {
  const email = newEmail();
  const session = await register(email);
  expect(session).toEqual({
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    expiresIn: 900,
    user: {
      ...{ id: expect.any(String), email, name: 'Ada', guest: false, createdAt: expect.any(String) },
      ...{ password: true, provider: false },
    },
  });
  const me = await api.request(session.accessToken, 'GET', '/api/auth/me');
  expect(await me.json()).toEqual(session.user);
  const again = await post('/api/auth/register', { email: email.toUpperCase(), password });
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'email_taken' } } });
});

test('A1: a wrong password and an unknown address are told alike', async () => {
  const { user } = await register();
  const wrong = await post('/api/auth/login', { email: user.email, password: 'wrong horse' });
  const unknown = await post('/api/auth/login', { email: newEmail(), password });
  expect(wrong.status).toBe(401);
  expect({ ...unknown, headers: undefined }).toEqual({ ...wrong, headers: undefined });
  const right = await post('/api/auth/login', { email: ` ${user.email?.toUpperCase()} `, password });
  expect(right).toMatchObject({ status: 200, body: { user } });
});

test('A1: the hash is argon2id with 19 MiB, two passes and one lane', async () => {
  const { user } = await register();
  const row = await api.db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', user.id)
    .executeTakeFirstOrThrow();
  expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test.each([
  ['7 characters', 'a'.repeat(7), 400],
  ['8 characters', 'a'.repeat(8), 201],
  ['8 characters of two code units each', '🙂'.repeat(8), 201],
  ['256 characters', 'a'.repeat(256), 201],
  ['257 characters', 'a'.repeat(257), 400],
])('A1: a password of %s', async (_what, given, status) => {
  expect((await post('/api/auth/register', { email: newEmail(), password: given })).status).toBe(status);
});

test('A1: a refresh token is good once; using it again ends the whole session', async () => {
  const first = await register();
  const second = await post('/api/auth/refresh', { refreshToken: first.refreshToken });
  expect(second).toMatchObject({ status: 200, body: { user: first.user, expiresIn: 900 } });
  expect(second.body.refreshToken).not.toBe(first.refreshToken);
  await sql`update refresh_tokens set used_at = used_at - interval '11 seconds'
    where user_id = ${first.user.id}::uuid`.execute(api.db);
  const stolen = await post('/api/auth/refresh', { refreshToken: first.refreshToken });
  expect(stolen).toMatchObject({ status: 401, body: { error: { code: 'token_reused' } } });
  const after = await post('/api/auth/refresh', { refreshToken: second.body.refreshToken });
  expect(after).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } });
});

test('A1: tabs that renew one refresh token at once all go on, in one session, which a use of it later on ends', async () => {
  const { refreshToken, user } = await register();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post('/api/auth/refresh', { refreshToken })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(20);
  await sql`update refresh_tokens set used_at = used_at - interval '11 seconds'
    where user_id = ${user.id}::uuid`.execute(api.db);
  const late = await post('/api/auth/refresh', { refreshToken });
  expect(late.body.error.code).toBe('token_reused');
  for (const { body } of answers)
    expect((await post('/api/auth/refresh', { refreshToken: body.refreshToken })).status).toBe(401);
});

test('A1: refresh tokens are stored as hashes only, and one that expired is worth nothing', async () => {
  const { refreshToken, user } = await register();
  const { rows } = await sql<{ all: string }>`
    select string_agg(t::text, '') as all from refresh_tokens t where user_id = ${user.id}::uuid`.execute(
    api.db,
  );
  expect(rows[0]?.all).not.toContain(refreshToken);
  await sql`update refresh_tokens set expires_at = now() where user_id = ${user.id}::uuid`.execute(api.db);
  expect((await post('/api/auth/refresh', { refreshToken })).status).toBe(401);
});

test('logging out ends the session of the refresh token, and answers 204 for a token that is none', async () => {
  const { refreshToken } = await register();
  expect((await post('/api/auth/logout', { refreshToken })).status).toBe(204);
  expect((await post('/api/auth/refresh', { refreshToken })).status).toBe(401);
  expect((await post('/api/auth/logout', { refreshToken: 'nonsense' })).status).toBe(204);
  expect((await post('/api/auth/logout')).status).toBe(204);
});

test('logging out with an access token alone ends all sessions of that person', async () => {
  const { user, accessToken, refreshToken } = await register();
  const other = await post('/api/auth/login', { email: user.email, password });
  expect((await post('/api/auth/logout', undefined, accessToken)).status).toBe(204);
  for (const token of [refreshToken, other.body.refreshToken]) {
    expect((await post('/api/auth/refresh', { refreshToken: token })).status).toBe(401);
  }
});

test('U1: a guest needs nothing', async () => {
  const { status, body } = await post('/api/auth/guest');
  expect(status).toBe(200);
  expect(body.user).toMatchObject({ guest: true, email: null });
});

test('A3: too many attempts are told with 429 and Retry-After, per account and per address', async () => {
  const strict = await startTestApi({ rateLoginsPerMinute: 3 });
  try {
    const attempt = (path: string, email: string) =>
      strict.request(null, 'POST', `/api/auth/${path}`, { email, password });
    const logins = [];
    for (let n = 0; n < 4; n += 1) logins.push(await attempt('login', 'victim@example.org'));
    expect(logins.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    const retryAfter = Number(logins[3]?.headers.get('Retry-After'));
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(await logins[3]?.json()).toMatchObject({ error: { code: 'rate_limited' } });
    expect((await attempt('login', 'another@example.org')).status).toBe(429);
    const registrations = [];
    for (let n = 0; n < 4; n += 1) registrations.push((await attempt('register', newEmail())).status);
    expect(registrations).toEqual([201, 201, 201, 429]);
    await sql`update rate_windows set began_at = began_at - interval '61 seconds'`.execute(strict.db);
    expect((await attempt('login', 'victim@example.org')).status).toBe(401);
  } finally {
    await strict.close();
  }
});

test('SR-M8: wrong passwords from other networks keep nobody out where their right one came from', async () => {
  const strict = await startTestApi({ rateLoginsPerMinute: 2, trustedProxies: 1 });
  try {
    const email = newEmail();
    const from = (network: string, path: string, given: string) =>
      fetch(`${strict.url}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': network },
        body: JSON.stringify({ email, password: given }),
      });
    expect((await from('192.0.2.1', 'register', password)).status).toBe(201);
    const wrong = [];
    for (let n = 0; n < 41; n += 1)
      wrong.push((await from(`198.51.100.${n}`, 'login', 'wrong horse')).status);
    expect(wrong).toEqual([...Array(40).fill(401), 429]);
    expect((await from('192.0.2.1', 'login', password)).status).toBe(200);
    expect((await from('203.0.113.1', 'login', password)).status).toBe(429);
  } finally {
    await strict.close();
  }
});

test('SR-M10: new guests of one network are bounded an hour as well, exactly however many ask at once', async () => {
  const strict = await startTestApi({ rateLoginsPerMinute: 1 });
  try {
    const guests = async (count: number) => {
      const asked = Array.from({ length: count }, () => strict.request(null, 'POST', '/api/auth/guest'));
      return (await Promise.all(asked)).filter(({ status }) => status === 200).length;
    };
    let admitted = 0;
    for (let minute = 0; minute < 7; minute += 1) {
      admitted += await guests(15);
      await sql`update rate_windows set began_at = began_at - interval '61 seconds'`.execute(strict.db);
    }
    expect(admitted).toBe(60);
    await removeExpired(strict.db);
    expect(await guests(1)).toBe(0);
  } finally {
    await strict.close();
  }
});

test('A3: messages are limited per person over socket and REST alike; repeats of stored ones are not', async () => {
  const strict = await startTestApi({ rateMessagesPerMinute: 3 });
  try {
    const { accessToken } = await strict.guest();
    const [work, other] = [await strict.newWork(accessToken), await strict.newWork(accessToken)];
    const chat = await strict.chat(accessToken, work, 0);
    const ids = ['a', 'b'].map((text) => chat.say(text));
    chat.say('b', { id: ids[1] as string });
    await chat.frame(({ duplicate }) => duplicate === true, 'the repeat');
    const send = (id: string) =>
      strict.request(accessToken, 'POST', `/api/works/${other}/messages`, { id, text: 'c' });
    expect((await send(randomUUID())).status).toBe(202);
    const refused = chat.say('d');
    expect(await chat.frame(({ type }) => type === 'error', 'an error')).toEqual({
      type: 'error',
      code: 'rate_limited',
      message: expect.stringContaining('Try again in'),
      retryable: true,
      retryAfter: expect.any(Number),
      id: refused,
    });
    const overRest = await send(randomUUID());
    expect(overRest.status).toBe(429);
    expect(Number(overRest.headers.get('Retry-After'))).toBeGreaterThan(0);
    for (let n = 0; n < 101; n += 1) chat.say('more');
    expect((await chat.closed).code).toBe(4429);
  } finally {
    await strict.close();
  }
});
