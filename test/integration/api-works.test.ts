/** Works, their files, history and templates over REST. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pino from 'pino';
import { finishDeletions } from '../../src/api/works/deletion.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { historyFile, writeHistoryFile } from '../../src/workspace/history-file.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  token = (await api.guest()).accessToken;
});
afterAll(() => api.close());

async function json(method: string, route: string, body?: unknown) {
  const response = await api.request(token, method, route, body);
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

const folderOf = (workId: string) => path.join(api.dataDir, 'workspaces', workId);

test('F1: a Work begins with a copy of the short report, in the language that is asked for', async () => {
  const create = async (body: object, language?: string) => {
    const response = await fetch(`${api.url}/api/works`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(language ? { 'accept-language': language } : {}),
      },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    const work = (await response.json()) as { id: string; title: string };
    return { work, paper: await readFile(path.join(folderOf(work.id), 'paper.md'), 'utf8') };
  };
  const shipped = async (name: string) => {
    const text = await readFile(path.join(CHECKOUT, 'templates', name), 'utf8');
    return text.slice(text.indexOf('\n---\n') + 5);
  };
  const [en, zh] = [await shipped('short-report-en.md'), await shipped('short-report-zh.md')];
  expect((await create({})).paper).toBe(en);
  expect((await create({}, 'zh-CN,zh;q=0.9,en;q=0.8')).paper).toBe(zh);
  expect((await create({}, 'fr, en;q=0.5, zh;q=0.2')).paper).toBe(en);
  expect((await create({ language: 'zh' }, 'en')).paper).toBe(zh);
  const named = await create({ title: ' Darts ' });
  expect(named.work).toMatchObject({ title: 'Darts', status: 'idle', seq: 0, models: {} });
});

test('V56: a Work is called as its paper calls itself, until a person names it, and a copy keeps its own name', async () => {
  const { id } = (await json('POST', '/api/works', {})).body;
  const write = (text: string) =>
    fetch(`${api.url}/api/works/${id}/files/paper.md`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: text,
    });
  const titleOf = async (work: string) => (await json('GET', `/api/works/${work}`)).body.title;
  expect((await write('# Darts at a square\n\nThrown.\n')).status).toBe(200);
  expect(await titleOf(id)).toBe('Darts at a square');
  await write('# Title\n');
  await json('POST', `/api/works/${id}/messages`, { id: randomUUID(), text: 'Throw darts' });
  expect(await titleOf(id)).toBe('Darts at a square');
  const copy = (await json('POST', `/api/works/${id}/duplicate`, { title: 'Copy of darts' })).body.id;
  const put = await fetch(`${api.url}/api/works/${copy}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: '# Another\n',
  });
  expect(put.status).toBe(200);
  expect(await titleOf(copy)).toBe('Copy of darts');
  await json('PATCH', `/api/works/${id}`, { title: 'Mine' });
  await write('# Darts at a disc\n');
  expect(await titleOf(id)).toBe('Mine');
});

test('F1: the list is in pages, those that changed last first, and is searched by title', async () => {
  const { accessToken } = await api.guest();
  const own = (route: string) => api.request(accessToken, 'GET', route).then((response) => response.json());
  const titles = ['pi 1', 'waves', 'pi_2', 'PI 3', '100%'];
  for (const title of titles) await api.request(accessToken, 'POST', '/api/works', { title });
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = (await own(`/api/works?limit=2${cursor}`)) as {
      items: { title: string }[];
      nextCursor?: string;
    };
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ title }) => title));
    cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : '';
  } while (cursor);
  expect(seen).toEqual(titles.toReversed());
  const found = async (q: string) =>
    ((await own(`/api/works?q=${encodeURIComponent(q)}`)) as { items: { title: string }[] }).items.map(
      ({ title }) => title,
    );
  expect(await found('pi')).toEqual(['PI 3', 'pi_2', 'pi 1']);
  expect(await found('_')).toEqual(['pi_2']);
  expect(await found('%')).toEqual(['100%']);
  expect((await api.request(accessToken, 'GET', '/api/works?cursor=nonsense')).status).toBe(400);
  for (const time of [
    '2026-02-30T00:00:00.000000Z',
    '2026-01-01T25:00:00.000000Z',
    '0000-01-01T00:00:00.000000Z',
  ]) {
    const cursor = Buffer.from(JSON.stringify([time, randomUUID()])).toString('base64url');
    expect((await api.request(accessToken, 'GET', `/api/works?cursor=${cursor}`)).status).toBe(400);
  }
});

test('F1: a name that a person gave stays when the first message comes', async () => {
  const work = await api.newWork(token);
  expect((await json('PATCH', `/api/works/${work}`, { title: 'Mine' })).body).toMatchObject({
    title: 'Mine',
  });
  await json('POST', `/api/works/${work}/messages`, { id: randomUUID(), text: 'Something else' });
  expect((await json('GET', `/api/works/${work}`)).body).toMatchObject({ title: 'Mine' });
});

test('F1: deleting removes the workflow, the files, the history and the rows', async () => {
  const work = await api.newWork(token);
  await mkdir(path.join(api.dataDir, 'chat_history'), { recursive: true });
  const history = path.join(api.dataDir, 'chat_history', `${work}.json`);
  await writeFile(history, '{}');
  expect((await json('DELETE', `/api/works/${work}`)).status).toBe(204);
  expect((await json('GET', `/api/works/${work}`)).status).toBe(404);
  expect((await json('DELETE', `/api/works/${work}`)).status).toBe(404);
  const rows = () => sql`select 1 from works where id = ${work}::uuid`.execute(api.db);
  await until(async () => (await rows()).rows.length === 0, 'the rows are gone');
  expect(existsSync(folderOf(work))).toBe(false);
  expect(existsSync(history)).toBe(false);
  expect(api.temporal.said).toContain(`terminate work-${work}`);
});

test('F1: a deletion that a crash interrupted is finished by a job; orphaned folders and histories go, new ones stay', async () => {
  const [work, kept] = [await api.newWork(token), await api.newWork(token)];
  api.temporal.failure = new Error('no connection');
  try {
    expect((await json('DELETE', `/api/works/${work}`)).status).toBe(204);
  } finally {
    api.temporal.failure = undefined;
  }
  expect((await json('GET', `/api/works/${work}`)).status).toBe(404);
  const [orphan, fresh] = [randomUUID(), randomUUID()];
  for (const id of [orphan, fresh]) await mkdir(folderOf(id));
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(folderOf(orphan), longAgo, longAgo);
  await utimes(folderOf(kept), longAgo, longAgo);
  const histories = path.join(api.dataDir, 'chat_history');
  const shown = [randomUUID(), kept];
  for (const id of shown) {
    await writeHistoryFile(histories, id, {});
    await utimes(historyFile(histories, id), longAgo, longAgo);
  }
  const deps = {
    db: api.db,
    temporal: api.temporal.client,
    dataDir: api.dataDir,
    log: pino({ level: 'silent' }),
  };
  await finishDeletions(deps);
  await finishDeletions(deps);
  const left = await readdir(path.join(api.dataDir, 'workspaces'));
  expect([work, orphan, fresh, kept].map((id) => left.includes(id))).toEqual([false, false, true, true]);
  expect(shown.map((id) => existsSync(historyFile(histories, id)))).toEqual([false, true]);
  expect((await sql`select 1 from works where id = ${work}::uuid`.execute(api.db)).rows).toEqual([]);
});

test('F1: deletions that cannot be finished, however many, hold up none after them', async () => {
  const { rows } = await sql<{ owner_id: string }>`
    select owner_id from works where id = ${await api.newWork(token)}::uuid`.execute(api.db);
  const ids = Array.from({ length: 45 }, () => randomUUID());
  const [stuck, after] = [ids.slice(0, 44), ids[44] as string];
  for (const [age, id] of ids.entries()) {
    await sql`insert into works (id, owner_id, title, deleted_at) values (${id}::uuid, ${rows[0]?.owner_id}::uuid, '',
      clock_timestamp() - interval '1 hour' + ${age} * interval '1 second')`.execute(api.db);
  }
  // A file in place of the folder: no workspace that could be removed.
  for (const id of stuck) await writeFile(folderOf(id), '');
  const deps = { ...api, temporal: api.temporal.client, log: pino({ level: 'silent' }) };
  const left = async () =>
    (await sql<{ id: string }>`select id from works where id = any(${ids}::uuid[])`.execute(api.db)).rows.map(
      ({ id }) => id,
    );
  await finishDeletions(deps);
  expect((await left()).sort()).toEqual([...stuck].sort());
  expect(await left()).not.toContain(after);
  for (const id of stuck) await rm(folderOf(id));
  await finishDeletions(deps);
  expect(await left()).toEqual([]);
});

test('the messages route pages through the conversation from its end to its beginning', async () => {
  const work = await api.newWork(token);
  for (let n = 1; n <= 5; n += 1) {
    await sql`
      insert into messages (work_id, id, role, turn, status, position, parts)
      values (${work}::uuid, gen_random_uuid(), 'user', ${n}, 'complete', ${n},
        jsonb_build_array(jsonb_build_object('type', 'text', 'text', ${String(n)}::text)))`.execute(api.db);
  }
  await sql`update works set last_seq = 5, pruned_through = 5 where id = ${work}::uuid`.execute(api.db);
  const texts: string[][] = [];
  let query = '?limit=2';
  for (;;) {
    const { body } = await json('GET', `/api/works/${work}/messages${query}`);
    texts.push(body.items.map((message: { parts: { text: string }[] }) => message.parts[0]?.text));
    if (body.nextCursor === undefined) break;
    query = `?limit=2&cursor=${body.nextCursor}`;
  }
  expect(texts).toEqual([['4', '5'], ['2', '3'], ['1']]);
});

test('P4, P5 over REST: 202, a repeat is a duplicate, other words are 409', async () => {
  const work = await api.newWork(token);
  const id = randomUUID();
  const send = (text: string) => json('POST', `/api/works/${work}/messages`, { id, text });
  expect(await send('hello')).toEqual({ status: 202, body: { id, duplicate: false } });
  expect(await send('hello')).toEqual({ status: 202, body: { id, duplicate: true } });
  expect(await send('bye')).toMatchObject({ status: 409, body: { error: { code: 'id_reused' } } });
});

test('stop over REST says which turn was asked to stop', async () => {
  const work = await api.newWork(token);
  expect(await json('POST', `/api/works/${work}/stop`)).toEqual({ status: 202, body: { turn: null } });
  await json('POST', `/api/works/${work}/messages`, { id: randomUUID(), text: 'go' });
  await sql`
    select claim_step(${work}::uuid, null, 'main', null, 'm', gen_random_uuid(), 'w', 'a')`.execute(api.db);
  expect((await json('GET', `/api/works/${work}`)).body).toMatchObject({ status: 'running' });
  expect(await json('POST', `/api/works/${work}/stop`, {})).toEqual({ status: 202, body: { turn: 1 } });
  expect((await json('GET', `/api/works/${work}`)).body).toMatchObject({ status: 'stopping' });
});

test('F17: the workflow route shows what the workflow says, and a Work without one', async () => {
  const work = await api.newWork(token);
  const workflowId = `work-${work}`;
  const none = { workflowId, runId: null, status: null, state: null, url: null };
  expect((await json('GET', `/api/works/${work}/workflow`)).body).toEqual(none);
  const state = { phase: 'model' as const, turn: 1, step: 2, tools: [] };
  api.temporal.states.set(workflowId, state);
  expect((await json('GET', `/api/works/${work}/workflow`)).body).toEqual({
    workflowId,
    runId: 'the-run',
    status: 'RUNNING',
    state,
    url: `http://127.0.0.1:1/namespaces/default/workflows/${workflowId}/the-run/history`,
  });
  api.temporal.failure = new Error('no connection');
  try {
    expect((await json('GET', `/api/works/${work}/workflow`)).status).toBe(503);
  } finally {
    api.temporal.failure = undefined;
  }
});

test('F9, D8: the history is the file where it is current, else the same document from the database', async () => {
  const work = await api.newWork(token);
  await json('POST', `/api/works/${work}/messages`, { id: randomUUID(), text: 'hello' });
  const route = `/api/chat/work/${work}/history`;
  const fromDatabase = (await json('GET', route)).body;
  expect(fromDatabase).toMatchObject({ workId: work, version: 1, seq: 1, messages: [{ role: 'user' }] });
  const folder = path.join(api.dataDir, 'chat_history');
  await mkdir(folder, { recursive: true });
  const store = (seq: number) =>
    writeFile(path.join(folder, `${work}.json`), JSON.stringify({ ...fromDatabase, seq, messages: [] }));
  await store(1);
  expect((await json('GET', route)).body).toEqual(fromDatabase);
  await sql`update works set history_seq = 1 where id = ${work}::uuid`.execute(api.db);
  expect((await json('GET', route)).body.messages).toEqual([]);
  await store(0);
  expect((await json('GET', route)).body).toEqual(fromDatabase);
  await writeFile(path.join(folder, `${work}.json`), '{"workId":');
  expect((await json('GET', route)).body).toEqual(fromDatabase);
});

test('F10: a file is written, read, read in part, replaced on condition and deleted', async () => {
  const work = await api.newWork(token);
  const url = `${api.url}/api/works/${work}/files/${encodeURIComponent('数据')}/my%20file%25.csv`;
  const authorization = `Bearer ${token}`;
  const send = (method: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(url, { method, headers: { authorization, ...headers }, ...(body === undefined ? {} : { body }) });

  const created = await send('PUT', {}, 'a,b\n1,2\n');
  expect(created.status).toBe(201);
  expect(await readFile(path.join(folderOf(work), '数据', 'my file%.csv'), 'utf8')).toBe('a,b\n1,2\n');
  const etag = created.headers.get('ETag') ?? '';
  const read = await send('GET');
  expect(read.headers.get('ETag')).toBe(etag);
  expect(read.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
  expect(read.headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(await read.text()).toBe('a,b\n1,2\n');
  expect((await send('GET', { 'If-None-Match': etag })).status).toBe(304);
  for (const [range, part, shown] of [
    ['bytes=4-6', '1,2', 'bytes 4-6/8'],
    ['bytes=4-', '1,2\n', 'bytes 4-7/8'],
    ['bytes=-4', '1,2\n', 'bytes 4-7/8'],
    ['bytes=6-100', '2\n', 'bytes 6-7/8'],
  ] as const) {
    const partial = await send('GET', { Range: range });
    expect(partial.status).toBe(206);
    expect(partial.headers.get('Content-Range')).toBe(shown);
    expect(await partial.text()).toBe(part);
  }
  const beyond = await send('GET', { Range: 'bytes=8-' });
  expect([beyond.status, beyond.headers.get('Content-Range')]).toEqual([416, 'bytes */8']);

  expect((await send('PUT', { 'If-None-Match': '*' }, 'x')).status).toBe(412);
  expect((await send('PUT', { 'If-Match': `"${'0'.repeat(64)}"` }, 'x')).status).toBe(412);
  expect((await send('PUT', { 'If-Match': etag }, 'c\n')).status).toBe(200);
  expect((await send('PUT', { 'If-Match': etag }, 'd\n')).status).toBe(412);
  expect(await (await send('GET')).text()).toBe('c\n');
  expect((await send('DELETE')).status).toBe(204);
  expect((await send('GET')).status).toBe(404);
  expect((await send('DELETE')).status).toBe(404);
});

