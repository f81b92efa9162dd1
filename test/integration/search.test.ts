/** What one has is found again (H8): by words, in English and Chinese, one's own alone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { writeWordsDue } from '../../src/db/search.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.register()).accessToken;
});
afterAll(() => api.close());

interface Found {
  workId: string;
  messageId: string;
  title: string;
  role: string;
  snippet: { text: string; hit: boolean }[];
}

async function say(workId: string, text: string, id = randomUUID(), by = token): Promise<string> {
  const response = await api.request(by, 'POST', `/api/works/${workId}/messages`, { id, text });
  expect(response.status).toBe(202);
  return id;
}

/** As the job does. */
async function index(): Promise<void> {
  while ((await writeWordsDue(api.db)) > 0);
}

async function find(q: string, by = token): Promise<Found[]> {
  const response = await api.request(by, 'GET', `/api/search?q=${encodeURIComponent(q)}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: Found[] }).items;
}

test('H8: a message is found by its words, in both languages, with its Work and its place; newest first, as typed before all', async () => {
  const workId = await api.newWork(token);
  const apart = await say(workId, 'Carlo first, then Monte.');
  const whole = await say(workId, 'The Monte Carlo method <b>converges</b>.');
  const later = await say(workId, 'Monte, and later Carlo.');
  const chinese = await say(workId, '请用蒙特卡洛方法估计圆周率的值。');
  await index();
  expect((await find('monte carlo')).map(({ messageId }) => messageId)).toEqual([whole, later, apart]);
  expect((await find('conver'))[0]).toMatchObject({
    workId,
    messageId: whole,
    role: 'user',
    title: expect.any(String),
  });
  expect((await find('converges'))[0]?.snippet.find(({ hit }) => hit)?.text).toBe('converges');
  for (const q of ['圆周率', '蒙特卡洛', '率', '估计 圆周'])
    expect([q, (await find(q)).map(({ messageId }) => messageId)]).toEqual([q, [chinese]]);
  for (const q of ['圆率', 'monte 圆周率', 'nothing', '', '?!', 'xyz | monte', "'monte' | 'xyz'"])
    expect([q, await find(q)]).toEqual([q, []]);
  // Nothing but words is read in it.
  for (const q of ["'monte':*", 'monte & !carlo', '(MONTE)']) expect(await find(q)).toHaveLength(3);
});

test('H8: an edited message is found by its new words, a withdrawn one and one of a deleted Work not at all', async () => {
  const workId = await api.newWork(token);
  const id = await say(workId, 'aardvark');
  await index();
  expect(await find('aardvark')).toHaveLength(1);
  await api.request(token, 'PATCH', `/api/works/${workId}/messages/${id}`, { text: 'buffalo' });
  await index();
  expect(await find('aardvark')).toEqual([]);
  expect(await find('buffalo')).toHaveLength(1);
  await api.request(token, 'DELETE', `/api/works/${workId}/messages/${id}`);
  expect(await find('buffalo')).toEqual([]);
  await say(workId, 'chinchilla');
  await index();
  await api.request(token, 'DELETE', `/api/works/${workId}`);
  expect(await find('chinchilla')).toEqual([]);
});

test('A2: nobody finds what another has said, by whatever is asked', async () => {
  const stranger = await api.register();
  const theirs = await api.newWork(stranger.accessToken);
  await say(theirs, 'dromedary', randomUUID(), stranger.accessToken);
  await index();
  expect(await find('dromedary', stranger.accessToken)).toHaveLength(1);
  for (const q of ['dromedary', 'dromed', `#${stranger.user.id}`, stranger.user.id])
    expect(await find(q)).toEqual([]);
  expect((await api.request(null, 'GET', '/api/search?q=x')).status).toBe(401);
});

test('H8: many write down what is due at once, each message once; a text of a frame’s size is found by its beginning', async () => {
  const workId = await api.newWork(token);
  for (let n = 0; n < 12; n += 1) await say(workId, `elephant number${n}`);
  await say(workId, `flamingo ${'字'.repeat(15_000)} gibbon`);
  const counts = await Promise.all([1, 2, 3].map(() => writeWordsDue(api.db)));
  await index();
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(13);
  expect(await find('elephant')).toHaveLength(12);
  expect(await find('flamingo')).toHaveLength(1);
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from words_due`.execute(
    api.db,
  );
  expect(rows[0]?.count).toBe(0);
});
