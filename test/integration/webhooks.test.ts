/** I9: webhooks are told of what happens in a person's Works, whoever dies meanwhile. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { decodeKey } from '../../src/config/values.ts';
import { takeDeliveries } from '../../src/db/webhook-deliveries.ts';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { webhooksJob } from '../../src/jobs/webhooks.ts';
import { createWebhookSender } from '../../src/webhooks/send.ts';
import type { AppProcess } from '../support/child-process.ts';
import { advanceClock, advanceClockOfWorkers } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver, verified, type WebhookReceiver } from '../support/webhook-receiver.ts';

const EVENTS = ['turn.completed', 'ask.raised', 'export.ready', 'work.deleted'];
const ENCRYPTION_KEY = randomBytes(32).toString('hex');

interface Hook {
  id: string;
  secret: string;
}

interface Delivery {
  id: string;
  type: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
  nextAt: string | null;
}

let receiver: WebhookReceiver;
let system: TestSystem;
let workers: AppProcess[] = [];

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  system = await startTestSystem({
    script: (request) =>
      answersSoFar(request) > 0
        ? textReply('Thank you.')
        : toolReply([
            { name: 'ask_person', arguments: { question: 'Which colour?', options: ['red', 'blue'] } },
          ]),
    env: {
      ENCRYPTION_KEY,
      RATE_LOGINS_PER_MINUTE: '100000',
      WEBHOOK_ALLOWED_HOSTS: `127.0.0.1:${receiver.port}`,
    },
  });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
  // What is left of this test is nobody's in the next one.
  await sql`delete from webhooks`.execute(system.db);
});

afterAll(async () => {
  await system.close();
  await receiver.close();
});

async function startWorker(): Promise<AppProcess> {
  const worker = await system.startWorker();
  workers.push(worker);
  return worker;
}

async function register(): Promise<TestAccount & { id: string }> {
  const account = { email: `${randomUUID()}@example.com`, password: 'a long password' };
  const response = await system.request(null, 'POST', '/api/auth/register', account);
  const { accessToken, user } = (await response.json()) as { accessToken: string; user: { id: string } };
  return { token: accessToken, id: user.id };
}

async function call(of: TestAccount, method: string, path: string, body?: unknown) {
  const response = await system.request(of, method, path, body);
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function addHook(of: TestAccount, path: string, events = EVENTS): Promise<Hook> {
  const { status, body } = await call(of, 'POST', '/api/webhooks', { url: receiver.url + path, events });
  expect(status).toBe(201);
  return body;
}

const deliveriesOf = async (of: TestAccount, { id }: Hook) =>
  (await call(of, 'GET', `/api/webhooks/${id}/deliveries`)).body.items as Delivery[];

const hookOf = async (of: TestAccount, { id }: Hook) =>
  ((await call(of, 'GET', '/api/webhooks')).body.items as { id: string; ended: object | null }[]).find(
    (one) => one.id === id,
  );

/** Has something to tell a person's webhooks of, as a trigger would. */
async function tell(of: { id: string }, count = 1): Promise<void> {
  await sql`
    select tell_webhooks(${of.id}::uuid, 'work.deleted', jsonb_build_object('n', n)) from generate_series(1, ${count}::integer) n`.execute(
    system.db,
  );
}

/** A job as a worker has it, in this process. */
function jobHere() {
  const sender = createWebhookSender({ allowHost: () => true });
  const job = webhooksJob({
    ...{ db: system.db, sender, encryptionKey: decodeKey(ENCRYPTION_KEY) },
    log: { warn() {} },
  });
  return { run: job.run, end: async () => void (await job.end?.()) };
}

test('I9: a question, the end of a turn, an export and the end of a Work are told, and the official library verifies them', async () => {
  await startWorker();
  const account = await register();
  const hook = await addHook(account, '/all');
  const some = await addHook(account, '/some', ['work.deleted']);
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  chat.say('Paint it.');
  const [asked] = await receiver.at('/all', 1);
  const question = verified(hook.secret, asked as never);
  expect(question).toMatchObject({
    type: 'ask.raised',
    data: { workId, turn: 1, question: 'Which colour?', options: ['red', 'blue'] },
  });
  await call(account, 'POST', `/api/works/${workId}/asks/${question.data.askId}`, { text: 'red' });
  const completed = verified(hook.secret, (await receiver.at('/all', 2))[1] as never);
  expect(completed).toMatchObject({
    type: 'turn.completed',
    data: { workId, turn: 1, outcome: 'done', usage: { inputTokens: expect.any(Number) } },
  });
  const { body: order } = await call(account, 'POST', `/api/works/${workId}/exports`, { format: 'ipynb' });
  const ready = verified(hook.secret, (await receiver.at('/all', 3))[2] as never);
  expect(ready).toMatchObject({
    type: 'export.ready',
    data: { workId, exportId: order.id, format: 'ipynb' },
  });
  expect((await system.request(account, 'GET', String(ready.data.path))).status).toBe(200);
  chat.close();
  await call(account, 'DELETE', `/api/works/${workId}`);
  const gone = verified(hook.secret, (await receiver.at('/all', 4))[3] as never);
  expect(gone).toMatchObject({ type: 'work.deleted', data: { workId } });
  expect(verified(some.secret, (await receiver.at('/some', 1))[0] as never)).toEqual(gone);
  const told = await eventually(
    () => deliveriesOf(account, hook),
    (all) => all.every(({ state }) => state === 'delivered'),
  );
  expect(told.map(({ type }) => type)).toEqual([
    'work.deleted',
    'export.ready',
    'turn.completed',
    'ask.raised',
  ]);
  expect(
    told.every(({ attempts, status, error }) => attempts === 1 && status === 204 && error === null),
  ).toBe(true);
});

