/** Who takes nothing is let go, on the event stream; and a socket whose way swallows packets. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { WebSocket } from 'ws';
import type { EventBody } from '../../src/domain/events.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { openDatabaseProxy } from '../support/faults/database-proxy.ts';

/** How long a reader may take nothing. */
const PATIENCE_MS = 2_000;
const EVENTS = 900;

let api: TestApi;
let token: string;

beforeAll(async () => {
  api = await startTestApi({ readerPatienceMs: PATIENCE_MS });
  ({ accessToken: token } = await api.guest());
});

afterAll(() => api.close());

/** A Work whose log is larger than any buffer on the way. */
async function longLog(): Promise<string> {
  const workId = await api.newWork(token);
  const messageId = randomUUID();
  const text = 'x'.repeat(60_000);
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

test('an event stream of which nothing is read ends', async () => {
  const workId = await longLog();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /api/works/${workId}/events?after=0 HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  while (api.live.counts.followers > 0) await delay(PATIENCE_MS / 10);
  await once(socket, 'readable');
  socket.pause();
  while (api.live.counts.followers === 0) await delay(PATIENCE_MS / 100);
  while (api.live.counts.followers > 0) await delay(PATIENCE_MS / 10);
  socket.destroy();
});

test('a socket whose way swallows packets is closed here within 30 s', async () => {
  const workId = await api.newWork(token);
  const proxy = await openDatabaseProxy(api.url);
  const ws = new WebSocket(`${proxy.url.replace('http', 'ws')}api/chat/ws/${workId}`);
  ws.on('error', () => {});
  try {
    await once(ws, 'open');
    ws.send(JSON.stringify({ type: 'auth', token }));
    await once(ws, 'message');
    while (api.live.counts.followers === 0) await delay(PATIENCE_MS / 100);
    proxy.goSilent();
    const began = Date.now();
    while (api.live.counts.followers > 0) await delay(PATIENCE_MS / 10);
    expect(Date.now() - began).toBeLessThan(30_000);
  } finally {
    ws.terminate();
    await proxy.close();
  }
});
