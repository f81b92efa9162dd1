/** H9: sign-in by OpenID Connect, against a real provider: who gets which account, and what an attacker gets. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createInvitation } from '../../src/db/invitations.ts';
import type { ProviderSettings } from '../../src/domain/identity-provider.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { CLIENT, startProvider, type TestProvider } from '../support/identity-provider.ts';
import { until } from '../support/until.ts';

const REDIRECT = 'https://paper.example.org/sign-in';
const person = (name: string, proven = true) => ({
  email: `${name}@example.org`,
  email_verified: proven,
  name: `The ${name}`,
});
const people = {
  ...{ ada: person('ada'), bob: person('bob'), cy: person('cy'), dan: person('dan'), eve: person('eve') },
  ...{ gil: person('gil'), hal: person('hal'), ida: person('ida'), mallory: person('victim', false) },
  far: { ...person('far'), email: 'far@elsewhere.com' },
};

let provider: TestProvider;
let settings: ProviderSettings;
let api: TestApi;
beforeAll(async () => {
  provider = await startProvider(people, REDIRECT);
  settings = {
    ...{ issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUri: REDIRECT },
    ...{ name: 'Example', registration: 'open', domains: undefined },
  };
  api = await startTestApi({ provider: settings });
});
afterAll(async () => {
  await api.close();
  await provider.close();
});

type Answer = { status: number; body: Session & { error?: { code: string; message: string } } };

async function post(path: string, body: object = {}, token: string | null = null, at = api): Promise<Answer> {
  const response = await at.request(token, 'POST', path, body);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

async function begin(at = api): Promise<{ url: string; secret: string }> {
  const { status, body } = await post('/api/auth/provider/begin', {}, null, at);
  expect(status).toBe(200);
  return body as unknown as { url: string; secret: string };
}

/** What the provider sends back of somebody who signs in there at `url`. */
const answerOf = async (url: string, login: string) =>
  Object.fromEntries((await provider.signIn(url, login)).searchParams);

async function signIn(login: string, more: object = {}, token: string | null = null, at = api) {
  const { url, secret } = await begin(at);
  return await post(
    '/api/auth/provider/finish',
    { ...(await answerOf(url, login)), secret, ...more },
    token,
    at,
  );
}

/** An api is told of a session's end, a moment after it (SR-L8). */
const ended = (token: string) =>
  until(async () => (await api.request(token, 'GET', '/api/works')).status === 401, 'the session has ended');

const refused = { status: 403, body: { error: { code: 'forbidden' } } };

test('H9: who is new gets an account, and comes back to it; its session is the house’s own and ends as any', async () => {
  const first = await signIn('ada');
  expect(first).toMatchObject({
    status: 200,
    body: {
      user: { email: 'ada@example.org', name: 'The ada', guest: false, password: false, provider: true },
    },
  });
  const again = await signIn('ada');
  expect(again.body.user.id).toBe(first.body.user.id);
  const { accessToken, refreshToken } = again.body;
  expect((await api.request(accessToken, 'GET', '/api/works')).status).toBe(200);
  expect((await api.request(null, 'POST', '/api/auth/logout', { refreshToken })).status).toBe(204);
  await ended(accessToken);
  expect((await post('/api/auth/login', { email: 'ada@example.org', password: '' })).status).toBe(401);
  // Another who has that address is not let in by it, and no deletion asks for a password that there is not.
  const gone = await api.request(first.body.accessToken, 'DELETE', '/api/auth/me', {});
  expect(gone.status).toBe(204);
  const anew = await signIn('ada');
  expect(anew.body.user.id).not.toBe(first.body.user.id);
});

test('H9, V4: a guest who comes in by the provider for the first time becomes the account and keeps everything', async () => {
  const guest = await api.guest();
  const work = await api.newWork(guest.accessToken);
  const { body } = await signIn('bob', {}, guest.accessToken);
  expect(body.user).toMatchObject({ id: guest.user.id, guest: false, email: 'bob@example.org' });
  expect((await api.request(body.accessToken, 'GET', `/api/works/${work}`)).status).toBe(200);
  await ended(guest.accessToken);
  // Who has an account already goes to that one, as with a password.
  const other = await api.guest();
  expect((await signIn('bob', {}, other.accessToken)).body.user.id).toBe(guest.user.id);
});