test('I9: a worker that is killed between sending and noting it leaves the delivery to another, which sends it again with the same id', async () => {
  const first = await startWorker();
  const account = await register();
  const hook = await addHook(account, '/killed');
  receiver.answer('/killed', () => {});
  await tell(account);
  await receiver.at('/killed', 1);
  await first.signal('SIGKILL');
  receiver.answer('/killed', (response) => response.writeHead(204).end());
  const second = await startWorker();
  const ids = await system.db.selectFrom('workers').select('id').execute();
  const living = second.lines.join('\n');
  // Its lease holds a minute: nobody else sends it before.
  await advanceClockOfWorkers(
    system.db,
    61,
    ids.map(({ id }) => id).filter((id) => !living.includes(id)),
  );
  const [one, two] = await receiver.at('/killed', 2);
  expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
  expect(two?.body).toBe(one?.body);
  expect(verified(hook.secret, two as never)).toMatchObject({ data: { n: 1 } });
  const told = await eventually(
    () => deliveriesOf(account, hook),
    ([delivery]) => delivery?.state === 'delivered',
  );
  expect(told).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  expect(receiver.received.filter(({ path }) => path === '/killed')).toHaveLength(2);
});

test('I9: what fails is tried again after a pause, and while it waits nobody is held up by it', async () => {
  const account = await register();
  const hook = await addHook(account, '/failing');
  receiver.answer('/failing', (response) => response.writeHead(500).end());
  const job = jobHere();
  await tell(account);
  await job.run();
  const failed = await eventually(
    () => deliveriesOf(account, hook),
    ([delivery]) => delivery?.status === 500,
  );
  expect(failed).toMatchObject([{ state: 'waiting', attempts: 1, error: 'It answered 500.' }]);
  expect(await hookOf(account, hook)).toMatchObject({ failingSince: expect.any(String), ended: null });
  await job.run();
  expect(receiver.received.filter(({ path }) => path === '/failing')).toHaveLength(1);
  receiver.answer('/failing', (response) => response.writeHead(200).end());
  await advanceClock(system.db, '10 seconds');
  await job.run();
  await eventually(
    () => deliveriesOf(account, hook),
    ([delivery]) => delivery?.state === 'delivered',
  );
  expect(await hookOf(account, hook)).toMatchObject({ failingSince: null });
  await job.end();
});

test('I9: a webhook that answers 410, or to which nothing got through for five days, is told nothing more, and the person sees why', async () => {
  const account = await register();
  const gone = await addHook(account, '/gone');
  const failing = await addHook(account, '/dead');
  receiver.answer('/gone', (response) => response.writeHead(410).end());
  receiver.answer('/dead', (response) => response.writeHead(502).end());
  const job = jobHere();
  const round = async (hook: Hook, status: number) => {
    await job.run();
    await eventually(
      () => deliveriesOf(account, hook),
      ([delivery]) => delivery?.status === status,
    );
  };
  await tell(account);
  await round(gone, 410);
  await until(async () => (await deliveriesOf(account, failing))[0]?.status === 502, 'the other was tried');
  expect(await hookOf(account, gone)).toMatchObject({ ended: { why: 'gone' } });
  expect(await hookOf(account, failing)).toMatchObject({ ended: null });
  await advanceClock(system.db, '6 days');
  await tell(account);
  await job.run();
  // Of its two deliveries either may be the one that ends it.
  const ended = await eventually(
    () => hookOf(account, failing),
    (hook) => hook?.ended !== null,
  );
  expect(ended).toMatchObject({ ended: { why: 'failing' } });
  expect((await deliveriesOf(account, failing)).map(({ state }) => state)).toEqual(['failed', 'failed']);
  expect(await deliveriesOf(account, gone)).toHaveLength(1);
  // On again: from now on.
  await call(account, 'POST', `/api/webhooks/${gone.id}/resume`);
  receiver.answer('/gone', (response) => response.writeHead(204).end());
  await tell(account);
  await round(gone, 204);
  await job.end();
});

