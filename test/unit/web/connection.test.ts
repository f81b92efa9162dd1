import { expect, test } from '@jest/globals';
import { emptyConversation, reduceAll } from '../../../src/domain/reducer.ts';
import { bench, memoryOutbox, SessionOver } from './hand-driven-connection.ts';
import { log, queued, step, uuid } from './log-of-a-turn.ts';

const events = log(
  1,
  queued(uuid(1), 'estimate pi'),
  { kind: 'turn.started', messageIds: [uuid(1)] },
  step(uuid(2)),
  { kind: 'text.delta', messageId: uuid(2), agent: 'main', text: 'I ' },
  { kind: 'text.delta', messageId: uuid(2), agent: 'main', text: 'will.' },
);
const asOf = (seq: number) => reduceAll(emptyConversation, events.slice(0, seq));
const seen = (bench: Awaited<ReturnType<typeof import('./hand-driven-connection.ts').bench>>) =>
  bench.connection.state().conversation;

test('U6: the first frame is the auth without a cursor, and the snapshot with the events after it is the conversation', async () => {
  const page = await bench();
  expect(page.far().sent).toEqual([]);
  page.far().open();
  expect(page.far().sent).toEqual([{ type: 'auth', token: 'token 1', protocol: 1 }]);
  page.far().ready(3, 'running');
  page.far().snapshot(asOf(3));
  for (const event of events.slice(3)) page.far().event(event);
  expect(seen(page)?.messages).toEqual(asOf(5).messages);
  expect(seen(page)?.runningTurn).toBe(1);
  expect(page.connection.state().phase).toEqual({ name: 'live' });
});

test('P2: after a lost connection the page asks for what follows its cursor, and shows nothing twice', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(3, 'running');
  page.far().snapshot(asOf(3));
  for (const event of events.slice(3, 4)) page.far().event(event);
  page.far().close(1006);
  expect(page.connection.state().phase.name).toBe('waiting');
  await page.pass(1_000);
  page.far().open();
  expect(page.far().sent[0]).toEqual({ type: 'auth', token: 'token 1', after: 4, protocol: 1 });
  page.far().ready(5, 'running');
  for (const event of events.slice(3)) page.far().event(event);
  expect(seen(page)?.messages).toEqual(asOf(5).messages);
});

test('P2: a gap in the events throws the connection away and the next one begins with a snapshot', async () => {
  const complain = console.error;
  console.error = () => {};
  const page = await bench();
  page.far().open();
  page.far().ready(3);
  page.far().snapshot(asOf(3));
  for (const event of events.slice(4)) page.far().event(event);
  console.error = complain;
  expect(page.far().closedByPage).toBe(true);
  await page.pass(1_000);
  page.far().open();
  expect(page.far().sent[0]).not.toHaveProperty('after');
  expect(seen(page)?.seq).toBe(3);
  page.far().ready(5);
  page.far().snapshot(asOf(5));
  expect(seen(page)?.messages).toEqual(asOf(5).messages);
});

test('U3: a message is shown at once, and is gone from the outgoing ones when the log shows it', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  page.far().snapshot(emptyConversation);
  const id = page.connection.send('estimate pi');
  expect(page.far().ofType('message')).toEqual([
    { type: 'message', id, text: 'estimate pi', delivery: 'queue' },
  ]);
  expect(page.connection.state().outgoing).toMatchObject([{ id, state: { name: 'sending' } }]);
  page.far().say({ type: 'ack', id, duplicate: false });
  expect(page.connection.state().outgoing).toMatchObject([{ id, state: { name: 'stored' } }]);
  expect(page.outbox.list()).toEqual([]);
  const [first] = log(null, queued(id, 'estimate pi'));
  if (first) page.far().event(first);
  expect(page.connection.state().outgoing).toEqual([]);
});

