/** What one has is found again (H8): by words, in English and Chinese, one's own alone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import { findMessages, writeWordsDue } from '../../src/db/search.ts';
import { askedWords } from '../../src/domain/search-words.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';

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

test('H8: what was withdrawn, rewound or deleted takes no place of what stands there still', async () => {
  const workId = await api.newWork(token);
  const stands = await say(workId, 'hoopoe, the first');
  const withdrawn = await say(workId, 'hoopoe, withdrawn');
  const rewound = await say(workId, 'hoopoe, rewound');
  const deleted = await api.newWork(token);
  await say(deleted, 'hoopoe, deleted');
  await index();
  await api.request(token, 'DELETE', `/api/works/${workId}/messages/${withdrawn}`);
  await sql`update messages set rewound = true where work_id = ${workId}::uuid and id = ${rewound}::uuid`.execute(
    api.db,
  );
  await api.request(token, 'DELETE', `/api/works/${deleted}`);
  const response = await api.request(token, 'GET', '/api/search?q=hoopoe&limit=1');
  expect(((await response.json()) as { items: Found[] }).items.map(({ messageId }) => messageId)).toEqual([
    stands,
  ]);
});

test('H8: everybody’s index is asked only for what a person’s newest 2,000 messages may lack, and for no single character', async () => {
  const { accessToken, user } = await api.register();
  const workId = await api.newWork(accessToken);
  await say(workId, 'ibis 鹮', randomUUID(), accessToken);
  await index();
  const few = await lookFor(user.id, 'kakapo');
  expect(few).toEqual({ found: 0, scans: 0 });
  await sql`
    insert into messages (work_id, id, role, agent, status, position, parts, created_at)
    select ${workId}::uuid, gen_random_uuid(), 'assistant', 'main', 'complete', 1000 + n,
      '[{"type": "text", "text": "later"}]', now() + n * interval '1 second' from generate_series(1, 2000) n`.execute(
    api.db,
  );
  await index();
  const many = await lookFor(user.id, 'ibis');
  expect(many.found).toBe(1);
  expect(many.scans).toBeGreaterThan(0);
  expect(await lookFor(user.id, '鹮')).toEqual({ found: 0, scans: 0 });
  expect((await lookFor(user.id, 'ibis 鹮')).found).toBe(1);
});

/** How many messages are found, and how often the index of everybody's words is read for it. */
async function lookFor(ownerId: string, q: string): Promise<{ found: number; scans: number }> {
  return await api.db.transaction().execute(async (held) => {
    const before = await scansOf(held);
    const { length: found } = await findMessages(held, ownerId, askedWords(q), 10);
    return { found, scans: (await scansOf(held)) - before };
  });
}

/** Of this connection, since it last told of them. */
async function scansOf(held: Database): Promise<number> {
  const { rows } = await sql<{ scans: number }>`
    select pg_stat_get_xact_numscans('message_words_found'::regclass)::integer as scans`.execute(held);
  return rows[0]?.scans ?? Number.NaN;
}

test('H8: a batch is bounded by what its messages say', async () => {
  await index();
  const workId = await api.newWork(token);
  for (let n = 0; n < 15; n += 1) await say(workId, `${'long '.repeat(4_000)}.`);
  const written = await writeWordsDue(api.db);
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThanOrEqual(11);
  await index();
});

test('H8: while a message is being changed its Work is passed by, and its new words are found afterwards', async () => {
  const workId = await api.newWork(token);
  const id = await say(workId, 'jackdaw');
  await edit(workId, id, 'kestrel', async (change) => {
    await change();
    expect(await writeWordsDue(api.db)).toBe(0);
  });
  await index();
  expect(await find('jackdaw')).toEqual([]);
  expect(await find('kestrel')).toHaveLength(1);
  // Nobody waits for the other, whoever came first.
  await say(workId, 'lapwing');
  await edit(workId, id, 'merlin', async (change) => {
    expect(await writeWordsDue(api.db)).toBe(0);
    await change();
  });
  await index();
  for (const q of ['lapwing', 'merlin']) expect(await find(q)).toHaveLength(1);
});

/** Changes what a message says as the API does, holding its Work; `during` says when, before it is committed. */
async function edit(
  workId: string,
  id: string,
  text: string,
  during: (change: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const parts = JSON.stringify([{ type: 'text', text }]);
  await api.db.transaction().execute(async (held: Database) => {
    await sql`select from works where id = ${workId}::uuid for update`.execute(held);
    await during(() =>
      sql`update messages set parts = ${parts}::jsonb where work_id = ${workId}::uuid and id = ${id}::uuid`.execute(
        held,
      ),
    );
  });
}

test('H8: what is changed while its words are being made stays due', async () => {
  const workId = await api.newWork(token);
  const id = await say(workId, 'nightjar');
  const written = await api.db.transaction().execute(async (held) => {
    // The job reads what is due, and waits here before it writes.
    await sql`lock table message_words in exclusive mode`.execute(held);
    const writing = writeWordsDue(api.db);
    const isWaiting = async () => {
      const { rows } = await sql`
        select from pg_locks where relation = 'message_words'::regclass and not granted`.execute(held);
      return rows.length === 1;
    };
    expect(await eventually(isWaiting, (seen) => seen)).toBe(true);
    await api.request(token, 'PATCH', `/api/works/${workId}/messages/${id}`, { text: 'oriole' });
    return { writing };
  });
  expect(await written.writing).toBe(0);
  await index();
  expect(await find('nightjar')).toEqual([]);
  expect(await find('oriole')).toHaveLength(1);
});