test('SR-M7: a byte, a HEAD and a condition on a large file do not cost reading all of it each time', async () => {
  const work = await api.newWork(token);
  const large = path.join(folderOf(work), 'large.bin');
  await writeFile(large, '');
  await truncate(large, 256 * 1024 ** 2);
  await writeFile(path.join(folderOf(work), 'small.txt'), 'x');
  const ask = (name: string, method: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/api/works/${work}/files/${name}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  const began = performance.now();
  const answers = Array.from({ length: 50 }, () => ask('large.bin', 'GET', { Range: 'bytes=0-0' }));
  // All of these are served while the large file is read for the others.
  for (let n = 0; n < 20; n += 1) expect((await ask('small.txt', 'GET')).status).toBe(200);
  const servedMs = performance.now() - began;
  const parts = await Promise.all(answers);
  expect(new Set(parts.map(({ status }) => status))).toEqual(new Set([206]));
  const etag = parts[0]?.headers.get('ETag') ?? '';
  expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
  for (let n = 0; n < 20; n += 1) {
    expect((await ask('large.bin', 'HEAD')).headers.get('ETag')).toBe(etag);
    expect((await ask('large.bin', 'GET', { 'If-None-Match': etag })).status).toBe(304);
    expect((await ask('large.bin', 'GET', { Range: 'bytes=1-1', 'If-Range': etag })).status).toBe(206);
  }
  // One reading takes about 0.7 s of a core, and 110 of them more than a minute.
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(servedMs).toBeLessThan(10_000);
});

test('a path with an empty, "." or ".." segment, plain or encoded, a leading slash or NUL is 400', async () => {
  const work = await api.newWork(token);
  await writeFile(path.join(api.dataDir, 'secret'), 'secret');
  const paths = [
    '../../secret',
    '%2e%2e/%2E%2E/secret',
    '..%2F..%2Fsecret',
    'a/../../../secret',
    'a/./b',
    'a//b',
    '/etc/passwd',
    '%2Fetc/passwd',
    'a%00b',
    'a/',
    '',
    '%zz',
    '..%5Csecret',
  ];
  for (const file of paths) {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const { status, body } = await sendRaw(method, `/api/works/${work}/files/${file}`);
      expect({ file, method, status, body }).toMatchObject({ file, method, status: 400 });
      expect({ file, body: body && JSON.parse(body) }).toMatchObject({
        file,
        body: { error: { code: 'bad_path' } },
      });
    }
  }
});

