/** The API as processes: an orderly end, and a kill that loses nothing that was acked. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort } from '../../src/setup/ports.ts';
import { openChat } from '../support/chat-client.ts';
import { type AppProcess, startProcess } from '../support/child-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testServers } from '../support/servers.ts';

let database: TestDatabase;
let dataDir: string;
let env: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'paperagent-api-process-'));
  env = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: testServers().temporalAddress,
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    JWT_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    PA_DATA: dataDir,
  };
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<AppProcess & { url: string }> {
  const port = await findFreePort();
  const api = startProcess('api', { ...env, PORT: String(port) });
  await api.line((line) => line.includes('listening'), 'it listened');
  return { ...api, url: `http://127.0.0.1:${port}` };
}

async function guestWithWork(url: string): Promise<{ token: string; workId: string }> {
  const guest = await fetch(`${url}/api/auth/guest`, { method: 'POST' });
  const { accessToken } = (await guest.json()) as { accessToken: string };
  const made = await fetch(`${url}/api/works`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return { token: accessToken, workId: ((await made.json()) as { id: string }).id };
}

test('SIGTERM tells every socket 1001 and ends the process in order', async () => {
  const api = await start();
  const chat = await openChat(api.url, await guestWithWork(api.url));
  await api.signal('SIGTERM');
  expect((await chat.closed).code).toBe(1001);
  expect(await api.ended).toEqual({ code: 0, signal: null });
});

test('P2, P4: what was acked before a kill -9 is there for the client that comes back elsewhere', async () => {
  const [first, second] = [await start(), await start()];
  const account = await guestWithWork(first.url);
  const chat = await openChat(first.url, { ...account, after: 0 });
  const ids = Array.from({ length: 20 }, () => randomUUID());
  for (const id of ids) chat.say(`message ${id}`, { id });
  await chat.frame(({ type, id }) => type === 'ack' && id === ids[4], 'the fifth ack');
  await first.signal('SIGKILL');
  await chat.closed;
  const acked = chat.frames.filter(({ type }) => type === 'ack').map(({ id }) => String(id));

  const back = await openChat(second.url, { ...account, after: chat.cursor() });
  for (const id of ids) back.say(`message ${id}`, { id });
  await back.frame(({ type, id }) => type === 'ack' && id === ids.at(-1), 'the last ack');
  await back.event(({ seq }) => seq === ids.length, 'the last event');
  const events = [...chat.events, ...back.events];
  expect(events.map(({ seq }) => seq)).toEqual(ids.map((_, index) => index + 1));
  expect(events.map((event) => event.kind === 'message.queued' && event.message.id)).toEqual(ids);
  const repeats = back.frames.filter(({ type, duplicate }) => type === 'ack' && duplicate === true);
  expect(repeats.map(({ id }) => id)).toEqual(expect.arrayContaining(acked));
  back.close();
  await second.signal('SIGTERM');
});

test('with its port taken the process says so and ends', async () => {
  const api = await start();
  const { port } = new URL(api.url);
  const late = startProcess('api', { ...env, PORT: port });
  expect((await late.ended).code).not.toBe(0);
  expect(late.lines.join('\n')).toContain('EADDRINUSE');
  await api.signal('SIGTERM');
});
