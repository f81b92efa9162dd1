/** Shared links from outside, logged out: what was shared is read live, and nothing else is (H8, P24). */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { requestContext } from '../../src/api/middleware/request-context.ts';
import { createRouter } from '../../src/api/router.ts';
import { stepKey } from '../../src/db/claims.ts';
import { MOST_SHARES } from '../../src/db/shares.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { registerWorker } from '../../src/db/workers.ts';
import type { Part } from '../../src/domain/messages.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

let api: TestApi;
let token: string;
const workerId = randomUUID();
const by = { workerId, workflowId: 'w', activityId: '1' };

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.register()).accessToken;
  await registerWorker(api.db, { id: workerId, host: 'test', pid: 1 });
});
afterAll(() => api.close());

interface Made {
  id: string;
  url: string;
}

async function share(workId: string, wish: object = { what: 'work' }): Promise<Made & { at: string }> {
  const response = await api.request(token, 'POST', `/api/works/${workId}/shares`, wish);
  expect(response.status).toBe(201);
  const made = (await response.json()) as Made;
  return { ...made, at: `/api/shares/${made.url.split('/s/')[1]}` };
}

/** Logged out. */
const outside = (path: string, method = 'GET') => api.request(null, method, path);

async function put(workId: string, path: string, text: string): Promise<void> {
  const response = await fetch(`${api.url}/api/works/${workId}/files/${path}`, {
    ...{ method: 'PUT', headers: { authorization: `Bearer ${token}` }, body: text },
  });
  expect([200, 201]).toContain(response.status);
}

const say = (workId: string, text: string) =>
  api.request(token, 'POST', `/api/works/${workId}/messages`, { id: randomUUID(), text });

async function takeTurn(workId: string) {
  const claim = await claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by);
  if (claim.kind !== 'claimed') throw new Error(`the turn is ${claim.kind}`);
  return claim;
}

/** Takes the next turn and answers it. */
async function answerTurn(workId: string, text: string): Promise<void> {
  const { turn, step, attempt, messageId } = await takeTurn(workId);
  const usage = { inputTokens: 11, outputTokens: 12, cost: 13 };
  const parts: Part[] = [
    { type: 'reasoning', text: 'SECRET thought' },
    { type: 'text', text },
  ];
  const result = { turn, step, messageId, finishReason: 'stop', calls: [], ...usage };
  await completeStep(api.db, {
    ...{ workId, key: stepKey(turn, 'main', step), attempt, parts, usage, final: true, result },
  });
}

/** What a stream says, as it comes. */
function listen(path: string) {
  const leaving = new AbortController();
  const heard = { text: '', over: false, status: 0, leave: () => leaving.abort() };
  void (async () => {
    try {
      const response = await fetch(`${api.url}${path}`, { signal: leaving.signal });
      heard.status = response.status;
      const decoder = new TextDecoder();
      for await (const piece of response.body ?? []) heard.text += decoder.decode(piece, { stream: true });
    } catch {
      // Left, or broken off.
    }
    heard.over = true;
  })();
  return heard;
}

test('P24: a link is told once, is listed without it, and only a hash of it is stored', async () => {
  const workId = await api.newWork(token);
  const { url, ...made } = await share(workId, { what: 'paper' });
  const secret = url.split('/s/')[1] ?? '';
  // 256 bits.
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(url.startsWith(`${api.url}/s/`)).toBe(true);
  const listed = await (await api.request(token, 'GET', `/api/works/${workId}/shares`)).json();
  expect(listed).toEqual({
    items: [
      {
        ...{ id: made.id, what: 'paper', hint: secret.slice(-4) },
        ...{ createdAt: expect.any(String), expiresAt: null },
      },
    ],
  });
  const row = await api.db
    .selectFrom('shares')
    .selectAll()
    .where('id', '=', made.id)
    .executeTakeFirstOrThrow();
  expect(row.token_hash).toEqual(createHash('sha256').update(secret).digest());
  expect(JSON.stringify(row)).not.toContain(secret);
});