test('V41: a file or folder is moved, the folders above it made; nothing that is there is replaced', async () => {
  const work = await api.newWork(token);
  await mkdir(path.join(folderOf(work), 'data'));
  await writeFile(path.join(folderOf(work), 'data', 'a.csv'), 'a');
  await writeFile(path.join(folderOf(work), 'b.csv'), 'b');
  const move = (file: string, to: unknown) => json('PATCH', `/api/works/${work}/files/${file}`, to);
  expect(await move('b.csv', { path: 'raw/2026/c.csv' })).toMatchObject({
    status: 200,
    body: { path: 'raw/2026/c.csv' },
  });
  expect((await move('data', { path: 'raw/2025' })).status).toBe(200);
  expect(await readFile(path.join(folderOf(work), 'raw', '2026', 'c.csv'), 'utf8')).toBe('b');
  expect(await readFile(path.join(folderOf(work), 'raw', '2025', 'a.csv'), 'utf8')).toBe('a');
  expect(await readdir(folderOf(work))).not.toContain('b.csv');
  const refused: [string, unknown, number, string][] = [
    ['raw/2026/c.csv', { path: 'raw/2025/a.csv' }, 409, 'conflict'],
    ['raw/2026/c.csv', { path: 'paper.md/x' }, 404, 'not_found'],
    ['raw', { path: 'raw/2025/raw' }, 400, 'bad_path'],
    ['raw/2026/c.csv', { path: '../c.csv' }, 400, 'bad_path'],
    ['none.csv', { path: 'some.csv' }, 404, 'not_found'],
    ['raw/2026/c.csv', { to: 'x' }, 400, 'bad_request'],
  ];
  for (const [file, to, status, code] of refused) {
    expect({ file, to, ...(await move(file, to)) }).toMatchObject({ status, body: { error: { code } } });
  }
  expect(await readFile(path.join(folderOf(work), 'raw', '2025', 'a.csv'), 'utf8')).toBe('a');
  expect(await readFile(path.join(folderOf(work), 'raw', '2026', 'c.csv'), 'utf8')).toBe('b');
});