test('P5: a message without its ack is sent again with the same id after a reconnection, one with its ack is not', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  page.far().snapshot(emptyConversation);
  const acked = page.connection.send('one');
  const lost = page.connection.send('two');
  page.far().say({ type: 'ack', id: acked, duplicate: false });
  page.far().close(1001);
  const meanwhile = page.connection.send('three');
  await page.pass(1_000);
  page.far().open();
  expect(page.far().ofType('message')).toEqual([]);
  page.far().ready(0);
  expect(
    page
      .far()
      .ofType('message')
      .map((frame) => frame.id),
  ).toEqual([lost, meanwhile]);
});

test('U3: what an earlier page could not send is sent by the next', async () => {
  const left = {
    id: uuid(9),
    text: 'before the reload',
    delivery: 'queue' as const,
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  const page = await bench({ outbox: memoryOutbox([left]) });
  expect(page.connection.state().outgoing).toMatchObject([{ id: left.id, text: left.text }]);
  page.far().open();
  page.far().ready(0);
  expect(page.far().ofType('message')).toMatchObject([{ id: left.id }]);
});

test('a message that the server refuses for good says why, and one it only refuses for now is sent again', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  page.far().snapshot(emptyConversation);
  const bad = page.connection.send('bad');
  const hasty = page.connection.send('hasty');
  page.far().say({ type: 'error', code: 'id_reused', message: 'used before', retryable: false, id: bad });
  page.far().say({ type: 'error', code: 'rate_limited', message: 'slow down', retryable: true, id: hasty });
  expect(page.connection.state().outgoing).toMatchObject([
    { id: bad, state: { name: 'refused', code: 'id_reused' } },
    { id: hasty, state: { name: 'held', until: Date.parse('2026-01-01T00:00:05Z') } },
  ]);
  expect(page.outbox.list().map((message) => message.id)).toEqual([hasty]);
  page.far().say({
    type: 'error',
    code: 'rate_limited',
    message: 'slow down',
    retryable: true,
    id: hasty,
    retryAfter: 12,
  });
  expect(page.connection.state().outgoing[1]?.state).toEqual({
    name: 'held',
    until: Date.parse('2026-01-01T00:00:12Z'),
  });
  await page.pass(12_000);
  expect(
    page
      .far()
      .ofType('message')
      .map((frame) => frame.id),
  ).toEqual([bad, hasty, hasty]);
  page.connection.dismiss(bad);
  expect(page.connection.state().outgoing.map((message) => message.id)).toEqual([hasty]);
});

test('a message larger than a frame is refused here: sent, it would cost the connection', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  const id = page.connection.send('π'.repeat(33_000));
  expect(page.far().ofType('message')).toEqual([]);
  expect(page.outbox.list()).toEqual([]);
  expect(page.connection.state().outgoing).toMatchObject([
    { id, state: { name: 'refused', code: 'too_large' } },
  ]);
});

test('U5: stop names the running turn, shows at once, and is said again after a reconnection', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(3, 'running');
  page.far().snapshot(asOf(3));
  page.connection.stop();
  expect(page.far().ofType('stop')).toEqual([{ type: 'stop', turn: 1 }]);
  expect(page.connection.state().stopping).toBe(true);
  page.far().close(1006);
  await page.pass(1_000);
  page.far().open();
  page.far().ready(3, 'running');
  expect(page.far().ofType('stop')).toEqual([{ type: 'stop', turn: 1 }]);
  page.far().event({
    seq: 4,
    turn: 1,
    at: '2026-01-01T00:00:01.000Z',
    kind: 'turn.completed',
    outcome: 'stopped',
    usage: { inputTokens: 0, outputTokens: 0 },
  });
  expect(page.connection.state().stopping).toBe(false);
});

test('without a running turn stop sends nothing', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  page.far().snapshot(emptyConversation);
  page.connection.stop();
  expect(page.far().ofType('stop')).toEqual([]);
  expect(page.connection.state().stopping).toBe(false);
});

