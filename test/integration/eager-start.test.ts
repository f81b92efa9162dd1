import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClaimWaiters } from '../../src/activities/claims/claim-waiters.ts';
import { STEPS_AHEAD } from '../../src/activities/eager-start.ts';
import { awaitClaim, releaseClaim, stepKey } from '../../src/db/claims.ts';
import { openSession } from '../../src/db/listener.ts';
import { claimStep } from '../../src/db/steps.ts';
import { holdLease } from '../../src/db/worker-lease.ts';
import { callTool, type Step, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { workflowIdOf } from '../../src/domain/work-names.ts';
import { OWN_NAMESPACE, type OwnServers, startOwnServers } from '../support/faults/own-servers.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { makeWork, queueMessage } from '../support/works.ts';

let servers: OwnServers;
let system: TestSystem;

beforeAll(async () => {
  servers = await startOwnServers();
  system = await startTestSystem({
    script: () => textReply('unused'),
    servers: servers.addresses,
    namespace: OWN_NAMESPACE,
  });
});

afterAll(async () => {
  await system.close();
  await servers.close();
});

const someone = () => ({ workerId: randomUUID(), workflowId: 'work-x', activityId: '7' });

test(`B4: after an answer its file tools and ${STEPS_AHEAD} steps go on while Temporal is away, and no more than that`, async () => {
  const worker = await system.startWorker();
  const firstAnswer = Promise.withResolvers<void>();
  const looks = STEPS_AHEAD + 3;
  const look = (path: string) => callTool(0, 'call', 'tree', { path });
  system.model.setScript((request) => {
    const said = lastWords(request.messages);
    if (said === 'just talk') return textReply('Hello.');
    const answers = answersSoFar(request);
    if (answers === looks) return textReply('I have looked often enough.');
    return {
      kind: 'stream',
      steps: (async function* (): AsyncGenerator<Step> {
        if (answers === 0) await firstAnswer.promise;
        yield* look(answers === 0 ? 'code' : 'images');
      })(),
    };
  });
  const { account, workId, chat } = await system.newChat();
  chat.say('look often');
  const claims = () =>
    system.db.selectFrom('claims').select(['key', 'activity_id', 'state']).where('work_id', '=', workId);
  // The activity that asks for the first step waits for its answer: from here the workflow is where its worker is.
  await until(
    async () => (await claims().execute()).some(({ activity_id }) => activity_id !== ''),
    'the first step had its activity',
    60_000,
  );
  await servers.killTemporal();
  firstAnswer.resolve();
  // The first step, those ahead of it, and a call of each.
  const begun = 2 * (1 + STEPS_AHEAD);
  const done = async () => (await claims().execute()).filter(({ state }) => state === 'done').length;
  await until(async () => (await done()) >= begun, 'as much was done as may be', 60_000);
  // Another Work's whole turn goes through the same process before we look.
  const other = await system.newWork(account);
  const otherChat = await system.chat(account, other);
  otherChat.say('just talk');
  await otherChat.event(({ kind }) => kind === 'turn.completed', "the other Work's turn");
  expect((await claims().execute()).map(({ key }) => key.split(':')[0]).sort()).toEqual([
    ...Array<string>(begun / 2).fill('model'),
    ...Array<string>(begun / 2).fill('tool'),
  ]);

  await servers.startTemporal();
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(
    system.model.requests.filter(({ body }) => JSON.stringify(body).includes('look often')),
  ).toHaveLength(looks + 1);
  chat.close();
  otherChat.close();
  await system.expectSound(workId);
  await system.expectSound(other);
  await worker.signal('SIGTERM');
}, 120_000);

test('B4, D5, D6: of two workers, steps with tools that take a moment are a few activities, and each is made once', async () => {
  const workers = await Promise.all([system.startWorker(), system.startWorker()]);
  const looks = STEPS_AHEAD;
  system.model.setScript((request) =>
    answersSoFar(request) === looks
      ? textReply('I have looked often enough.')
      : { kind: 'stream', steps: callTool(0, 'call', 'tree', { path: null }) },
  );
  // The workers share these out: some of the activities find what the other has begun.
  for (let work = 0; work < 6; work += 1) {
    const { workId, chat } = await system.newChat();
    chat.say(`look about ${work}`);
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    chat.close();
    await system.expectSound(workId);
    const asked = system.model.requests.filter(({ body }) =>
      JSON.stringify(body).includes(`look about ${work}`),
    );
    expect(asked).toHaveLength(looks + 1);
    const { events } = await system.temporal.workflow.getHandle(workflowIdOf(workId)).fetchHistory();
    const activities = events?.filter((event) => event.activityTaskScheduledEventAttributes != null) ?? [];
    // One of each step and call would be twice as many, and one.
    expect(activities.length).toBeLessThan(looks);
  }
  for (const worker of workers) await worker.signal('SIGTERM');
}, 120_000);

test('D9, B4: a stop reaches what was begun far ahead of the workflow, and nothing more is begun', async () => {
  const worker = await system.startWorker();
  const third = Promise.withResolvers<void>();
  system.model.setScript((request) => {
    if (answersSoFar(request) < 3)
      return { kind: 'stream', steps: callTool(0, 'call', 'tree', { path: null }) };
    third.resolve();
    return heldReply('On and on ');
  });
  const { workId, chat } = await system.newChat();
  // No workflow task is handed out: the workflow is not even woken for its first step.
  await servers.killTemporal();
  chat.say('wander about');
  await third.promise;
  await chat.event((event) => event.kind === 'text.delta' && event.text.includes('On'), 'the fourth answer');
  chat.send({ type: 'stop' });
  const released = async () =>
    (await system.db.selectFrom('claims').select('state').where('work_id', '=', workId).execute()).every(
      ({ state }) => state !== 'running',
    );
  await until(released, 'the claim was given up', 60_000);
  const asked = () =>
    system.model.requests.filter(({ body }) => JSON.stringify(body).includes('wander about')).length;
  expect(asked()).toBe(4);
  await servers.startTemporal();
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'stopped',
  });
  expect(asked()).toBe(4);
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
}, 120_000);