test('I9: of one person few are under way at a time, so that a slow server of theirs holds up nobody else', async () => {
  const [slow, quick] = [await register(), await register()];
  for (const at of ['/slow1', '/slow2', '/slow3']) {
    receiver.answer(at, () => {});
    await addHook(slow, at);
  }
  const hook = await addHook(quick, '/quick');
  await tell(slow, 50);
  await tell(quick);
  const job = jobHere();
  await job.run();
  await receiver.at('/quick', 1);
  await job.run();
  // Nobody else takes more of that person's either.
  expect(await takeDeliveries(system.db, { most: 100, ofOne: 4 })).toEqual([]);
  expect(receiver.received.filter(({ path }) => path.startsWith('/slow')).length).toBeLessThanOrEqual(4);
  await eventually(
    () => deliveriesOf(quick, hook),
    ([delivery]) => delivery?.state === 'delivered',
  );
  // A process that ends gives back what it was at: another takes it at once.
  await job.end();
  expect(await takeDeliveries(system.db, { most: 100, ofOne: 4 })).toHaveLength(4);
});

test('I9: who does not keep up misses what comes when a thousand wait, and is told how many', async () => {
  const account = await register();
  const hook = await addHook(account, '/behind');
  await tell(account, 1_003);
  expect(await hookOf(account, hook)).toMatchObject({ missed: 3 });
  expect(await deliveriesOf(account, hook)).toHaveLength(50);
});

test('A2, A6, I9: webhooks are their person’s alone, bounded, never of a guest or a key, at public addresses', async () => {
  const [account, other] = [await register(), await register()];
  const wanted = { url: `${receiver.url}/x`, events: EVENTS };
  expect(await call(await system.guest(), 'POST', '/api/webhooks', wanted)).toMatchObject({
    ...{ status: 403, body: { error: { message: 'Create an account to have webhooks.' } } },
  });
  const made = await call(account, 'POST', '/api/auth/keys', { name: 'k', scopes: ['read', 'write'] });
  const byKey = await call({ token: made.body.key }, 'POST', '/api/webhooks', wanted);
  expect(byKey.status).toBe(403);
  for (const url of [
    'https://127.0.0.1/x',
    'http://example.com/x',
    'https://a:b@example.com/',
    'ftp://x',
    'x',
  ])
    expect((await call(account, 'POST', '/api/webhooks', { ...wanted, url })).status).toBe(400);
  const hook = await addHook(account, '/own');
  expect(JSON.stringify((await call(account, 'GET', '/api/webhooks')).body)).not.toContain(hook.secret);
  for (const [method, part] of [
    ['DELETE', ''],
    ['POST', '/secret'],
    ['POST', '/resume'],
    ['POST', '/test'],
    ['GET', '/deliveries'],
  ] as const)
    expect((await call(other, method, `/api/webhooks/${hook.id}${part}`)).status).toBe(404);
  const all = await Promise.all(
    Array.from({ length: 14 }, () => call(account, 'POST', '/api/webhooks', wanted)),
  );
  expect(all.filter(({ status }) => status === 201)).toHaveLength(9);
  expect(all.find(({ status }) => status === 403)?.body.error.message).toContain('There may be 10 webhooks');
  expect((await call(account, 'DELETE', `/api/webhooks/${hook.id}`)).status).toBe(204);
});

test('I9: a test is sent at once; with another secret the one before signs on for a day', async () => {
  const account = await register();
  const hook = await addHook(account, '/try');
  expect((await call(account, 'POST', `/api/webhooks/${hook.id}/test`)).body).toEqual({
    ...{ ok: true, status: 204, message: null },
  });
  expect(verified(hook.secret, (await receiver.at('/try', 1))[0] as never)).toMatchObject({
    type: 'webhook.test',
  });
  const { secret } = (await call(account, 'POST', `/api/webhooks/${hook.id}/secret`)).body as Hook;
  const job = jobHere();
  await tell(account);
  await job.run();
  const [, both] = await receiver.at('/try', 2);
  for (const one of [hook.secret, secret]) expect(() => verified(one, both as never)).not.toThrow();
  await advanceClock(system.db, '25 hours');
  await tell(account);
  await job.run();
  const newest = (await receiver.at('/try', 3)).at(-1);
  expect(() => verified(secret, newest as never)).not.toThrow();
  expect(() => verified(hook.secret, newest as never)).toThrow();
  await job.end();
});

test('F12, I9: with an account its webhooks end', async () => {
  const account = await register();
  await addHook(account, '/left');
  await system.newWork(account);
  expect((await call(account, 'DELETE', '/api/auth/me', { password: 'a long password' })).status).toBe(204);
  const { rows } = await sql`select 1 from webhooks where owner_id = ${account.id}::uuid`.execute(system.db);
  expect(rows).toEqual([]);
});
