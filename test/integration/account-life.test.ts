/** What becomes of an account: a guest who registers, another password, the end of everything (F12, A1). */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pino from 'pino';
import { finishDeletions } from '../../src/api/works/deletion.ts';
import { deleteLeftGuests } from '../../src/db/users.ts';
import { createWork } from '../../src/db/works.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { NO_QUOTAS } from '../support/works.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const password = 'correct horse';
const next = 'battery staple';
const newEmail = () => `${randomUUID()}@example.org`;

async function ask(method: string, route: string, body?: unknown, token: string | null = null) {
  const response = await api.request(token, method, route, body);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

async function register(email = newEmail()): Promise<Session> {
  return (await ask('POST', '/api/auth/register', { email, password })).body as Session;
}

const refresh = async ({ refreshToken }: Session) =>
  (await ask('POST', '/api/auth/refresh', { refreshToken })).status;

test('F12: a guest who registers keeps their Works, and the guest’s own sessions end', async () => {
  const guest = await api.guest();
  const work = await api.newWork(guest.accessToken);
  const email = newEmail();
  const wish = { email, password, name: 'Ada' };
  const registered = await ask('POST', '/api/auth/register', wish, guest.accessToken);
  expect(registered).toMatchObject({
    status: 201,
    body: { user: { id: guest.user.id, email, name: 'Ada', guest: false } },
  });
  const { body } = await ask('POST', '/api/auth/login', { email, password });
  expect((await ask('GET', `/api/works/${work}`, undefined, body.accessToken)).status).toBe(200);
  expect(await refresh(guest)).toBe(401);
  expect(await refresh(registered.body)).toBe(200);
});

test('F12: a guest cannot take an address that is taken; who has an account already gets another one', async () => {
  const { user, accessToken } = await register();
  const guest = await api.guest();
  const taken = await ask('POST', '/api/auth/register', { email: user.email, password }, guest.accessToken);
  expect(taken).toMatchObject({ status: 409, body: { error: { code: 'email_taken' } } });
  expect((await ask('GET', '/api/auth/me', undefined, guest.accessToken)).body).toMatchObject({
    guest: true,
  });
  const other = await ask('POST', '/api/auth/register', { email: newEmail(), password }, accessToken);
  expect(other.status).toBe(201);
  expect(other.body.user.id).not.toBe(user.id);
  const wrong = await ask('POST', '/api/auth/register', { email: newEmail(), password }, 'nonsense');
  expect(wrong.status).toBe(401);
});

test('SR-L4: of registrations of one guest at once, with two addresses, one makes the account and the others make none', async () => {
  const guest = await api.guest();
  const emails = [newEmail(), newEmail()];
  const asked = Array.from({ length: 8 }, (_, n) =>
    ask('POST', '/api/auth/register', { email: emails[n % 2], password }, guest.accessToken),
  );
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  // Who comes when the account is made already has a token of a session that ended.
  const others = statuses.sort().slice(1);
  expect(statuses[0]).toBe(201);
  expect(others.filter((status) => status !== 401 && status !== 409)).toEqual([]);
  const made = await api.db.selectFrom('users').select('id').where('email', 'in', emails).execute();
  expect(made).toEqual([{ id: guest.user.id }]);
});

test('A1: another password ends every other session, and only the new one lets in', async () => {
  const email = newEmail();
  const here = await register(email);
  const there = (await ask('POST', '/api/auth/login', { email, password })).body as Session;
  const change = (body: object) => ask('POST', '/api/auth/password', body, here.accessToken);
  expect(await change({ currentPassword: 'wrong horse', newPassword: next })).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden' } },
  });
  expect((await change({ currentPassword: password, newPassword: 'short' })).status).toBe(400);
  expect((await change({ currentPassword: password, newPassword: next })).status).toBe(204);
  expect([await refresh(there), await refresh(here)]).toEqual([401, 200]);
  expect((await ask('POST', '/api/auth/login', { email, password })).status).toBe(401);
  expect((await ask('POST', '/api/auth/login', { email, password: next })).status).toBe(200);
  const guest = await api.guest();
  const ofGuest = { currentPassword: '', newPassword: next };
  expect((await ask('POST', '/api/auth/password', ofGuest, guest.accessToken)).status).toBe(409);
});

test('A1: a session that is renewed while the password changes does not survive it', async () => {
  for (let round = 0; round < 8; round += 1) {
    const email = newEmail();
    const here = await register(email);
    const there = (await ask('POST', '/api/auth/login', { email, password })).body as Session;
    const [, renewed] = await Promise.all([
      ask('POST', '/api/auth/password', { currentPassword: password, newPassword: next }, here.accessToken),
      ask('POST', '/api/auth/refresh', { refreshToken: there.refreshToken }),
    ]);
    const last = renewed.status === 200 ? (renewed.body as Session) : there;
    expect(await refresh(last)).toBe(401);
  }
});

