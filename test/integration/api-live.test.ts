/** The live stream over real sockets, a real log and a LISTEN session that breaks (P2, P6, D3). */
import { randomUUID } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import type { EventBody, LogEvent } from '../../src/domain/events.ts';
import { type Conversation, emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { rawSocket } from '../support/raw-socket.ts';
import { until } from '../support/until.ts';
import { wholeLog } from '../support/works.ts';

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await startTestApi({ readerTimeoutMs: 500 });
  token = (await api.guest()).accessToken;
});
afterAll(() => api.close());

async function append(workId: string, ...events: EventBody[]): Promise<void> {
  await sql`select log_append(${workId}::uuid, 1, ${JSON.stringify(events)}::jsonb)`.execute(api.db);
}

const messageId = randomUUID();
const delta = (text: string): EventBody => ({ kind: 'text.delta', messageId, agent: 'main', text });

/** Ends the live session's connection, as a restart of Postgres or a lost network would. */
async function breakListening(): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'paperagent-live' and datname = current_database()`.execute(api.db);
}

test('P2, D3: random events, cursors, disconnections and broken LISTEN sessions leave no gap and no repeat', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 30 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('flood' as const), n: fc.constant(1_500) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reconnect' as const), n: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), n: fc.constant(0) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
      const work = await api.newWork(token);
      const open = async (after: number) => ({ after, chat: await api.chat(token, work, after) });
      const viewers = await Promise.all([open(0), open(0), open(0)]);
      const got: number[][] = [[], [], []];
      let total = 0;
      const collect = (index: number) => {
        const { chat } = viewers[index] as (typeof viewers)[number];
        got[index]?.push(...chat.events.map(({ seq }) => seq));
      };
      for (const { do: what, n } of steps) {
        if (what === 'append' || what === 'flood') {
          await append(work, ...Array.from({ length: n }, (_, i) => delta(String(i))));
          total += n;
        } else if (what === 'break') {
          await breakListening();
        } else {
          const { chat } = viewers[n] as (typeof viewers)[number];
          chat.close();
          await chat.closed;
          collect(n);
          viewers[n] = await open(got[n]?.length ?? 0);
        }
      }
      for (const [index, { chat, after }] of viewers.entries()) {
        if (total > after) await chat.event(({ seq }) => seq === total, `event ${total}`);
        collect(index);
        chat.close();
        expect(got[index]).toEqual(Array.from({ length: total }, (_, i) => i + 1));
      }
    }),
    { numRuns: 25 },
  );
});

test('P6: a snapshot and what follows it show the same as watching from the start', async () => {
  const work = await api.newWork(token);
  const watcher = await api.chat(token, work, 0);
  const states: Conversation[] = [];
  const join = async () => {
    const chat = await api.chat(token, work);
    const snapshot = await chat.frame(({ type }) => type === 'snapshot', 'a snapshot');
    return { chat, snapshot };
  };
  const joined = [await join()];
  watcher.say('first');
  await watcher.frame(({ type }) => type === 'ack', 'an ack');
  joined.push(await join());
  const workerId = randomUUID();
  const { rows } = await sql<{ claim: { messageId: string } }>`
    select claim_step(${work}::uuid, null, 'main', null, 'm', ${workerId}::uuid, 'w', 'a') as claim`.execute(
    api.db,
  );
  const running = rows[0]?.claim.messageId ?? '';
  for (const text of ['Hel', 'lo ', 'wörld 🙂']) {
    await append(work, { kind: 'text.delta', messageId: running, agent: 'main', text });
    joined.push(await join());
  }
  watcher.say('second');
  await watcher.event(({ kind, seq }) => kind === 'message.queued' && seq > 1, 'the second message');
  joined.push(await join());
  await sql`
    select finish_turn(${work}::uuid, 1, 'stopped', null, 'stopped')`.execute(api.db);
  joined.push(await join());
  const end = (await wholeLog(api.db, work)).length;
  await watcher.event(({ seq }) => seq === end, 'the last event');
  const expected = reduceAll(emptyConversation, watcher.events).messages;
  for (const { chat, snapshot } of joined) {
    if (Number(snapshot.seq) < end) await chat.event(({ seq }) => seq === end, 'the last event');
    const start = {
      ...emptyConversation,
      seq: Number(snapshot.seq),
      messages: snapshot.messages,
    } as Conversation;
    states.push(reduceAll(start, chat.events));
    chat.close();
  }
  expect(states.length).toBeGreaterThan(6);
  for (const state of states) expect(state.messages).toEqual(expected);
  expect(expected.map(({ status }) => status)).toEqual(['complete', 'stopped', 'queued']);
  watcher.close();
});

test('B9: fifty viewers of a Work cost one read of the log', async () => {
  const work = await api.newWork(token);
  const chats = await Promise.all(Array.from({ length: 50 }, () => api.chat(token, work, 0)));
  await append(work, delta('first'));
  await Promise.all(chats.map((chat) => chat.event(({ seq }) => seq === 1, 'event 1')));
  const before = api.live.counts.reads;
  await append(work, delta('second'));
  await Promise.all(chats.map((chat) => chat.event(({ seq }) => seq === 2, 'event 2')));
  expect(api.live.counts.reads - before).toBe(1);
  for (const chat of chats) chat.close();
});

test('P2: a client that comes back to another api process gets exactly what it missed', async () => {
  const work = await api.newWork(token);
  const other = await api.startAnother();
  const first = await api.chat(token, work, 0);
  await append(work, delta('a'), delta('b'));
  await first.event(({ seq }) => seq === 2, 'event 2');
  first.close();
  await append(work, delta('c'));
  const socket = await rawSocket(`${other.url.replace('http', 'ws')}/api/chat/ws/${work}`);
  socket.send(JSON.stringify({ type: 'auth', token, after: 2 }));
  expect(await socket.frame(({ type }) => type === 'event')).toMatchObject({ seq: 3, text: 'c' });
  await append(work, delta('d'));
  expect(await socket.frame(({ seq }) => seq === 4)).toMatchObject({ text: 'd' });
  socket.close();
});

test('what the log stores is what the socket and server-sent events show, whatever the text is', async () => {
  const work = await api.newWork(token);
  const texts = ['"quotes" \\ and \n lines', '\u2028 π 🙂 漢字', '</script><!--', '{"a":[1,2]}', ''];
  const chat = await api.chat(token, work, 0);
  await append(work, ...texts.map(delta));
  await chat.event(({ seq }) => seq === texts.length, 'the last event');
  const stored = await wholeLog(api.db, work);
  expect(chat.events.map(({ type: _frame, ...event }: LogEvent & { type?: string }) => event)).toEqual(
    stored,
  );
  chat.close();

  const response = await fetch(`${api.url}/api/works/${work}/events?after=0`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const events = await readEvents(response, texts.length);
  expect(events.map(({ id }) => Number(id))).toEqual(stored.map(({ seq }) => seq));
  expect(events.map(({ event }) => event)).toEqual(stored.map(({ kind }) => kind));
  expect(events.map(({ data }) => JSON.parse(data).text)).toEqual(texts);
});

test('SSE: without a cursor it begins with a snapshot; Last-Event-ID wins over after; a ticket opens it', async () => {
  const work = await api.newWork(token);
  await append(work, delta('a'), delta('b'), delta('c'));
  const authorization = `Bearer ${token}`;
  const fresh = await fetch(`${api.url}/api/works/${work}/events`, { headers: { authorization } });
  expect(await readEvents(fresh, 1)).toMatchObject([{ id: '3', event: 'snapshot' }]);

  const resumed = await fetch(`${api.url}/api/works/${work}/events?after=0`, {
    headers: { authorization, 'Last-Event-ID': '2' },
  });
  expect(await readEvents(resumed, 1)).toMatchObject([{ id: '3', event: 'text.delta' }]);

  const issued = await api.request(token, 'POST', '/api/auth/ticket');
  const { ticket } = (await issued.json()) as { ticket: string };
  const byTicket = await fetch(`${api.url}/api/works/${work}/events?after=2&ticket=${ticket}`);
  expect(await readEvents(byTicket, 1)).toMatchObject([{ id: '3', event: 'text.delta' }]);
  expect((await fetch(`${api.url}/api/works/${work}/events?ticket=${token}`)).status).toBe(401);
  expect((await fetch(`${api.url}/api/works?ticket=${ticket}`)).status).toBe(401);
});

test('a client that reads nothing is closed with 1013 and comes back for the rest; others do not wait for it', async () => {
  const work = await api.newWork(token);
  const slow = await rawSocket(`${api.url.replace('http', 'ws')}/api/chat/ws/${work}`);
  slow.send(JSON.stringify({ type: 'auth', token, after: 0 }));
  await slow.frame(({ type }) => type === 'ready');
  slow.pause();
  const quick = await api.chat(token, work, 0);
  // More than the kernel's buffers on both sides hold, which may be 10 MB.
  const [big, all] = ['x'.repeat(200_000), 150];
  for (let n = 1; n <= all; n += 1) await append(work, delta(`${n}${big}`));
  await quick.event(({ seq }) => seq === all, 'the last event');
  quick.close();
  await until(() => api.live.counts.followers === 0, 'the slow reader was given up');
  slow.resume();
  expect((await slow.closed).code).toBe(1013);
  const seen = slow.frames.filter(({ type }) => type === 'event').map(({ seq }) => Number(seq));
  expect(seen).toEqual(seen.map((_, index) => index + 1));
  expect(seen.length).toBeLessThan(all);
  const back = await api.chat(token, work, seen.length);
  await back.event(({ seq }) => seq === all, 'the last event');
  expect(back.events.map(({ seq }) => seq)).toEqual(
    Array.from({ length: all - seen.length }, (_, index) => seen.length + 1 + index),
  );
  back.close();
});

test('a client that asks and asks and never reads its answers is closed with 1013, and is not answered for ever', async () => {
  const work = await api.newWork(token);
  const deaf = await rawSocket(`${api.url.replace('http', 'ws')}/api/chat/ws/${work}`);
  deaf.send(JSON.stringify({ type: 'auth', token, after: 0 }));
  await deaf.frame(({ type }) => type === 'ready');
  deaf.pause();
  const asked = 60_000;
  const question = JSON.stringify({ type: 'nothing of ours', id: 'x'.repeat(100) });
  for (let n = 0; n < asked; n += 1) deaf.send(question);
  await until(() => api.live.counts.followers === 0, 'the deaf client was given up');
  deaf.resume();
  expect((await deaf.closed).code).toBe(1013);
  expect(deaf.frames.length).toBeLessThan(asked);
});

test('HEAD opens nothing that stays open: no viewer, no file', async () => {
  const work = await api.newWork(token);
  const head = (path: string) =>
    fetch(`${api.url}/api/${path}`, { method: 'HEAD', headers: { Authorization: `Bearer ${token}` } });
  const events = await head(`works/${work}/events`);
  expect(events.status).toBe(200);
  expect(events.headers.get('content-type')).toMatch('text/event-stream');
  await until(() => api.live.counts.followers === 0, 'the viewer was let go');

  for (let n = 0; n < 10; n += 1) {
    const file = await head(`works/${work}/files/paper.md`);
    expect(file.status).toBe(200);
    expect(Number(file.headers.get('content-length'))).toBeGreaterThan(0);
    expect((await head(`works/${work}/archive`)).status).toBe(200);
  }
  const open = async () => {
    const names = await readdir('/proc/self/fd').catch(() => []);
    const files = await Promise.all(names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return files.filter((file) => file.includes(work));
  };
  await until(async () => (await open()).length === 0, 'every file was closed');
});

test('a server that goes away tells its viewers with 1001', async () => {
  const work = await api.newWork(token);
  const other = await api.startAnother();
  const socket = await rawSocket(`${other.url.replace('http', 'ws')}/api/chat/ws/${work}`);
  socket.send(JSON.stringify({ type: 'auth', token }));
  await socket.frame(({ type }) => type === 'snapshot');
  const stream = await fetch(`${other.url}/api/works/${work}/events?after=0`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await other.close();
  expect((await socket.closed).code).toBe(1001);
  expect(await stream.text()).toBe(': still here\n\n');
});

interface SentEvent {
  id?: string;
  event?: string;
  data: string;
}

/** The first `count` events of a stream, which is then left. */
async function readEvents(response: Response, count: number): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').filter((line) => !line.startsWith(':'));
      if (fields.length > 0) {
        const pairs = fields.map((line) => /^(\w+): (.*)$/s.exec(line)?.slice(1) ?? []);
        events.push(Object.fromEntries(pairs) as SentEvent);
      }
    }
    if (events.length >= count) break;
  }
  return events;
}