test('A4: a minute before its token expires the page sends a fresh one on the same socket', async () => {
  const page = await bench({ tokenSeconds: 900 });
  page.far().open();
  page.far().ready(0);
  // The server answers each ping: a silent socket would be given up.
  for (let second = 0; second < 839; second += 10) {
    await page.pass(10_000);
    page.far().say({ type: 'pong' });
  }
  expect(
    page
      .far()
      .ofType('auth')
      .map((frame) => frame.token),
  ).toEqual(['token 1', 'token 2']);
  expect(page.sockets).toHaveLength(1);
});

test('close 4401 asks for another token; refused again with that, the person is signed out', async () => {
  const page = await bench();
  page.far().open();
  page.far().close(4401);
  await page.pass(1_000);
  expect(page.renewals).toEqual(['token 1']);
  page.far().open();
  expect(page.far().sent[0]).toMatchObject({ token: 'token 2' });
  page.far().close(4401);
  expect(page.connection.state().phase).toEqual({ name: 'ended', reason: 'signed_out' });
  await page.pass(60_000);
  expect(page.sockets).toHaveLength(2);
});

test('a session that is over ends the connection; a token that cannot be fetched just now is tried again', async () => {
  const page = await bench();
  page.far().open();
  page.far().close(1006);
  page.tokenFails(new Error('offline'));
  await page.pass(3_000);
  expect(page.connection.state().phase.name).toBe('waiting');
  page.tokenFails(new SessionOver('revoked'));
  await page.pass(20_000);
  expect(page.connection.state().phase).toEqual({ name: 'ended', reason: 'signed_out' });
});

test('close 4404 says that there is no such Work, and no further connection is tried', async () => {
  const page = await bench();
  page.far().open();
  page.far().close(4404);
  expect(page.connection.state().phase).toEqual({ name: 'ended', reason: 'no_such_work' });
  await page.pass(60_000);
  expect(page.sockets).toHaveLength(1);
});

test('U6: the waits between connections grow to a cap, begin small again after a success, and end when asked', async () => {
  const page = await bench();
  const waits: number[] = [];
  let last = Date.parse('2026-01-01T00:00:00Z');
  for (let attempt = 0; attempt < 8; attempt += 1) {
    page.far().close(1006);
    const { phase } = page.connection.state();
    if (phase.name !== 'waiting') throw new Error(phase.name);
    waits.push(phase.retryAt - last);
    last = phase.retryAt;
    await page.pass(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([225, 450, 900, 1_800, 3_600, 7_200, 11_250, 11_250]);
  page.far().close(1006);
  const opened = page.sockets.length;
  page.connection.retryNow();
  await page.pass(0);
  expect(page.sockets).toHaveLength(opened + 1);
  page.far().open();
  page.far().ready(0);
  page.far().close(1006);
  const { phase } = page.connection.state();
  expect(phase).toMatchObject({ name: 'waiting', retryAt: last + 225 });
});

test('a socket that stays silent after a ping is given up, and so is one that never gets ready', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  await page.pass(15_000);
  expect(page.far().ofType('ping')).toHaveLength(1);
  await page.pass(15_000);
  expect(page.sockets[0]?.closedByPage).toBe(true);
  await page.pass(1_000);
  expect(page.sockets).toHaveLength(2);
  page.far().open();
  await page.pass(10_000);
  expect(page.sockets[1]?.closedByPage).toBe(true);
});

test('a closed connection hears no late frame and opens no socket', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(3);
  page.far().snapshot(asOf(3));
  page.connection.close();
  for (const event of events.slice(3)) page.far().event(event);
  page.far().close(1000);
  await page.pass(60_000);
  expect(seen(page)?.seq).toBe(3);
  expect(page.sockets).toHaveLength(1);
});

