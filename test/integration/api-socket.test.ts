/** The chat socket as docs/protocol.md says it is, frame by frame and code by code. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { WebSocket } from 'ws';
import { createTokens } from '../../src/api/auth/tokens.ts';
import { TOO_NESTED } from '../../src/domain/json-nesting.ts';
import { serverFrame } from '../../src/protocol/frames.ts';
import { CLOSE } from '../../src/protocol/socket.ts';
import { startTestApi, TEST_SECRET, type TestApi } from '../support/api.ts';
import { claimsOf, rawSocket, signedAt } from '../support/raw-socket.ts';
import { until } from '../support/until.ts';

let api: TestApi;
let token: string;
let userId: string;
let workId: string;

beforeAll(async () => {
  api = await startTestApi();
  const session = await api.guest();
  token = session.accessToken;
  userId = session.user.id;
  workId = await api.newWork(token);
});
afterAll(() => api.close());

const socketUrl = (id = workId) => `${api.url.replace('http', 'ws')}/api/chat/ws/${id}`;

test('P1: auth is answered by one ready, then by one snapshot where no cursor was given', async () => {
  const chat = await api.chat(token, workId);
  await chat.frame(({ type }) => type === 'snapshot', 'a snapshot');
  chat.send({ type: 'ping' });
  await chat.frame(({ type }) => type === 'pong', 'a pong');
  expect(chat.frames.map(({ type }) => type)).toEqual(['ready', 'snapshot', 'pong']);
  expect(chat.frames[0]).toEqual({
    type: 'ready',
    protocol: 1,
    workId,
    seq: expect.any(Number),
    status: 'idle',
  });
  chat.close();
});

test('P1: with a cursor that the log can serve there is no snapshot, only the events after it', async () => {
  const work = await api.newWork(token);
  const first = await api.chat(token, work, 0);
  const id = first.say('hello');
  await first.event(({ kind }) => kind === 'message.queued', 'its event');
  first.close();
  const again = await api.chat(token, work, 0);
  const event = await again.event(({ kind }) => kind === 'message.queued', 'the same event');
  expect(event).toMatchObject({ seq: 1, turn: null, message: { id, role: 'user', text: 'hello' } });
  expect(again.frames.map(({ type }) => type)).toEqual(['ready', 'event']);
  again.close();
});

test('P1: a cursor ahead of the log, or behind what was pruned, begins again with a snapshot', async () => {
  const work = await api.newWork(token);
  for (let n = 0; n < 3; n += 1) {
    await sql`select log_append(${work}::uuid, null, ${JSON.stringify([retrying(n)])}::jsonb)`.execute(
      api.db,
    );
  }
  await sql`delete from events where work_id = ${work}::uuid and seq < 3`.execute(api.db);
  await sql`update works set pruned_through = 2 where id = ${work}::uuid`.execute(api.db);
  for (const after of [0, 1, 4, 10_000]) {
    const chat = await api.chat(token, work, after);
    expect(await chat.frame(({ type }) => type === 'snapshot', 'a snapshot')).toMatchObject({ seq: 3 });
    chat.close();
  }
  const served = await api.chat(token, work, 2);
  await served.event(({ seq }) => seq === 3, 'event 3');
  expect(served.frames.map(({ type }) => type)).toEqual(['ready', 'event']);
  served.close();
});

test('P4, P5: a message is acked once it is stored; a repeat says duplicate; other words are refused', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  const id = chat.say('estimate pi');
  expect(await chat.frame(({ type }) => type === 'ack', 'an ack')).toEqual({
    type: 'ack',
    id,
    duplicate: false,
  });
  chat.say('estimate pi', { id });
  await chat.frame((frame) => frame.type === 'ack' && frame.duplicate === true, 'a second ack');
  chat.say('something else', { id });
  const refused = await chat.frame(({ type }) => type === 'error', 'an error');
  expect(refused).toMatchObject({ code: 'id_reused', retryable: false, id });
  const { rows } = await sql`select 1 from messages where work_id = ${work}::uuid`.execute(api.db);
  expect(rows).toHaveLength(1);
  await until(() => api.temporal.said.includes(`wake work-${work}`), 'Temporal was told');
  chat.close();
});

test('P4: the ack does not wait for Temporal, nor is it lost when Temporal is away', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  api.temporal.failure = new Error('no connection');
  try {
    chat.say('hello');
    await chat.frame(({ type }) => type === 'ack', 'an ack');
  } finally {
    api.temporal.failure = undefined;
  }
  chat.close();
});

test('the first message names a Work that nobody named (P12)', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  chat.say('## Estimate π by throwing darts\n\nand plot it');
  await chat.frame(({ type }) => type === 'ack', 'an ack');
  const response = await api.request(token, 'GET', `/api/works/${work}`);
  expect(await response.json()).toMatchObject({ title: 'Estimate π by throwing darts' });
  chat.close();
});

test('every frame that the server sends is one of the protocol', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work);
  chat.say('hello');
  chat.send({ type: 'ping' });
  chat.send({ type: 'auth', token });
  chat.send({ type: 'dance' });
  await chat.frame(({ type }) => type === 'error', 'an error');
  await chat.frame(({ type }) => type === 'event', 'an event');
  for (const frame of chat.frames) expect(serverFrame.parse(frame)).toEqual(frame);
  expect(new Set(chat.frames.map(({ type }) => type))).toEqual(
    new Set(['ready', 'snapshot', 'ack', 'pong', 'renewed', 'error', 'event']),
  );
  chat.close();
});

test.each([
  ['an unknown type', { type: 'dance', id: 'x' }, { code: 'unknown_type', id: 'x' }],
  ['no type', { text: 'hi' }, { code: 'unknown_type' }],
  ['a message without an id', { type: 'message', text: 'hi' }, { code: 'bad_request' }],
  ['a blank message', { type: 'message', id: randomUUID(), text: ' \n' }, { code: 'bad_request' }],
  ['a stop of turn "one"', { type: 'stop', turn: 'one' }, { code: 'bad_request' }],
  ['an array', [1, 2], { code: 'bad_request' }],
])('a frame with %s is answered by an error and the socket stays open', async (_what, frame, error) => {
  const chat = await api.chat(token, workId, 0);
  chat.send(frame);
  expect(await chat.frame(({ type }) => type === 'error', 'an error')).toMatchObject({
    ...error,
    retryable: false,
  });
  chat.send({ type: 'ping' });
  await chat.frame(({ type }) => type === 'pong', 'a pong');
  chat.close();
});

test('text that is no JSON, and bytes, are errors about one frame', async () => {
  const socket = await rawSocket(socketUrl());
  socket.send(JSON.stringify({ type: 'auth', token }));
  await socket.frame(({ type }) => type === 'snapshot');
  socket.send('{"type":');
  expect(await socket.frame(({ type }) => type === 'error')).toMatchObject({ code: 'bad_request' });
  socket.send(Buffer.from([1, 2, 3]));
  socket.send('{"type":"ping"}');
  await socket.frame(({ type }) => type === 'pong');
  expect(socket.frames.filter(({ type }) => type === 'error')).toHaveLength(2);
  socket.close();
});

test('SR-L4: a frame that is nested too deeply is an error about that frame, and ends a socket as its first', async () => {
  const nested = `{"type":"ping","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  const socket = await rawSocket(socketUrl());
  socket.send(JSON.stringify({ type: 'auth', token }));
  await socket.frame(({ type }) => type === 'snapshot');
  socket.send(nested);
  expect(await socket.frame(({ type }) => type === 'error')).toMatchObject({
    code: 'bad_request',
    message: TOO_NESTED,
  });
  socket.send('{"type":"ping"}');
  await socket.frame(({ type }) => type === 'pong');
  socket.close();
  const first = await rawSocket(socketUrl());
  first.send(nested.replace('ping', 'auth'));
  expect((await first.closed).code).toBe(CLOSE.badFirstFrame);
});

test.each([
  ['is no JSON', 'hello', 4400],
  ['is no auth', '{"type":"ping"}', 4400],
  ['has no token', '{"type":"auth"}', 4400],
  ['has a cursor that is no number', '{"type":"auth","token":"x","after":"3"}', 4400],
  ['speaks another protocol', '{"type":"auth","token":"x","protocol":2}', 4400],
  ['has a token that is none', '{"type":"auth","token":"x"}', 4401],
])('a first frame that %s closes the socket', async (_what, text, code) => {
  const socket = await rawSocket(socketUrl());
  socket.send(text);
  expect((await socket.closed).code).toBe(code);
  expect(socket.frames.at(-1)).toMatchObject({ type: 'error' });
});

test('A1: a token that expired, was signed with another secret or is for something else is refused', async () => {
  const past = Math.floor(Date.now() / 1000) - 1;
  const future = past + 900;
  const tokens = createTokens(TEST_SECRET, { goesOn: async () => true }, async () => undefined);
  const sid = String(claimsOf(token).sid);
  const good = { sub: userId, sid, iss: 'paperagent', aud: 'paperagent-api' };
  const bad = [
    signedAt(TEST_SECRET, { ...good, exp: past }),
    signedAt('another secret', { ...good, exp: future }),
    signedAt(TEST_SECRET, { ...good, iss: 'someone', exp: future }),
    signedAt(TEST_SECRET, good),
    signedAt(TEST_SECRET, { ...good, exp: future }, 'HS512'),
    signedAt(TEST_SECRET, { ...good, exp: future }, 'none'),
    // Of no session, and of one that never was.
    signedAt(TEST_SECRET, { ...good, sid: undefined, exp: future }),
    signedAt(TEST_SECRET, { ...good, sid: randomUUID(), exp: future }),
    await tokens.issueTicket({ userId, sessionId: sid, expiresAt: Date.now() + 60_000 }),
  ];
  for (const wrong of bad) {
    const socket = await rawSocket(socketUrl());
    socket.send(JSON.stringify({ type: 'auth', token: wrong }));
    expect((await socket.closed).code).toBe(4401);
  }
});

test('A2: a Work of somebody else, one that never was, and an id that is none close alike, with 4404', async () => {
  const stranger = await api.guest();
  const deleted = await api.newWork(stranger.accessToken);
  await api.request(stranger.accessToken, 'DELETE', `/api/works/${deleted}`);
  const closings = [];
  for (const id of [workId, randomUUID(), 'nonsense', deleted]) {
    const socket = await rawSocket(socketUrl(id));
    socket.send(JSON.stringify({ type: 'auth', token: stranger.accessToken }));
    closings.push({ ...(await socket.closed), frames: socket.frames });
  }
  expect(closings[0]).toMatchObject({ code: 4404 });
  for (const closing of closings) expect(closing).toEqual(closings[0]);
});

test('an id written in capitals is the same Work', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work.toUpperCase(), 0);
  chat.say('hello');
  await chat.event(({ kind }) => kind === 'message.queued', 'its event');
  chat.close();
});

test('who says nothing is closed with 4408', async () => {
  const socket = await rawSocket(socketUrl());
  expect((await socket.closed).code).toBe(4408);
});

test('A4: a token that expires closes the socket with 4401, unless a fresh auth frame came', async () => {
  const soon = (seconds: number) =>
    signedAt(TEST_SECRET, {
      sub: userId,
      sid: claimsOf(token).sid,
      iss: 'paperagent',
      aud: 'paperagent-api',
      exp: Math.floor(Date.now() / 1000) + seconds,
    });
  const [lets, renews] = await Promise.all([rawSocket(socketUrl()), rawSocket(socketUrl())]);
  const short = soon(2);
  for (const socket of [lets, renews]) socket.send(JSON.stringify({ type: 'auth', token: short }));
  await renews.frame(({ type }) => type === 'snapshot');
  renews.send(JSON.stringify({ type: 'auth', token }));
  const renewed = await renews.frame(({ type }) => type === 'renewed');
  expect(Date.parse(String(renewed.expiresAt))).toBeGreaterThan(Date.now() + 60_000);
  expect((await lets.closed).code).toBe(4401);
  renews.send('{"type":"ping"}');
  await renews.frame(({ type }) => type === 'pong');
  renews.close();
});

test('A4: a fresh token of somebody else ends the socket', async () => {
  const socket = await rawSocket(socketUrl());
  socket.send(JSON.stringify({ type: 'auth', token }));
  socket.send(JSON.stringify({ type: 'auth', token: (await api.guest()).accessToken }));
  expect((await socket.closed).code).toBe(4401);
});

test('A4: a frame over 64 KiB closes the socket; one just below is served', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  const text = 'x'.repeat(65_536 - JSON.stringify({ type: 'message', id: randomUUID(), text: '' }).length);
  chat.say(text);
  await chat.frame(({ type }) => type === 'ack', 'an ack');
  chat.say(`${text}x`);
  expect([1009, 4413]).toContain((await chat.closed).code);
});

test('A4: a page of another host may not open a socket; the same host may', async () => {
  const host = new URL(api.url).host;
  const upgrade = (origin: string) =>
    new Promise<string>((resolve) => {
      const ws = new WebSocket(socketUrl(), { origin });
      ws.on('unexpected-response', (_request, response) => resolve(`refused ${response.statusCode}`));
      ws.on('open', () => {
        ws.terminate();
        resolve('open');
      });
    });
  expect(await upgrade('https://evil.example')).toBe('refused 403');
  expect(await upgrade('null')).toBe('refused 403');
  expect(await upgrade(`http://${host}`)).toBe('open');
});

test('R8: stop names the running turn in Postgres and tells the workflow; with nothing running it does nothing', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  chat.say('go');
  await chat.frame(({ type }) => type === 'ack', 'an ack');
  chat.send({ type: 'stop' });
  chat.send({ type: 'ping' });
  await chat.frame(({ type }) => type === 'pong', 'a pong');
  await sql`
    select claim_step(${work}::uuid, null, 'main', null, 'm', ${randomUUID()}::uuid, 'w', 'a')`.execute(
    api.db,
  );
  await chat.event(({ kind }) => kind === 'step.started', 'a step');
  expect(api.temporal.said.filter((line) => line.startsWith(`stop work-${work}`))).toEqual([]);
  chat.send({ type: 'stop', turn: 7 });
  chat.send({ type: 'stop', turn: 2 ** 31 });
  const far = await api.request(token, 'POST', `/api/works/${work}/stop`, { turn: Number.MAX_SAFE_INTEGER });
  expect([far.status, await far.json()]).toEqual([202, { turn: null }]);
  chat.send({ type: 'stop' });
  chat.send({ type: 'dance' });
  await chat.frame(({ type }) => type === 'error', 'what comes after the stop');
  expect(api.temporal.said).toContain(`stop work-${work} 1`);
  const again = await api.chat(token, work);
  expect(again.frames[0]).toMatchObject({ type: 'ready', status: 'stopping' });
  again.close();
  chat.close();
});

test('a Work that is deleted closes its sockets with 4404', async () => {
  const work = await api.newWork(token);
  const chat = await api.chat(token, work, 0);
  await api.request(token, 'DELETE', `/api/works/${work}`);
  expect((await chat.closed).code).toBe(4404);
});

function retrying(n: number) {
  return { kind: 'retrying', agent: 'main', what: 'model', reason: `try ${n}`, inMs: 1 };
}