test("R4: whoever waits for another worker's claim is told when it settles, and what has settled is not waited for", async () => {
  const work = await makeWork(system.db);
  await queueMessage(system.db, work, 'hello');
  const ignored = { onStop() {}, onQueued() {}, onSettled() {}, onReconnect() {}, onTrouble() {} };
  const lease = await holdLease(system.db, system.databaseUrl, ignored);
  const holder = { ...someone(), workerId: lease.workerId };
  const claim = await claimStep(
    system.db,
    { workId: work.workId, turn: null, agent: 'main', step: null, model: 'test' },
    holder,
  );
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const of = { workId: work.workId, key: stepKey(claim.turn, 'main', claim.step), attempt: claim.attempt };
  const waiters = createClaimWaiters();
  const session = await openSession({
    url: system.databaseUrl,
    name: 'test',
    channels: ['pa_settled'],
    onConnect: async () => {},
    onNotification: (_channel, payload) => {
      if (payload === `${of.workId}:${of.key}`) waiters.tell(of.workId, of.key);
    },
    onBroken: () => {},
  });
  using waiter = waiters.expect(of.workId, of.key);
  expect(await awaitClaim(system.db, of, someone())).toBe(true);
  await releaseClaim(system.db, of);
  await waiter.told;
  expect(await awaitClaim(system.db, of, someone())).toBe(false);
  await session.close();
  await lease.release();
});

test('R9: a step that was begun ahead takes the name of the activity that comes to ask for it', async () => {
  const work = await makeWork(system.db);
  await queueMessage(system.db, work, 'hello');
  const { workerId, ...activity } = someone();
  const claim = await claimStep(
    system.db,
    { workId: work.workId, turn: null, agent: 'main', step: null, model: 'test' },
    { workerId, workflowId: '', activityId: '' },
  );
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const of = { workId: work.workId, key: stepKey(claim.turn, 'main', claim.step), attempt: claim.attempt };
  await awaitClaim(system.db, of, someone());
  const named = () =>
    system.db
      .selectFrom('claims')
      .select(['workflow_id as workflowId', 'activity_id as activityId'])
      .where('work_id', '=', work.workId)
      .executeTakeFirstOrThrow();
  expect(await named()).toEqual({ workflowId: '', activityId: '' });
  const asked = { workId: work.workId, turn: 1, agent: 'main', step: 1, model: 'test' };
  expect((await claimStep(system.db, asked, { workerId, ...activity })).kind).toBe('busy');
  // Who found it busy may not wait for it: await_claim names who does, by both ids at once.
  expect(await named()).toEqual({ workflowId: '', activityId: '' });
  await awaitClaim(system.db, of, { workerId, ...activity });
  expect(await named()).toEqual(activity);
});