test('S7: links in a workspace are neither read, nor listed, nor in the archive', async () => {
  const work = await api.newWork(token);
  const secret = path.join(api.dataDir, 'secret.txt');
  await writeFile(secret, 'a secret of the host');
  await symlink(secret, path.join(folderOf(work), 'soft.txt'));
  await link(secret, path.join(folderOf(work), 'hard.txt'));
  await symlink(api.dataDir, path.join(folderOf(work), 'folder'));
  for (const file of ['soft.txt', 'hard.txt', 'folder/secret.txt']) {
    expect((await json('GET', `/api/works/${work}/files/${file}`)).status).toBe(404);
  }
  const { body } = await json('GET', `/api/works/${work}/files`);
  const paths = body.items.map((item: { path: string }) => item.path);
  expect(paths).toEqual(['attachments', 'code', 'images', 'paper.md']);
  const zip = await api.request(token, 'GET', `/api/works/${work}/archive`);
  expect(zip.headers.get('Content-Type')).toBe('application/zip');
  expect(Buffer.from(await zip.arrayBuffer()).includes('a secret of the host')).toBe(false);
});

test('F10: whoever leaves in the middle of an archive or a download leaves no file open', async () => {
  const work = await api.newWork(token);
  const folder = folderOf(work);
  await writeFile(path.join(folder, 'big.bin'), randomBytes(30_000_000));
  for (const route of ['archive', 'files/big.bin']) {
    const response = await api.request(token, 'GET', `/api/works/${work}/${route}`);
    await response.body?.getReader().cancel();
  }
  await until(async () => {
    const fds = await readdir('/proc/self/fd');
    const open = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return !open.some((file) => file.startsWith(folder));
  }, 'no file of the workspace is open');
});

