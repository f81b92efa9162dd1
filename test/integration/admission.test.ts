/** Who may come in, as an operator chooses it (SR-M10). */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { createInvitation } from '../../src/db/invitations.ts';
import type { Admission } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
afterEach(() => api.close());

const OPEN: Admission = { registration: 'open', guests: true, guestModels: false };
const account = (more: object = {}) => ({
  email: `${randomUUID()}@example.com`,
  password: 'a long password',
  ...more,
});

async function post(route: string, body: object, token: string | null = null) {
  const response = await api.request(token, 'POST', route, body);
  return { status: response.status, body: (await response.json()) as { error?: { code: string } } };
}

const refused = { status: 403, body: { error: { code: 'forbidden' } } };

test('SR-M10: where registration is closed nobody makes an account, a guest neither; who has one signs in', async () => {
  api = await startTestApi({ admission: { ...OPEN, registration: 'closed' } });
  expect(await post('/api/auth/register', account())).toMatchObject(refused);
  const guest = await api.guest();
  expect(await post('/api/auth/register', account(), guest.accessToken)).toMatchObject(refused);
  const options = await api.request(null, 'GET', '/api/auth/options');
  expect(await options.json()).toEqual({ ...OPEN, registration: 'closed', guestDays: 30, provider: null });
});

test.each([
  [7, 30],
  [45, 45],
  [0, 0],
])(
  'with GUEST_RETENTION_DAYS=%d the server says that guests’ Works are kept for %d days',
  async (days, said) => {
    api = await startTestApi({ guestRetentionDays: days });
    const options = await api.request(null, 'GET', '/api/auth/options');
    expect(await options.json()).toMatchObject({ guestDays: said });
  },
);

test('SR-M10: an invitation is good for one account, for its time, and again where nothing came of it', async () => {
  api = await startTestApi({ admission: { ...OPEN, registration: 'invitation' } });
  const invitation = await createInvitation(api.db, 7);
  expect(await post('/api/auth/register', account())).toMatchObject(refused);
  expect(await post('/api/auth/register', account({ invitation: 'none' }))).toMatchObject(refused);
  const first = account({ invitation });
  const asked = await Promise.all([
    post('/api/auth/register', first),
    ...Array.from({ length: 5 }, () => post('/api/auth/register', account({ invitation }))),
  ]);
  expect(asked.filter(({ status }) => status === 201)).toHaveLength(1);

  const second = await createInvitation(api.db, 7);
  const taken = account({ invitation: second });
  expect((await post('/api/auth/register', taken)).status).toBe(201);
  const third = await createInvitation(api.db, 7);
  expect((await post('/api/auth/register', { ...taken, invitation: third })).status).toBe(409);
  expect((await post('/api/auth/register', account({ invitation: third }))).status).toBe(201);

  const old = await createInvitation(api.db, 0);
  expect(await post('/api/auth/register', account({ invitation: old }))).toMatchObject(refused);
});

test('SR-M10: where guests are off nobody comes in without an account', async () => {
  api = await startTestApi({ admission: { ...OPEN, guests: false } });
  expect(await post('/api/auth/guest', {})).toMatchObject(refused);
});

test('SR-H7, SR-M10: a guest names no model server, and does once they have an account', async () => {
  api = await startTestApi({ admission: OPEN });
  const guest = await api.guest();
  const model = { role: 'main', baseUrl: 'https://api.example.com/v1', model: 'm' };
  expect(await post('/api/models', model, guest.accessToken)).toMatchObject(refused);
  const registered = await post('/api/auth/register', account(), guest.accessToken);
  const { accessToken } = registered.body as unknown as { accessToken: string };
  expect((await post('/api/models', model, accessToken)).status).toBe(201);
});