test('H8: a shared Work shows what was said, its files and its paper, and nothing that is its owner’s', async () => {
  const workId = await api.newWork(token);
  await put(workId, 'paper.md', '# Paper\n');
  await put(workId, '.env', 'SECRET');
  await put(workId, 'data/.hidden/x.txt', 'SECRET');
  await put(workId, 'data/a.csv', 'a,b\n');
  await put(workId, 'x.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await put(workId, 'x.html', '<script>1</script>');
  await say(workId, 'Please do it.');
  await answerTurn(workId, 'It is done.');
  await say(workId, 'SECRET draft');
  const { at } = await share(workId);

  const page = await outside(at);
  const text = await page.text();
  expect(page.status).toBe(200);
  const headers = Object.fromEntries(page.headers);
  expect(headers).toMatchObject({
    'x-robots-tag': expect.stringContaining('noindex'),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  const { conversation, ...rest } = JSON.parse(text);
  expect(rest).toEqual({ what: 'work', title: expect.any(String), expiresAt: null, paper: 'paper.md' });
  expect(
    conversation.messages.map(({ role, parts }: { role: string; parts: Part[] }) => ({ role, parts })),
  ).toEqual([
    { role: 'user', parts: [{ type: 'text', text: 'Please do it.' }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'It is done.' }] },
  ]);
  expect(text).not.toMatch(/SECRET|"cost"|example\.com/);
  expect(await (await outside(`${at}/messages`)).text()).not.toMatch(/SECRET|"cost"/);

  const { items } = (await (await outside(`${at}/files`)).json()) as { items: { path: string }[] };
  const paths = items.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['paper.md', 'data/a.csv', 'x.svg', 'x.html']));
  expect(paths.filter((path) => path.includes('/.') || path.startsWith('.'))).toEqual([]);
  for (const path of ['.env', 'data/.hidden/x.txt', '%2eenv', 'nothing.txt'])
    expect([path, (await outside(`${at}/files/${path}`)).status]).toEqual([path, 404]);
  const file = await outside(`${at}/files/data/a.csv`);
  expect([file.status, await file.text()]).toEqual([200, 'a,b\n']);

  // What a browser could run is given as the owner gets it.
  for (const name of ['x.svg', 'x.html']) {
    const mine = await api.request(token, 'GET', `/api/works/${workId}/files/${name}`);
    const theirs = await outside(`${at}/files/${name}`);
    for (const header of [
      'content-type',
      'content-disposition',
      'content-security-policy',
      'x-content-type-options',
    ])
      expect([name, header, theirs.headers.get(header)]).toEqual([name, header, mine.headers.get(header)]);
    await Promise.all([mine.body?.cancel(), theirs.body?.cancel()]);
  }
});

test('H8: a shared paper shows itself and the pictures that it shows, as it is now; no word of what was said', async () => {
  const workId = await api.newWork(token);
  await put(workId, 'images/in.png', 'PNG');
  await put(workId, 'images/out.png', 'PNG');
  await put(workId, 'attachments/data.csv', 'SECRET');
  await put(workId, 'references.bib', '@book{a, title={A}}');
  await put(
    workId,
    'paper.md',
    '# The paper\n\n![a](images/in.png) ![d](attachments/data.csv) [d](attachments/data.csv)\n',
  );
  await say(workId, 'SECRET words');
  await answerTurn(workId, 'SECRET answer');
  const { at } = await share(workId, { what: 'paper' });
  expect(await (await outside(at)).json()).toEqual({
    ...{ what: 'paper', title: 'The paper', expiresAt: null, paper: 'paper.md' },
  });
  const statusOf = async (path: string) => (await outside(`${at}/files/${path}`)).status;
  expect(await statusOf('paper.md')).toBe(200);
  expect(await statusOf('images/in.png')).toBe(200);
  for (const path of ['images/out.png', 'attachments/data.csv', 'references.bib', 'images'])
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  expect((await outside(`${at}/messages`)).status).toBe(404);
  const { items } = (await (await outside(`${at}/files`)).json()) as { items: { path: string }[] };
  expect(items.map(({ path }) => path).sort()).toEqual(['images/in.png', 'paper.md']);

  const stream = listen(`${at}/events`);
  await until(() => stream.text !== '', 'the stream is open');
  await put(workId, 'paper.md', '# The paper\n\n![a](images/out.png) As [@a] says.\n');
  await until(() => stream.text.includes('files.changed'), 'the change is told of');
  expect(stream.text).not.toMatch(/SECRET|snapshot|paper\.md/);
  stream.leave();
  expect(await statusOf('images/out.png')).toBe(200);
  expect(await statusOf('images/in.png')).toBe(404);
  expect(await statusOf('references.bib')).toBe(200);
});