test('H9: an address gives nobody an account: one that is taken is refused, one that is not proven is not taken', async () => {
  const squatter = { email: 'cy@example.org', password: 'a long password' };
  expect((await post('/api/auth/register', squatter)).status).toBe(201);
  expect(await signIn('cy')).toMatchObject({ status: 409, body: { error: { code: 'email_taken' } } });

  const victim = await post('/api/auth/register', {
    email: 'victim@example.org',
    password: 'a long password',
  });
  const { body } = await signIn('mallory');
  expect(body.user).toMatchObject({ email: null, guest: false });
  expect(body.user.id).not.toBe(victim.body.user.id);
});

test('H9: an account is connected by who is signed in to it, once, and stays reachable by one of its ways', async () => {
  const own = await api.register();
  const { status, body } = await signIn('dan', { connect: true }, own.accessToken);
  expect([status, body.user.id, body.user.provider]).toEqual([200, own.user.id, true]);
  expect((await signIn('dan')).body.user.id).toBe(own.user.id);
  const other = await api.register();
  expect((await signIn('dan', { connect: true }, other.accessToken)).status).toBe(409);
  expect(await signIn('eve', { connect: true })).toMatchObject(refused);
  expect(await signIn('eve', { connect: true }, (await api.guest()).accessToken)).toMatchObject(refused);

  expect((await api.request(body.accessToken, 'DELETE', '/api/auth/provider')).status).toBe(204);
  expect(
    (await api.request(body.accessToken, 'GET', '/api/auth/me').then((r) => r.json())) as object,
  ).toMatchObject({
    password: true,
    provider: false,
  });
  const passwordless = await signIn('eve');
  expect((await api.request(passwordless.body.accessToken, 'DELETE', '/api/auth/provider')).status).toBe(409);
});

test('H9: the answer is good in the browser that asked alone, once, from that provider, as it was asked for', async () => {
  const finish = (body: object) => post('/api/auth/provider/finish', body);

  // Used twice, one after the other and at once.
  const { url, secret } = await begin();
  const answer = await answerOf(url, 'gil');
  const both = await Promise.all([finish({ ...answer, secret }), finish({ ...answer, secret })]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
  expect(await finish({ ...answer, secret })).toMatchObject(refused);

  // The same code behind a sign-in of one's own, and with its state.
  const other = await begin();
  const ownState = new URL(other.url).searchParams.get('state');
  expect(await finish({ ...answer, state: ownState, secret: other.secret })).toMatchObject(refused);

  // Signed in as the attacker by an address that they send: no secret, or the browser's own for another sign-in.
  const attackers = await begin();
  const theirs = await answerOf(attackers.url, 'mallory');
  expect(await finish({ ...theirs, secret: '' })).toMatchObject(refused);
  expect(await finish({ ...theirs, secret: (await begin()).secret })).toMatchObject(refused);

  // A code that somebody took on its way, behind their own sign-in.
  const taken = await answerOf((await begin()).url, 'hal');
  const thief = await begin();
  const thiefState = new URL(thief.url).searchParams.get('state');
  expect(await finish({ ...taken, state: thiefState, secret: thief.secret })).toMatchObject(refused);

  // Asked for with another nonce, another challenge; answered by another provider, or with none of its words.
  const forged = async (name: string, value: string) => {
    const asked = await begin();
    const changed = new URL(asked.url);
    changed.searchParams.set(name, value);
    return await finish({ ...(await answerOf(changed.href, 'hal')), secret: asked.secret });
  };
  expect(await forged('nonce', 'of-another-sign-in')).toMatchObject(refused);
  expect(await forged('code_challenge', 'A'.repeat(43))).toMatchObject(refused);
  const mixed = await begin();
  const fromElsewhere = { ...(await answerOf(mixed.url, 'hal')), iss: 'https://evil.example' };
  expect(await finish({ ...fromElsewhere, secret: mixed.secret })).toMatchObject(refused);
  const bare = await begin();
  const { iss: _iss, ...withoutIssuer } = await answerOf(bare.url, 'hal');
  expect(await finish({ ...withoutIssuer, secret: bare.secret })).toMatchObject(refused);
  const denied = await begin();
  const no = {
    state: new URL(denied.url).searchParams.get('state'),
    error: 'access_denied',
    iss: provider.issuer,
  };
  expect(await finish({ ...no, secret: denied.secret })).toMatchObject(refused);

  // None of it made an account.
  const found = await api.db
    .selectFrom('identities')
    .select('subject')
    .where('subject', '=', 'hal')
    .execute();
  expect(found).toEqual([]);
});

test('H9: the way back is the operator’s setting, whatever name a request comes by', async () => {
  const response = await fetch(`${api.url}/api/auth/provider/begin`, {
    method: 'POST',
    headers: { 'X-Forwarded-Host': 'evil.example' },
  });
  const { url } = (await response.json()) as { url: string };
  const asked = new URL(url).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    redirect_uri: REDIRECT,
    response_type: 'code',
    code_challenge_method: 'S256',
  });
  expect(url).not.toContain(CLIENT.secret);
});