test('A7: uploads are stored under clean names, in attachments unless a folder is named', async () => {
  const work = await api.newWork(token);
  const upload = async (fields: Record<string, string>, files: Record<string, Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const [name, blob] of Object.entries(files)) form.append('file', blob, name);
    const response = await fetch(`${api.url}/api/works/${work}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const stored = await upload({}, { '../../evil<b>.csv': new Blob(['1,2']), '..': new Blob(['x']) });
  expect(stored).toMatchObject({
    status: 201,
    body: {
      items: [
        { path: 'attachments/evil_b_.csv', size: 3 },
        { path: 'attachments/file', size: 1 },
      ],
    },
  });
  expect((await upload({ folder: 'data/raw' }, { '数据.csv': new Blob(['1']) })).body).toMatchObject({
    items: [{ path: 'data/raw/数据.csv' }],
  });
  expect(await upload({ folder: '../..' }, { 'a.txt': new Blob(['1']) })).toMatchObject({
    status: 400,
    body: { error: { code: 'bad_path' } },
  });
  const tooLarge = await upload({}, { 'big.bin': new Blob([new Uint8Array(50 * 1024 * 1024 + 1)]) });
  expect(tooLarge).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
  expect(await readdir(path.join(folderOf(work), 'attachments'))).toEqual(['evil_b_.csv', 'file']);
});

test('W11: two uploads of one name are two files, also at once; names keep their script and their blanks', async () => {
  const work = await api.newWork(token);
  const upload = async (...files: [name: string, content: string][]) => {
    const form = new FormData();
    for (const [name, content] of files) form.append('file', new Blob([content]), name);
    const response = await fetch(`${api.url}/api/works/${work}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    return ((await response.json()) as { items: { path: string }[] }).items.map((item) => item.path);
  };
  expect(await upload(['data.csv', 'one'])).toEqual(['attachments/data.csv']);
  expect(await upload(['data.csv', 'two'])).toEqual(['attachments/data (2).csv']);
  expect(
    (
      await upload(['测量 1.csv', 'a'], ['测量 1.csv', 'b'], ['no ending', 'c'], ['no ending', 'd'])
    ).toSorted(),
  ).toEqual([
    'attachments/no ending',
    'attachments/no ending (2)',
    'attachments/测量 1 (2).csv',
    'attachments/测量 1.csv',
  ]);
  const many = await Promise.all(Array.from({ length: 12 }, (_, n) => upload(['data.csv', `at once ${n}`])));
  expect(new Set(many.flat()).size).toBe(12);
  const content = async (file: string) => await readFile(path.join(folderOf(work), file), 'utf8');
  expect(await content('attachments/data.csv')).toBe('one');
  expect(await content('attachments/data (2).csv')).toBe('two');
  for (const [n, [file = '']] of many.entries()) expect(await content(file)).toBe(`at once ${n}`);
  // What a person writes under a name that they see replaces it.
  const put = await fetch(`${api.url}/api/works/${work}/files/attachments/data%20(2).csv`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: 'three',
  });
  expect([put.status, await content('attachments/data (2).csv')]).toEqual([200, 'three']);
});