test('a message that is kept outlives the page unsent, and goes out once, with its files, when it is released', async () => {
  const first = await bench();
  first.far().open();
  first.far().ready(0);
  const id = first.connection.keep({ text: 'later', delivery: 'queue', waitsFor: 'files', files: ['a.csv'] });
  first.connection.close();
  const page = await bench({ outbox: memoryOutbox(first.outbox.list()) });
  page.far().open();
  page.far().ready(0);
  expect(page.far().ofType('message')).toEqual([]);
  expect(page.connection.state().outgoing).toMatchObject([{ id, state: { name: 'waiting', for: 'files' } }]);
  page.connection.release(id, ['attachments/a.csv']);
  page.connection.release(id);
  expect(page.far().ofType('message')).toEqual([
    { type: 'message', id, text: 'later', delivery: 'queue', attachments: ['attachments/a.csv'] },
  ]);
  expect(page.outbox.list()).toMatchObject([{ id, attachments: ['attachments/a.csv'] }]);
  expect(page.outbox.list()[0]).not.toHaveProperty('waitsFor');
});

test('V60: a page that is looked at again, or whose network comes or goes, asks its socket for a sign of life at once, and gives a dead one up within seconds', async () => {
  const page = await bench();
  page.far().open();
  page.far().ready(0);
  page.connection.retryNow();
  expect(page.far().ofType('ping')).toHaveLength(1);
  page.far().say({ type: 'pong' });
  await page.pass(4_000);
  expect(page.sockets).toHaveLength(1);

  page.connection.retryNow();
  await page.pass(3_500);
  expect(page.sockets[0]?.closedByPage).toBe(true);
  expect(page.sockets).toHaveLength(2);
});

test('H1, P21: an answer is said again after a reconnection until its question is answered', async () => {
  const asked = log(
    1,
    queued(uuid(1), 'estimate pi'),
    { kind: 'turn.started', messageIds: [uuid(1)] },
    { kind: 'ask.raised', askId: uuid(7), question: 'How exactly?' },
    { kind: 'ask.answered', askId: uuid(7), by: 'person', text: 'Roughly.' },
  );
  const page = await bench();
  page.far().open();
  page.far().ready(3, 'asking');
  page.far().snapshot(reduceAll(emptyConversation, asked.slice(0, 3)));
  expect(seen(page)?.ask).toEqual({ askId: uuid(7), question: 'How exactly?' });
  page.connection.answer('Roughly.');
  const frame = { type: 'answer', ask: uuid(7), text: 'Roughly.' };
  expect(page.far().ofType('answer')).toEqual([frame]);
  expect(page.connection.state().answer).toEqual({ askId: uuid(7), text: 'Roughly.' });
  page.far().close(1001);
  await page.pass(1_000);
  page.far().open();
  page.far().ready(3, 'asking');
  expect(page.far().ofType('answer')).toEqual([frame]);
  page.far().say({ type: 'ack', id: uuid(7), duplicate: false });
  for (const event of asked.slice(3)) page.far().event(event);
  expect(page.connection.state().answer).toBe(null);
  page.connection.answer('Too late.');
  expect(page.far().ofType('answer')).toHaveLength(1);
});

test('H1: an answer that the server will not have says why, and another may be given', async () => {
  const [, started, raised] = log(
    1,
    queued(uuid(1), 'estimate pi'),
    { kind: 'turn.started', messageIds: [uuid(1)] },
    { kind: 'ask.raised', askId: uuid(7), question: 'How exactly?' },
  );
  const page = await bench();
  page.far().open();
  page.far().ready(1);
  page.far().snapshot(asOf(1));
  for (const event of [started, raised]) if (event) page.far().event(event);
  page.connection.answer('x'.repeat(70_000));
  page.far().say({ type: 'error', code: 'too_large', message: 'Too long.', retryable: false, id: uuid(7) });
  expect(page.connection.state().answer).toMatchObject({ refused: 'Too long.' });
  page.connection.answer('Roughly.');
  expect(page.connection.state().answer).toEqual({ askId: uuid(7), text: 'Roughly.' });
});
