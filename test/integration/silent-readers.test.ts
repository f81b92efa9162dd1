/** Who takes nothing is let go, and who takes little is kept, whatever they read; and ways that carry nothing any more. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { WebSocket } from 'ws';
import type { EventBody } from '../../src/domain/events.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { openDatabaseProxy } from '../support/faults/database-proxy.ts';
import { askAndVanish } from '../support/faults/vanishing-reader.ts';
import { testWith } from '../support/needs.ts';
import { until } from '../support/until.ts';

/** How long a reader may take nothing. */
const TIMEOUT_MS = 2_000;
/** Within which whoever takes nothing is let go; the page of rules allows no more. */
const LET_GO_MS = 30_000;
const EVENTS = 900;
const BYTES = 60_000;

let api: TestApi;
let token: string;
/** A Work whose log is larger than any buffer on the way. */
let longWork: string;

beforeAll(async () => {
  api = await startTestApi({ readerTimeoutMs: TIMEOUT_MS });
  ({ accessToken: token } = await api.guest());
  longWork = await longLog();
});

afterAll(() => api.close());

async function longLog(): Promise<string> {
  const workId = await api.newWork(token);
  const messageId = randomUUID();
  const text = 'x'.repeat(BYTES);
  const events: EventBody[] = Array.from({ length: 30 }, () => ({
    kind: 'text.delta',
    messageId,
    agent: 'main',
    text,
  }));
  for (let at = 0; at < EVENTS; at += events.length)
    await sql`select log_append(${workId}::uuid, 1, ${JSON.stringify(events)}::jsonb)`.execute(api.db);
  return workId;
}

interface Asked {
  socket: Socket;
  /** How it was closed: an error's code, or that there was none. */
  closed: Promise<string>;
}

/** A connection that has asked for something, and of which nothing is read yet. */
function ask(url: string, path: string): Asked {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let how = 'in order';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    how = error.code ?? error.message;
  });
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(how));
  });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${token}\r\n\r\n`);
  return { socket, closed };
}

/** Cut off, not ended: an end would stand behind all that nobody takes. */
const CUT_OFF = 'ECONNRESET';

const followed = () => until(() => api.live.counts.followers > 0, 'it was followed');
const readerEnded = () => until(() => api.live.counts.followers === 0, 'the reader was let go', LET_GO_MS);

/** Reads no more than some bytes at a time, until enough have come or the connection is closed; gives how many came. */
async function readSteadily(
  { socket, closed }: Asked,
  bytesAMoment: number,
  enough: number,
): Promise<number> {
  let bytes = 0;
  const over = closed.then(() => true);
  for (;;) {
    for (let taken = 0; taken < bytesAMoment; ) {
      const piece: Buffer | null = socket.read(Math.min(socket.readableLength, bytesAMoment - taken));
      if (piece === null) break;
      taken += piece.length;
      bytes += piece.length;
    }
    if (bytes >= enough) return bytes;
    // This is the reader's slowness, not a wait for anything.
    if (await Promise.race([over, delay(50, false)])) return bytes;
  }
}

test('an event stream of which nothing is read ends, and what waited for it is gone', async () => {
  const { socket, closed } = ask(api.url, `/api/works/${longWork}/events?after=0`);
  await once(socket, 'readable');
  await followed();
  await readerEnded();
  socket.resume();
  expect(await closed).toBe(CUT_OFF);
});

test('an event stream that is read slowly and steadily is kept for many times as long', async () => {
  const asked = ask(api.url, `/api/works/${longWork}/events?after=0`);
  const began = performance.now();
  const all = EVENTS * BYTES;
  expect(await readSteadily(asked, 250_000, all)).toBeGreaterThanOrEqual(all);
  expect(performance.now() - began).toBeGreaterThan(4 * TIMEOUT_MS);
  asked.socket.destroy();
  await readerEnded();
});

test('a socket that is read slowly and steadily is kept for many times as long', async () => {
  const ws = new WebSocket(`${api.url.replace('http', 'ws')}/api/chat/ws/${longWork}`);
  await once(ws, 'open');
  ws.send(JSON.stringify({ type: 'auth', token, after: 0 }));
  const began = performance.now();
  let events = 0;
  const closed = once(ws, 'close').then(() => 'closed');
  const all = new Promise<string>((resolve) => {
    ws.on('message', (data) => {
      if ((JSON.parse(String(data)) as { type: string }).type !== 'event') return;
      events += 1;
      if (events === EVENTS) resolve('all');
      if (events % 4 !== 0) return;
      ws.pause();
      setTimeout(() => ws.resume(), 50);
    });
  });
  expect(await Promise.race([all, closed])).toBe('all');
  expect(performance.now() - began).toBeGreaterThan(4 * TIMEOUT_MS);
  ws.close();
  await readerEnded();
});

test('a download of which nothing is read is cut off, and one that is read slowly comes whole', async () => {
  const workId = await api.newWork(token);
  const path = `/api/works/${workId}/files/large.bin`;
  const size = 20_000_000;
  const put = await fetch(`${api.url}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.alloc(size, 'x'),
  });
  expect(put.status).toBe(201);
  const slow = ask(api.url, path);
  const stuck = ask(api.url, path);
  await once(stuck.socket, 'readable');
  expect(await readSteadily(slow, 250_000, size)).toBeGreaterThanOrEqual(size);
  slow.socket.destroy();
  stuck.socket.resume();
  expect(await stuck.closed).toBe(CUT_OFF);
});