test('H9: who may come in by the provider is a switch of its own: closed, by invitation, of a domain', async () => {
  const at = await startTestApi({
    provider: { ...settings, registration: 'invitation', domains: ['example.org'] },
  });
  try {
    expect(await signIn('ida', {}, null, at)).toMatchObject(refused);
    const invitation = await createInvitation(at.db, 7);
    expect(await signIn('far', { invitation }, null, at)).toMatchObject(refused);
    expect(await signIn('mallory', { invitation }, null, at)).toMatchObject(refused);
    expect((await signIn('ida', { invitation }, null, at)).status).toBe(200);
    expect(await signIn('hal', { invitation }, null, at)).toMatchObject(refused);
    expect((await signIn('ida', {}, null, at)).status).toBe(200);
    const options = await at.request(null, 'GET', '/api/auth/options');
    expect(await options.json()).toMatchObject({ provider: { name: 'Example', registration: 'invitation' } });
  } finally {
    await at.close();
  }
  const closed = await startTestApi({ provider: { ...settings, registration: 'closed' } });
  try {
    expect(await signIn('ida', {}, null, closed)).toMatchObject(refused);
    const own = await closed.register();
    expect((await signIn('ida', { connect: true }, own.accessToken, closed)).status).toBe(200);
  } finally {
    await closed.close();
  }
});

test('H9: a provider that does not answer is told of in a sentence, and passwords work on', async () => {
  const gone = await startProvider(people, REDIRECT);
  const at = await startTestApi({ provider: { ...settings, issuer: gone.issuer } });
  try {
    const { url, secret } = await begin(at);
    const answer = Object.fromEntries((await gone.signIn(url, 'ida')).searchParams);
    await gone.close();
    const away = {
      status: 503,
      body: {
        error: {
          code: 'unavailable',
          message: 'Example does not answer at present. Try again, or sign in with a password.',
        },
      },
    };
    expect(await post('/api/auth/provider/finish', { ...answer, secret }, null, at)).toMatchObject(away);
    const fresh = await at.startAnother();
    const begun = await fetch(`${fresh.url}/api/auth/provider/begin`, { method: 'POST' });
    expect({ status: begun.status, body: await begun.json() }).toMatchObject(away);
    const account = { email: `${randomUUID()}@example.org`, password: 'a long password' };
    expect((await post('/api/auth/register', account, null, at)).status).toBe(201);
    expect((await post('/api/auth/login', account, null, at)).status).toBe(200);
  } finally {
    await at.close();
  }
});

test('H9: without a provider there is no such way', async () => {
  const at = await startTestApi();
  try {
    expect((await post('/api/auth/provider/begin', {}, null, at)).status).toBe(404);
    const options = await at.request(null, 'GET', '/api/auth/options');
    expect(await options.json()).toMatchObject({ provider: null });
  } finally {
    await at.close();
  }
});