test('P24: a reader follows the turn that runs, from a snapshot or from where they were, and no draft', async () => {
  const workId = await api.newWork(token);
  const { at } = await share(workId);
  const stream = listen(`${at}/events`);
  await until(() => stream.text.includes('event: snapshot'), 'the snapshot');
  await say(workId, 'SECRET until it is taken');
  await say(workId, 'SECRET that waits');
  await say(workId, 'never');
  expect(stream.text).not.toContain('SECRET');
  await answerTurn(workId, 'Answered.');
  await until(() => stream.text.includes('turn.completed'), 'the end of the turn');
  expect(stream.text).toContain('SECRET until it is taken');
  expect(stream.text).not.toMatch(/SECRET (?:that waits|thought)|message\.queued|"cost"/);
  const ids = [...stream.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  stream.leave();

  const resumed = listen(`${at}/events?after=${ids[0]}`);
  await until(() => resumed.text.includes('turn.completed'), 'what came since');
  expect(resumed.text).not.toContain('event: snapshot');
  expect([...resumed.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(ids.slice(1));
  resumed.leave();
});

test('P24: what was rewound, or said before the link was made, is replayed to no cursor: a reader begins anew there', async () => {
  const workId = await api.newWork(token);
  await say(workId, 'Said before.');
  await answerTurn(workId, 'Answered before.');
  const { at } = await share(workId);
  const stream = listen(`${at}/events`);
  await until(() => stream.text.includes('event: snapshot'), 'the snapshot');
  const id = randomUUID();
  await api.request(token, 'POST', `/api/works/${workId}/messages`, { id, text: 'SECRET question' });
  await answerTurn(workId, 'SECRET answer');
  // Who reads on is told that it is taken back.
  await until(() => stream.text.includes('SECRET answer'), 'the answer');
  const again = { id: randomUUID(), text: 'In other words.' };
  const rerun = await api.request(token, 'POST', `/api/works/${workId}/messages/${id}/rerun`, again);
  expect(rerun.status).toBe(202);
  await answerTurn(workId, 'Answered anew.');
  await until(() => stream.text.includes('Answered anew.'), 'the new answer');
  stream.leave();
  expect(stream.text).toContain('conversation.rewound');
  const ids = [...stream.text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
  const rewound = Number(/^id: (\d+)\nevent: conversation\.rewound$/m.exec(stream.text)?.[1]);
  expect(ids).toContain(rewound);

  for (const after of [0, 1, ...ids.filter((seq) => seq < rewound)]) {
    const reader = listen(`${at}/events?after=${after}`);
    await until(() => reader.text.includes('Answered anew.'), `what a reader at ${after} gets`);
    reader.leave();
    expect([after, reader.text.includes('event: snapshot')]).toEqual([after, true]);
    expect(reader.text).not.toContain('SECRET');
  }
  const since = listen(`${at}/events?after=${rewound}`);
  await until(() => since.text.includes('Answered anew.'), 'what came since');
  since.leave();
  expect(since.text).not.toMatch(/event: snapshot|SECRET/);
});

test('P24: an ended link leads nowhere at once, at every api; who reads by it is let go, and by no other link', async () => {
  const other = await api.startAnother();
  const workId = await api.newWork(token);
  const ended = await share(workId);
  const kept = await share(workId);
  const here = listen(`${ended.at}/events`);
  const stays = listen(`${kept.at}/events`);
  const there = await fetch(`${other.url}${ended.at}/events`);
  await until(() => here.text !== '' && stays.text !== '', 'both read');
  const removed = await api.request(token, 'DELETE', `/api/works/${workId}/shares/${ended.id}`);
  expect(removed.status).toBe(204);
  expect((await outside(ended.at)).status).toBe(404);
  expect((await fetch(`${other.url}${ended.at}/files`)).status).toBe(404);
  await until(() => here.over, 'the reader here is let go');
  // Ends, or nobody is told of the end there.
  await there.text();
  expect(stays.over).toBe(false);
  expect((await outside(kept.at)).status).toBe(200);
  expect((await api.request(token, 'DELETE', `/api/works/${workId}/shares/${ended.id}`)).status).toBe(404);

  // A Work that is gone takes its links along.
  expect((await api.request(token, 'DELETE', `/api/works/${workId}`)).status).toBe(204);
  expect((await outside(kept.at)).status).toBe(404);
  await until(() => stays.over, 'the reader of a deleted Work is let go');
});

test('P24: a link that is over by its time leads nowhere, and its readers are let go as it passes', async () => {
  const workId = await api.newWork(token);
  const soon = new Date(Date.now() + 6_000).toISOString();
  const { at, id } = await share(workId, { what: 'work', expiresAt: soon });
  const reading = listen(`${at}/events`);
  await until(() => reading.over, 'the stream ends with the link', 60_000);
  expect(reading.status).toBe(200);
  await until(async () => (await outside(at)).status === 404, 'the link leads nowhere');
  const listed = await (await api.request(token, 'GET', `/api/works/${workId}/shares`)).text();
  expect(listed).not.toContain(id);
  const past = await api.request(token, 'POST', `/api/works/${workId}/shares`, {
    ...{ what: 'work', expiresAt: '2020-01-01T00:00:00Z' },
  });
  expect(past.status).toBe(400);
});

test('H8: what was not shared answers 404 to a link’s secret, on every route that there is', async () => {
  const workId = await api.newWork(token);
  const { at, id } = await share(workId, { what: 'paper' });
  const secret = at.split('/').at(-1) ?? '';
  const { paths } = (await (await outside('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>;
  };
  const readable = new Set(
    ['', '/files', '/files/{path}', '/events'].map((part) => `/api/shares/{token}${part}`),
  );
  let tried = 0;
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { security }] of Object.entries(methods)) {
      for (const part of [workId, secret, id]) {
        const filled = path.replace('{path}', 'paper.md').replace(/\{\w+\}/g, part);
        const sent = security === undefined && !path.startsWith('/api/shares') ? [] : [undefined, secret];
        for (const bearer of sent) {
          const response = await fetch(`${api.url}${filled}`, {
            ...{ method: method.toUpperCase(), headers: bearer ? { authorization: `Bearer ${bearer}` } : {} },
          });
          await response.body?.cancel();
          tried += 1;
          const opens = readable.has(path) && part === secret;
          expect({ method, filled, opens, is: response.status }).toEqual({
            ...{ method, filled, opens },
            is: opens ? 200 : path.startsWith('/api/shares') ? 404 : 401,
          });
        }
      }
    }
  expect(tried).toBeGreaterThan(300);
  // Nothing is written by a link, whatever the method.
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    for (const part of [
      '',
      '/messages',
      '/files',
      '/files/paper.md',
      '/events',
      '/exports',
      '/archive',
      '/stop',
    ])
      expect([method, part, (await outside(`${at}${part}`, method)).status]).toEqual([method, part, 404]);
  for (const part of [
    '/history',
    '/exports',
    '/archive',
    '/preview/paper.md',
    '/runs',
    '/provenance',
    '/shares',
  ])
    expect([part, (await outside(`${at}${part}`)).status]).toEqual([part, 404]);
});

test('A2: a stranger neither shares, lists nor ends what is another’s; nearly right links lead nowhere', async () => {
  const workId = await api.newWork(token);
  const { at, id } = await share(workId);
  const stranger = (await api.register()).accessToken;
  const theirs = await api.newWork(stranger);
  const attempts: [string, string, object?][] = [
    ['POST', `/api/works/${workId}/shares`, { what: 'work' }],
    ['GET', `/api/works/${workId}/shares`],
    ['DELETE', `/api/works/${workId}/shares/${id}`],
    ['DELETE', `/api/works/${theirs}/shares/${id}`],
  ];
  for (const [method, path, body] of attempts)
    expect([method, (await api.request(stranger, method, path, body)).status]).toEqual([method, 404]);
  const near = [at.slice(0, -1), `${at}A`, at.toLowerCase(), `${at}=`, `${at}%00`, at.replace(/.$/, '%F0')];
  for (const path of near.filter((one) => one !== at)) expect((await outside(path)).status).toBe(404);
  expect((await outside(at)).status).toBe(200);
});

test('H8: links of a Work are bounded, however many are asked for at once', async () => {
  const workId = await api.newWork(token);
  const asked = Array.from({ length: MOST_SHARES.work + 10 }, () =>
    api.request(token, 'POST', `/api/works/${workId}/shares`, { what: 'work' }),
  );
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(MOST_SHARES.work);
  expect(statuses.filter((status) => status === 403)).toHaveLength(10);
});

test('H8: the secret of a link stands in no line of the log', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const app = createRouter();
  app.use(requestContext(log));
  app.get('/*', (c) => c.text('ok'));
  await app.request('/api/shares/SECRET/files/a.png');
  await app.request('/s/SECRET');
  expect(lines.length).toBe(2);
  expect(lines.join('')).not.toContain('SECRET');
});