test('A7: what is no safe image or text is only ever saved', async () => {
  const work = await api.newWork(token);
  const folder = folderOf(work);
  const shown = async (file: string, query = '') => {
    await writeFile(path.join(folder, file), '<script>alert(1)</script>');
    const { headers } = await api.request(token, 'GET', `/api/works/${work}/files/${file}${query}`);
    expect(headers.get('Content-Security-Policy')).toContain('sandbox');
    return [headers.get('Content-Type'), headers.get('Content-Disposition')?.split(';')[0]];
  };
  expect(await shown('page.html')).toEqual(['text/plain; charset=utf-8', 'inline']);
  expect(await shown('plot.svg')).toEqual(['image/svg+xml', 'inline']);
  expect(await shown('plot.png')).toEqual(['image/png', 'inline']);
  expect(await shown('plot.png', '?download')).toEqual(['image/png', 'attachment']);
  expect(await shown('paper.pdf')).toEqual(['application/pdf', 'attachment']);
  expect(await shown('thing.xhtml')).toEqual(['application/octet-stream', 'attachment']);
});

test('F11: templates that ship can be seen by everybody; a foreign private one by nobody', async () => {
  const { body } = await json('GET', '/api/templates');
  const names = body.items.map((item: { name: string }) => item.name);
  expect(names).toEqual(expect.arrayContaining(['Short report', '简短报告']));
  const stranger = await api.guest();
  const row = await api.db
    .insertInto('templates')
    .values({ owner_id: stranger.user.id, name: 'Private', content: '# x\n' })
    .returning('id')
    .executeTakeFirstOrThrow();
  expect((await json('GET', `/api/templates/${row.id}`)).status).toBe(404);
  expect((await json('POST', '/api/works', { templateId: row.id })).status).toBe(404);
  const own = await api.request(stranger.accessToken, 'GET', `/api/templates/${row.id}`);
  expect(await own.json()).toMatchObject({ own: true, content: '# x\n' });
});

test('health/ready names each dependency; one that is away makes it 503', async () => {
  const ready = await api.request(null, 'GET', '/health/ready');
  expect(ready.status).toBe(200);
  const body = await ready.json();
  const ok = expect.objectContaining({ ok: true });
  expect(body).toEqual({
    status: 'ok',
    dependencies: { postgres: ok, temporal: ok, liveLog: ok, storage: ok },
  });
  api.temporal.failure = new Error('connect ECONNREFUSED 10.0.0.7:7233');
  try {
    const away = await api.request(null, 'GET', '/health/ready');
    expect(away.status).toBe(503);
    const text = await away.text();
    expect(JSON.parse(text)).toMatchObject({
      status: 'unavailable',
      dependencies: { postgres: { ok: true }, temporal: { ok: false } },
    });
    expect(text).not.toContain('10.0.0.7');
  } finally {
    api.temporal.failure = undefined;
  }
});

/** A request whose path goes over the wire as it is written. */
function sendRaw(method: string, rawPath: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const headers = { authorization: `Bearer ${token}` };
    const sent = httpRequest({ hostname, port, method, path: rawPath, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}