test('F12: a deleted account is gone from each table, every folder and the workflows; its address is free again', async () => {
  const email = newEmail();
  const { user, accessToken } = await register(email);
  const works = [await api.newWork(accessToken), await api.newWork(accessToken)];
  for (const work of works) {
    const message = { id: randomUUID(), text: `only ${email} says this` };
    await ask('POST', `/api/works/${work}/messages`, message, accessToken);
    await mkdir(path.join(api.dataDir, 'chat_history'), { recursive: true });
    await writeFile(path.join(api.dataDir, 'chat_history', `${work}.json`), '{}');
  }
  const chat = await api.chat(accessToken, works[0] ?? '');
  expect((await ask('DELETE', '/api/auth/me', { password: 'wrong horse' }, accessToken)).status).toBe(403);
  expect((await ask('DELETE', '/api/auth/me', undefined, accessToken)).status).toBe(403);
  expect((await ask('DELETE', '/api/auth/me', { password }, accessToken)).status).toBe(204);

  expect((await chat.closed).code).toBe(4404);
  expect((await ask('GET', '/api/auth/me', undefined, accessToken)).status).toBe(401);
  expect((await ask('DELETE', '/api/auth/me', { password }, accessToken)).status).toBe(401);
  expect((await ask('POST', '/api/works', {}, accessToken)).status).toBe(401);
  expect((await ask('POST', '/api/auth/login', { email, password })).status).toBe(401);
  expect((await ask('POST', '/api/auth/register', { email, password })).status).toBe(201);

  const traces = await eventually(
    () => rowsThatMention([user.id, ...works]),
    (found) => found.length === 0,
  );
  expect(traces).toEqual([]);
  for (const folder of ['workspaces', 'chat_history']) {
    const left = await readdir(path.join(api.dataDir, folder));
    expect(left.filter((name) => works.some((work) => name.includes(work)))).toEqual([]);
  }
  for (const work of works) expect(api.temporal.said).toContain(`terminate work-${work}`);
});

test('F12: a deletion that a crash interrupted is finished by a job, with a Work that slipped in', async () => {
  const guest = await api.guest();
  const work = await api.newWork(guest.accessToken);
  api.temporal.failure = new Error('no connection');
  try {
    expect((await ask('DELETE', '/api/auth/me', undefined, guest.accessToken)).status).toBe(204);
    const gone = await ask('GET', `/api/works/${work}`, undefined, guest.accessToken);
    expect([401, 404]).toContain(gone.status);
  } finally {
    api.temporal.failure = undefined;
  }
  const slipped = randomUUID();
  await sql`insert into works (id, owner_id, title) values (${slipped}::uuid, ${guest.user.id}::uuid, 'late')`.execute(
    api.db,
  );
  const made = { id: randomUUID(), ownerId: guest.user.id, title: '', titled: false, template: null };
  expect(await createWork(api.db, { ...made, models: {}, diskBytes: 0 }, NO_QUOTAS)).toBeUndefined();
  const deps = { ...api, temporal: api.temporal.client, log: pino({ level: 'silent' }) };
  await finishDeletions(deps);
  await finishDeletions(deps);
  expect(await rowsThatMention([guest.user.id, work, slipped])).toEqual([]);
  expect(existsSync(path.join(api.dataDir, 'workspaces', work))).toBe(false);
});

test('F12: a guest whom nobody can be any more is removed after a while, with all they had; others stay', async () => {
  const people = await Promise.all([api.guest(), api.guest(), api.guest(), api.guest(), register()]);
  const [gone, signedIn, busy, young, registered] = people;
  const works = await Promise.all(people.map(({ accessToken }) => api.newWork(accessToken)));
  const ids = (of: Session[]) => of.map(({ user }) => user.id);
  const aged = ids([gone, signedIn, busy, registered]);
  const over = ids([gone, busy, young, registered]);
  await sql`update refresh_tokens set expires_at = clock_timestamp() where user_id = any(${over}::uuid[])`.execute(
    api.db,
  );
  const age = sql`clock_timestamp() - interval '31 days'`;
  await sql`update users set created_at = ${age} where id = any(${aged}::uuid[])`.execute(api.db);
  const idle = ids([gone, signedIn, registered]);
  await sql`update works set updated_at = ${age} where owner_id = any(${idle}::uuid[])`.execute(api.db);

  expect(await deleteLeftGuests(api.db, 30)).toBe(1);
  expect(await deleteLeftGuests(api.db, 30)).toBe(0);
  const deps = { ...api, temporal: api.temporal.client, log: pino({ level: 'silent' }) };
  await finishDeletions(deps);
  expect(await rowsThatMention([gone.user.id, works[0] ?? ''])).toEqual([]);
  expect(existsSync(path.join(api.dataDir, 'workspaces', works[0] ?? ''))).toBe(false);
  for (const [index, { user }] of people.slice(1).entries())
    expect(await rowsThatMention([user.id, works[index + 1] ?? ''])).toContain('works');
});

/** The tables with a row in which one of the ids stands, in whatever column. */
async function rowsThatMention(ids: string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(api.db);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${sql.table(name)} t
      where exists (select 1 from unnest(${ids}::text[]) id where position(id in t::text) > 0)`.execute(
      api.db,
    );
    if (Number(rows[0]?.n) > 0) found.push(name);
  }
  expect(tables.length).toBeGreaterThan(10);
  return found;
}