for (const kind of ['an event stream', 'a socket'] as const) {
  test(`${kind} with much to say, whose way carries nothing any more, is let go within 30 s with all that waited`, async () => {
    const proxy = await openDatabaseProxy(api.url);
    const workId = await api.newWork(token);
    let close = () => {};
    try {
      if (kind === 'an event stream') {
        const { socket } = ask(proxy.url, `/api/works/${workId}/events?after=0`);
        await once(socket, 'readable');
        close = () => socket.destroy();
      } else {
        const ws = new WebSocket(`${proxy.url.replace('http', 'ws')}api/chat/ws/${workId}`);
        ws.on('error', () => {});
        close = () => ws.terminate();
        await once(ws, 'open');
        ws.send(JSON.stringify({ type: 'auth', token, after: 0 }));
        await once(ws, 'message');
      }
      await followed();
      proxy.goSilent();
      const began = performance.now();
      const events: EventBody[] = Array.from({ length: 200 }, () => ({
        kind: 'text.delta',
        messageId: workId,
        agent: 'main',
        text: 'x'.repeat(BYTES),
      }));
      await sql`select log_append(${workId}::uuid, 1, ${JSON.stringify(events)}::jsonb)`.execute(api.db);
      await readerEnded();
      expect(performance.now() - began).toBeLessThan(LET_GO_MS);
    } finally {
      close();
      await proxy.close();
    }
  });
}

test('a socket that says nothing, whose way carries nothing any more, is closed here within 30 s', async () => {
  const workId = await api.newWork(token);
  const proxy = await openDatabaseProxy(api.url);
  const ws = new WebSocket(`${proxy.url.replace('http', 'ws')}api/chat/ws/${workId}`);
  ws.on('error', () => {});
  try {
    await once(ws, 'open');
    ws.send(JSON.stringify({ type: 'auth', token }));
    await once(ws, 'message');
    await followed();
    proxy.goSilent();
    const began = performance.now();
    await readerEnded();
    expect(performance.now() - began).toBeLessThan(LET_GO_MS);
  } finally {
    ws.terminate();
    await proxy.close();
  }
});

/** Whoever is gone without a word: what they ask for, and whether something of the answer comes before. */
const VANISHING = [
  { what: 'an event stream', answered: true },
  { what: 'an event stream with little to say', answered: true },
  { what: 'an answer of /v1 as a stream', answered: true },
  { what: 'an answer of /v1 that is waited for', answered: false },
] as const;

function vanishingRequest(what: (typeof VANISHING)[number]['what'], workId: string): string {
  const head = (method: string, path: string) =>
    `${method} ${path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${token}\r\n`;
  if (!what.includes('/v1')) return `${head('GET', `/api/works/${workId}/events`)}\r\n`;
  const body = JSON.stringify({
    model: `work:${workId}`,
    stream: what.endsWith('stream'),
    messages: [{ role: 'user', content: 'Hello' }],
  });
  const about = `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  return `${head('POST', '/v1/chat/completions')}${about}\r\n${body}`;
}

testWith('Linux', 'Python')(
  'readers of whom no end comes and no acknowledgement are let go, whatever they read and however little waits for them',
  async () => {
    const works = await Promise.all(VANISHING.map(() => api.newWork(token)));
    const readers = await Promise.all(
      VANISHING.map(({ what, answered }, index) =>
        askAndVanish(api.url, vanishingRequest(what, works[index] ?? ''), { answered }),
      ),
    );
    try {
      await until(() => api.live.counts.followers === VANISHING.length, 'all were followed');
      for (const reader of readers) await reader.vanish();
      const event: EventBody = { kind: 'text.delta', messageId: randomUUID(), agent: 'main', text: 'x' };
      await sql`select log_append(${works[1]}::uuid, 1, ${JSON.stringify([event])}::jsonb)`.execute(api.db);
      // A comment goes each 10 s, silence is asked about after 15; the kernel itself would take a quarter of an hour.
      await until(() => api.live.counts.followers === 0, 'the readers were let go', 90_000);
    } finally {
      for (const reader of readers) await reader.close();
    }
  },
);
