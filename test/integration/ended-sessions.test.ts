/** SR-L8: what was given out for a session ends with it, at every api: access tokens, tickets, sockets and event streams. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { RunningApi } from '../../src/api/start.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { openChat } from '../support/chat-client.ts';
import { until } from '../support/until.ts';

const password = 'correct horse';

let api: TestApi;
let other: RunningApi;

beforeAll(async () => {
  api = await startTestApi();
  other = await api.startAnother();
});
afterAll(() => api.close());

/** Everything that one may hold of a session, at both apis. */
async function holdings({ accessToken }: Session) {
  const work = await api.newWork(accessToken);
  const { ticket } = (await (await api.request(accessToken, 'POST', '/api/auth/ticket')).json()) as {
    ticket: string;
  };
  const authorization = `Bearer ${accessToken}`;
  const urls = [api.url, other.url];
  const sockets = await Promise.all(urls.map((url) => openChat(url, { workId: work, token: accessToken })));
  const streams = await Promise.all(
    urls.map((url) => fetch(`${url}/api/works/${work}/events?after=0`, { headers: { authorization } })),
  );
  const read = streams.map((stream) => stream.text());
  /** What each way answers now. */
  async function statuses(): Promise<number[]> {
    const answers = urls.flatMap((url) => [
      fetch(`${url}/api/works`, { headers: { authorization } }),
      fetch(`${url}/api/works/${work}/events?ticket=${ticket}`),
    ]);
    const responses = await Promise.all(answers);
    await Promise.all(responses.map((response) => response.body?.cancel()));
    return responses.map(({ status }) => status);
  }
  return {
    work,
    statuses,
    /** Resolves when nothing of it opens anything, and what was open has ended; gives the sockets' codes. */
    async over(): Promise<number[]> {
      const codes = await Promise.all(sockets.map(async ({ closed }) => (await closed).code));
      await Promise.all(read);
      await until(async () => (await statuses()).every((status) => status === 401), 'all of it was refused');
      return codes;
    },
  };
}

test('SR-L8: a guest becomes an account: what the guest had given out opens nothing more, and the account has their Works', async () => {
  const guest = await api.guest();
  const held = await holdings(guest);
  expect(await held.statuses()).toEqual([200, 200, 200, 200]);
  const account = { email: `${randomUUID()}@example.org`, password };
  const registered = await api.request(guest.accessToken, 'POST', '/api/auth/register', account);
  expect(registered.status).toBe(201);
  const { accessToken } = (await registered.json()) as Session;
  expect(await held.over()).toEqual([4401, 4401]);
  expect((await api.request(accessToken, 'GET', `/api/works/${held.work}`)).status).toBe(200);
});

test('SR-L8: signing out ends one session, another password the others, and the end of an account all of them', async () => {
  const account = { email: `${randomUUID()}@example.org`, password };
  const login = async () =>
    (await (await api.request(null, 'POST', '/api/auth/login', account)).json()) as Session;
  await api.request(null, 'POST', '/api/auth/register', account);
  const sessions = [await login(), await login(), await login()];
  const [out, elsewhere, here] = await Promise.all(sessions.map(holdings));
  await api.request(null, 'POST', '/api/auth/logout', { refreshToken: sessions[0]?.refreshToken });
  expect(await out?.over()).toEqual([4401, 4401]);
  expect(await elsewhere?.statuses()).toEqual([200, 200, 200, 200]);

  const token = sessions[2]?.accessToken ?? '';
  const change = { currentPassword: password, newPassword: 'battery staple' };
  expect((await api.request(token, 'POST', '/api/auth/password', change)).status).toBe(204);
  expect(await elsewhere?.over()).toEqual([4401, 4401]);
  expect(await here?.statuses()).toEqual([200, 200, 200, 200]);

  const gone = await api.request(token, 'DELETE', '/api/auth/me', { password: change.newPassword });
  expect(gone.status).toBe(204);
  // They look at a Work, which is gone, too.
  expect(await here?.over()).toEqual([4404, 4404]);
});

test('SR-L8, A1: a refresh token that is used again ends what its session had given out', async () => {
  const session = await api.guest();
  const held = await holdings(session);
  const refresh = () =>
    api.request(null, 'POST', '/api/auth/refresh', { refreshToken: session.refreshToken });
  expect((await refresh()).status).toBe(200);
  await sql`update refresh_tokens set used_at = used_at - interval '1 minute' where used_at is not null`.execute(
    api.db,
  );
  expect((await refresh()).status).toBe(401);
  expect(await held.over()).toEqual([4401, 4401]);
});

test('SR-L8: an end that was told while an api did not listen is found when it listens again', async () => {
  const guest = await api.guest();
  const held = await holdings(guest);
  // In one transaction: the sessions that listen break, and are not told of what ends with them.
  await sql`
    with ended as (
      update refresh_tokens set revoked_at = clock_timestamp() where user_id = ${guest.user.id}::uuid returning 1
    )
    select pg_terminate_backend(pid) from pg_stat_activity, (select count(*) from ended) e
    where application_name = 'paperagent-live' and datname = current_database()`.execute(api.db);
  expect(await held.over()).toEqual([4401, 4401]);
});
