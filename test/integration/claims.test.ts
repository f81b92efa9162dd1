import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beginAlone, type Holder, stepKey, toolKey } from '../../src/db/claims.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createEventWriter, Fenced } from '../../src/db/event-writer.ts';
import { readMessages } from '../../src/db/messages.ts';
import { noteCrash } from '../../src/db/note-crash.ts';
import { postMessage } from '../../src/db/post-message.ts';
import { changeMessage, withdrawMessage } from '../../src/db/revisions.ts';
import { readSnapshot } from '../../src/db/snapshot.ts';
import { claimStep, completeStep, failStep } from '../../src/db/steps.ts';
import { claimTool, completeTool } from '../../src/db/tool-calls.ts';
import { finishTurn, requestStop } from '../../src/db/turns.ts';
import { collectDeadWorkers } from '../../src/db/workers.ts';
import type { Part } from '../../src/domain/messages.ts';
import { emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type LiveWorker, liveWorker as makeLiveWorker } from '../support/live-worker.ts';
import {
  makeWork,
  NO_LIMIT,
  ofKind,
  queueMessage,
  type TestWork,
  UNLIMITED,
  wholeLog,
} from '../support/works.ts';

let database: TestDatabase;
let db: Database;
const workers: LiveWorker[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 8, onIdleError: () => {} });
  await postgresGraceOver(db);
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.die()));
  await db.destroy();
  await database.drop();
});

async function liveWorker(): Promise<LiveWorker> {
  const worker = await makeLiveWorker(db, database.url);
  workers.push(worker);
  return worker;
}

const first = (work: TestWork): Parameters<typeof claimStep>[1] => ({
  workId: work.workId,
  turn: null,
  agent: 'main',
  step: null,
  model: 'test-model',
});

async function claimed(work: TestWork, by: Holder, request = first(work)) {
  const claim = await claimStep(db, request, by);
  if (claim.kind !== 'claimed') throw new Error(`the step was ${claim.kind}`);
  return claim;
}

const answer = (
  work: TestWork,
  claim: { turn: number; step: number; attempt: number; messageId: string },
  parts: Part[],
) => ({
  workId: work.workId,
  key: stepKey(claim.turn, 'main', claim.step),
  attempt: claim.attempt,
  parts,
  usage: { inputTokens: 10, outputTokens: 5 },
  final: parts.every((part) => part.type !== 'tool'),
  result: {
    turn: claim.turn,
    step: claim.step,
    messageId: claim.messageId,
    finishReason: 'stop',
    calls: [],
    inputTokens: 10,
    outputTokens: 5,
  },
});

test('R5, P13: a queued message becomes a turn, and a final answer ends it in the statement that stores it', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  expect(await claimStep(db, first(work), worker)).toEqual({ kind: 'idle' });
  const messageId = await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const stored = await completeStep(db, answer(work, claim, [{ type: 'text', text: 'Hi.' }]));
  expect(stored).toMatchObject({ kind: 'stored', result: { ended: true, queued: false } });

  const events = await wholeLog(db, work.workId);
  expect(events.map((event) => event.kind)).toEqual([
    'message.queued',
    'turn.started',
    'step.started',
    'message.completed',
    'turn.completed',
  ]);
  expect(ofKind(events, 'turn.started')[0]?.messageIds).toEqual([messageId]);
  expect(ofKind(events, 'turn.completed')[0]).toMatchObject({
    outcome: 'done',
    usage: { inputTokens: 10, outputTokens: 5 },
  });
});

test('M8: what has to go back is stored with its answer, in the same statement, and not with one that was fenced', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const returned = { reasoning: 'thought' };
  const step = { ...answer(work, claim, [{ type: 'text', text: 'Hi.' }]), returned };
  const kept = () =>
    db
      .selectFrom('answer_returns')
      .select(['message_id', 'items'])
      .where('work_id', '=', work.workId)
      .execute();
  expect(await completeStep(db, { ...step, attempt: step.attempt + 1 })).toEqual({ kind: 'fenced' });
  expect(await kept()).toEqual([]);
  expect(await completeStep(db, step)).toMatchObject({ kind: 'stored' });
  expect(await kept()).toEqual([{ message_id: claim.messageId, items: returned }]);
});

test('D4, B4: what a stream still holds is stored with its answer, before it and once, or waits as before', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const of = { workId: work.workId, key: stepKey(1, 'main', 1), attempt: 1 };
  const stream = createEventWriter(db).open(of, { onFenced() {}, onStop() {} });
  const toolCallId = randomUUID();
  const write = (text: string) =>
    stream.push({
      kind: 'tool.delta',
      messageId: claim.messageId,
      agent: 'main',
      index: 0,
      toolCallId,
      text,
    });
  const shown = async () =>
    ofKind(await wholeLog(db, work.workId), 'tool.delta')
      .map(({ text }) => text)
      .join('');
  write('{"path"');
  await stream.flush();
  write(':');
  write('null}');
  await expect(stream.storeRest(() => Promise.reject(new Error('not stored')))).rejects.toThrow('not stored');
  await stream.flush();
  expect(await shown()).toBe('{"path":null}');
  write(' ');
  const call: Part = { type: 'tool', toolCallId, name: 'tree', arguments: {}, state: 'running' };
  for (const time of [1, 2]) {
    await stream.storeRest(async (rest) => {
      const step = { ...answer(work, claim, [call]), rest };
      // The second is what a lost answer of the database leads to.
      expect(await completeStep(db, step)).toMatchObject({ kind: 'stored' });
      expect(await completeStep(db, step)).toMatchObject({ kind: 'stored' });
    });
    expect([time, await shown()]).toEqual([time, '{"path":null} ']);
  }
  const kinds = (await wholeLog(db, work.workId)).map(({ kind }) => kind);
  expect(kinds.slice(-3)).toEqual(['tool.delta', 'tool.called', 'message.completed']);
});

test('R4, B4: calls are claimed in the statement that stores the answer that made them, and of a fenced one none', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const calls = [randomUUID(), randomUUID()].map(
    (toolCallId): Part => ({ type: 'tool', toolCallId, name: 'tree', arguments: {}, state: 'running' }),
  );
  const toolCallIds = calls.flatMap((call) => (call.type === 'tool' ? [call.toolCallId] : []));
  const step = { ...answer(work, claim, calls), claim: { toolCallIds, by: worker } };
  expect(await completeStep(db, { ...step, attempt: 2 })).toEqual({ kind: 'fenced' });
  expect(await completeStep(db, step)).toMatchObject({
    claims: [
      { kind: 'claimed', attempt: 1, name: 'tree' },
      { kind: 'claimed', attempt: 1, name: 'tree' },
    ],
  });
  for (const toolCallId of toolCallIds) {
    expect(await claimTool(db, { workId: work.workId, turn: 1, toolCallId }, worker)).toMatchObject({
      kind: 'busy',
      attempt: 1,
    });
  }
});

test('D6: a stored answer is given again, not asked for again, and storing it twice changes nothing', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const call: Part = {
    type: 'tool',
    toolCallId: randomUUID(),
    name: 'tree',
    arguments: {},
    state: 'running',
  };
  await completeStep(db, answer(work, claim, [call]));
  const before = await wholeLog(db, work.workId);
  const again = await completeStep(db, answer(work, claim, [call]));
  expect(again.kind).toBe('stored');
  expect(await claimStep(db, first(work), worker)).toMatchObject({ kind: 'done', step: 1, turn: 1 });
  expect(await wholeLog(db, work.workId)).toEqual(before);
});

test('R4: a claim of a living worker is waited for; a dead one is taken over and superseded', async () => {
  const work = await makeWork(db);
  const [older, newer] = [await liveWorker(), await liveWorker()];
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, older);
  expect(await claimStep(db, first(work), newer)).toMatchObject({ kind: 'busy', worker: older.workerId });

  await older.die();
  const takeover = await claimed(work, newer);
  expect(takeover.attempt).toBe(2);
  const events = await wholeLog(db, work.workId);
  expect(ofKind(events, 'step.superseded')).toMatchObject([{ attempt: 1, messageId: claim.messageId }]);
  expect(await completeStep(db, answer(work, claim, [{ type: 'text', text: 'late' }]))).toEqual({
    kind: 'fenced',
  });
});

/** A worker that holds what `claim` claims for it, and comes down: by itself, or killed. */
async function deadWith<T>(how: 'crashed' | 'killed', claim: (by: Holder) => Promise<T>): Promise<T> {
  const worker = await liveWorker();
  const claim_ = await claim(worker);
  await worker.die();
  if (how === 'crashed') await noteCrash(database.url, worker.workerId, 'SIGABRT');
  await collectDeadWorkers(db);
  return claim_;
}

test('SR-C1: of two steps that one worker crashed with, the one that began alone as the next crashed is given up', async () => {
  const [guilty, innocent] = [await makeWork(db), await makeWork(db)];
  for (const work of [guilty, innocent]) await queueMessage(db, work, 'hello');
  const key = stepKey(1, 'main', 1);
  await deadWith('crashed', async (by) => {
    for (const work of [guilty, innocent]) expect(await claimed(work, by)).toMatchObject({ crashes: 0 });
  });
  for (const crashes of [1, 2]) {
    await deadWith('crashed', async (by) => {
      expect(await claimed(innocent, by)).toMatchObject({ crashes: 1 });
      const { attempt, ...claim } = await claimed(guilty, by);
      expect(claim).toMatchObject({ crashes });
      await beginAlone(db, { workId: guilty.workId, key, attempt }, true);
    });
  }
  const last = await liveWorker();
  expect(await claimStep(db, first(guilty), last)).toEqual({ kind: 'failed', turn: 1, crashed: true });
  expect(await claimStep(db, first(guilty), last)).toEqual({ kind: 'failed', turn: 1 });
  await finishTurn(db, { workId: guilty.workId, turn: 1, outcome: 'failed', error: null });
  expect(ofKind(await wholeLog(db, guilty.workId), 'turn.completed')).toMatchObject([
    { outcome: 'failed', error: { code: 'worker_crashed' } },
  ]);
  expect(await claimed(innocent, last)).toMatchObject({ attempt: 4, crashes: 1 });
});

test('SR-C1, D5: a call that brings workers down ends once, as an error; kills alone give it up at the tenth', async () => {
  for (const [how, deaths] of [
    ['crashed', 3],
    ['killed', 10],
  ] as const) {
    const work = await makeWork(db);
    const worker = await liveWorker();
    await queueMessage(db, work, 'hello');
    const step = await claimed(work, worker);
    const toolCallId = randomUUID();
    await completeStep(
      db,
      answer(work, step, [{ type: 'tool', toolCallId, name: 'run_python', arguments: {}, state: 'running' }]),
    );
    const call = { workId: work.workId, turn: 1, toolCallId };
    for (let death = 0; death < deaths; death += 1) {
      await deadWith(how, async (by) => {
        const claim = await claimTool(db, call, by);
        if (claim.kind !== 'claimed') throw new Error(`${claim.kind} after ${death}`);
        expect(claim.crashes).toBe(how === 'crashed' ? death : 0);
        await beginAlone(db, { ...call, key: toolKey(toolCallId), attempt: claim.attempt }, true);
      });
    }
    const end = { kind: 'done', result: { ok: false } };
    expect(await claimTool(db, call, worker)).toEqual({ ...end, crashed: true });
    expect(await claimTool(db, call, worker)).toEqual(end);
    const told = ofKind(await wholeLog(db, work.workId), 'tool.completed');
    expect(told).toMatchObject([{ toolCallId, ok: false, ending: 'lost' }]);
    expect(told[0]?.result).toContain('given up');
  }
});

test('R4: a worker whose lease has lapsed is taken over although its session still holds the lock', async () => {
  const work = await makeWork(db);
  const [zombie, newer] = [await liveWorker(), await liveWorker()];
  await queueMessage(db, work, 'hello');
  await claimed(work, zombie);
  await db
    .updateTable('workers')
    .set({ renewed_at: new Date(Date.now() - 3_600_000) })
    .where('id', '=', zombie.workerId)
    .execute();
  expect(await claimed(work, newer)).toMatchObject({ attempt: 2 });
});

test('R9: a dead worker is collected once, with the activities that it was at', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  await claimed(work, worker);
  expect(await collectDeadWorkers(db)).toMatchObject({ activities: [] });
  await worker.die();
  const found = await Promise.all([collectDeadWorkers(db), collectDeadWorkers(db)]);
  expect(found.flatMap(({ workerIds }) => workerIds)).toEqual([worker.workerId]);
  expect(found.flatMap(({ activities }) => activities)).toEqual([{ workflowId: 'work-x', activityId: '1' }]);
});

test('R5: streamed batches are stored once and in order, and a superseded stream is dropped alone', async () => {
  const [lost, kept] = [await makeWork(db), await makeWork(db)];
  const [older, newer] = [await liveWorker(), await liveWorker()];
  const writer = createEventWriter(db);
  const streams = [];
  for (const work of [lost, kept]) {
    await queueMessage(db, work, 'hello');
    const claim = await claimed(work, older);
    const fenced = Promise.withResolvers<void>();
    const stream = writer.open(
      { workId: work.workId, key: stepKey(claim.turn, 'main', claim.step), attempt: claim.attempt },
      { onFenced: () => fenced.resolve(), onStop: () => {} },
    );
    streams.push({ work, claim, stream, fenced: fenced.promise });
  }
  const [first_, second] = streams;
  if (!first_ || !second) throw new Error('two streams were opened');
  for (const { stream, claim } of streams) {
    stream.push({ kind: 'text.delta', messageId: claim.messageId, agent: 'main', text: 'one ' });
    stream.push({ kind: 'text.delta', messageId: claim.messageId, agent: 'main', text: 'two' });
    await stream.flush();
  }
  await older.die();
  await claimed(lost, newer);
  for (const { stream, claim } of streams) {
    stream.push({ kind: 'text.delta', messageId: claim.messageId, agent: 'main', text: ' three' });
  }
  await expect(first_.stream.flush()).rejects.toBeInstanceOf(Fenced);
  await first_.fenced;
  await second.stream.flush();
  const textOf = async (workId: string) =>
    ofKind(await wholeLog(db, workId), 'text.delta')
      .map(({ text }) => text)
      .join('');
  expect(await textOf(lost.workId)).toBe('one two');
  expect(await textOf(kept.workId)).toBe('one two three');
});

test('SR-H7: text, reasoning and calls that come in turn are one event each of what waits, and not one a token', async () => {
  const work = await makeWork(db);
  await queueMessage(db, work, 'hello');
  const { turn, step, attempt, messageId } = await claimed(work, await liveWorker());
  const stream = createEventWriter(db).open(
    { workId: work.workId, key: stepKey(turn, 'main', step), attempt },
    { onFenced: () => {}, onStop: () => {} },
  );
  const [one, other] = [randomUUID(), randomUUID()];
  for (let count = 0; count < 5_000; count += 1) {
    stream.push({ kind: 'reasoning.delta', messageId, agent: 'main', text: 'r' });
    stream.push({ kind: 'text.delta', messageId, agent: 'main', text: 't' });
    for (const [index, toolCallId] of [one, other].entries())
      stream.push({ kind: 'tool.delta', messageId, agent: 'main', index, toolCallId, text: String(index) });
  }
  await stream.flush();
  const streamed = (await wholeLog(db, work.workId)).filter(({ kind }) => kind.endsWith('.delta'));
  expect(streamed.map((event) => ('text' in event ? event.text : ''))).toEqual([
    'r'.repeat(5_000),
    't'.repeat(5_000),
    '0'.repeat(5_000),
    '1'.repeat(5_000),
  ]);
});

test('SR-H7: what a run prints to its two outputs in turn keeps its order', async () => {
  const work = await makeWork(db);
  await queueMessage(db, work, 'hello');
  const { turn, step, attempt } = await claimed(work, await liveWorker());
  const stream = createEventWriter(db).open(
    { workId: work.workId, key: stepKey(turn, 'main', step), attempt },
    { onFenced: () => {}, onStop: () => {} },
  );
  const toolCallId = randomUUID();
  for (const [out, text] of [
    ['stdout', 'a'],
    ['stdout', 'b'],
    ['stderr', 'c'],
    ['stdout', 'd'],
  ] as const)
    stream.push({ kind: 'tool.output', toolCallId, stream: out, text });
  await stream.flush();
  expect(ofKind(await wholeLog(db, work.workId), 'tool.output').map(({ text }) => text)).toEqual([
    'ab',
    'c',
    'd',
  ]);
});

test('P5: the same message id is a duplicate with the same words and refused with others', async () => {
  const work = await makeWork(db);
  const id = await queueMessage(db, work, 'hello');
  const again = {
    ...work,
    id,
    attachments: [],
    delivery: 'queue' as const,
    title: 'hello',
    ...UNLIMITED,
  };
  expect(await postMessage(db, { ...again, text: 'hello' })).toEqual({ kind: 'duplicate' });
  expect(await postMessage(db, { ...again, text: 'other' })).toEqual({ kind: 'reused' });
  expect(await postMessage(db, { ...again, ownerId: randomUUID(), text: 'hello' })).toEqual({
    kind: 'not_found',
  });
  expect(ofKind(await wholeLog(db, work.workId), 'message.queued')).toHaveLength(1);
});

test('D9, P7: a stop keeps the partial text, answers the open calls and ends the turn once', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const toolCallId = randomUUID();
  await completeStep(
    db,
    answer(work, claim, [{ type: 'tool', toolCallId, name: 'run_python', arguments: {}, state: 'running' }]),
  );
  const tool = await claimTool(db, { workId: work.workId, turn: 1, toolCallId }, worker);
  if (tool.kind !== 'claimed') throw new Error(tool.kind);
  const next = await claimed(work, worker, { ...first(work), turn: claim.turn, step: 2 });
  const stream = createEventWriter(db).open(
    { workId: work.workId, key: stepKey(1, 'main', 2), attempt: 1 },
    { onFenced: () => {}, onStop: () => {} },
  );
  stream.push({ kind: 'reasoning.delta', messageId: next.messageId, agent: 'main', text: 'hm' });
  stream.push({ kind: 'text.delta', messageId: next.messageId, agent: 'main', text: 'half an ans' });
  await stream.flush();

  expect(await requestStop(db, work.workId, 7)).toBeNull();
  expect(await requestStop(db, work.workId, null)).toBe(1);
  expect((await readSnapshot(db, work.workId, 200))?.status).toBe('stopping');
  const stop = { workId: work.workId, turn: 1, outcome: 'stopped' as const, error: null };
  expect(await finishTurn(db, stop)).toMatchObject({ ended: true, outcome: 'stopped' });
  const events = await wholeLog(db, work.workId);
  expect(await finishTurn(db, stop)).toMatchObject({ ended: false, outcome: 'stopped' });
  expect(
    await completeTool(db, {
      workId: work.workId,
      toolCallId,
      attempt: 1,
      outcome: { ok: true, result: 'late', files: [], durationMs: 1 },
      output: null,
    }),
  ).toEqual({ kind: 'fenced' });
  expect(await wholeLog(db, work.workId)).toEqual(events);

  expect(events.at(-1)).toMatchObject({ kind: 'turn.completed', outcome: 'stopped' });
  expect(ofKind(events, 'tool.completed')).toMatchObject([{ toolCallId, ok: false, ending: 'cancelled' }]);
  expect(ofKind(events, 'message.completed').at(-1)?.message).toMatchObject({
    status: 'stopped',
    parts: [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'half an ans' },
    ],
  });
});

test('P6: the snapshot at any moment of a turn is what the reducer makes of the whole log', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  const same = async () => {
    const snapshot = await readSnapshot(db, work.workId, 200);
    const watched = reduceAll(emptyConversation, await wholeLog(db, work.workId));
    expect(snapshot?.messages).toEqual(watched.messages);
    expect(snapshot?.seq).toBe(watched.seq);
  };
  await queueMessage(db, work, 'one');
  await queueMessage(db, work, 'two');
  await same();
  const claim = await claimed(work, worker);
  await same();
  const stream = createEventWriter(db).open(
    { workId: work.workId, key: stepKey(1, 'main', 1), attempt: 1 },
    { onFenced: () => {}, onStop: () => {} },
  );
  stream.push({ kind: 'text.delta', messageId: claim.messageId, agent: 'main', text: 'Let me \0see \ud83d' });
  await stream.flush();
  await same();
  const toolCallId = randomUUID();
  await completeStep(
    db,
    answer(work, claim, [
      { type: 'text', text: 'Let me see' },
      { type: 'tool', toolCallId, name: 'tree', arguments: { path: 'a' }, state: 'running' },
    ]),
  );
  await queueMessage(db, work, 'steered', 'steer');
  await same();
  await claimTool(db, { workId: work.workId, turn: 1, toolCallId }, worker);
  await completeTool(db, {
    workId: work.workId,
    toolCallId,
    attempt: 1,
    outcome: { ok: true, result: 'a/', files: [], durationMs: 3 },
    output: null,
  });
  await same();
  const last = await claimed(work, worker, { ...first(work), turn: 1, step: 2 });
  await same();
  await completeStep(db, answer(work, last, [{ type: 'text', text: 'Done.' }]));
  await same();
  const { messages, cursor } = await readMessages(db, work.workId, { limit: 2 });
  expect(messages).toHaveLength(2);
  const older = await readMessages(db, work.workId, { limit: 10, before: cursor ?? 0 });
  expect([...older.messages, ...messages].map(({ id }) => id)).toEqual(
    (await readSnapshot(db, work.workId, 200))?.messages
      .filter((m) => m.status !== 'queued')
      .map(({ id }) => id),
  );
});

test('F15, P13: what steers a turn past its final answer is taken with that answer, and cannot be taken back', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const id = await queueMessage(db, work, 'and shorter', 'steer');
  const stored = await completeStep(db, answer(work, claim, [{ type: 'text', text: 'A long answer.' }]));
  expect(stored).toMatchObject({ kind: 'stored', result: { ended: false, queued: false } });
  expect(await withdrawMessage(db, { ...work, id })).toBe('taken');
  expect(await changeMessage(db, { ...work, id }, { delivery: 'queue' }, NO_LIMIT)).toEqual({
    kind: 'taken',
  });

  const next = await claimed(work, worker, { ...first(work), turn: 1, step: 2 });
  await completeStep(db, answer(work, next, [{ type: 'text', text: 'Short.' }]));
  const events = await wholeLog(db, work.workId);
  expect(events.slice(-5).map(({ kind }) => kind)).toEqual([
    'message.completed',
    'message.steered',
    'step.started',
    'message.completed',
    'turn.completed',
  ]);
  expect(ofKind(events, 'message.steered')).toMatchObject([{ turn: 1, id }]);
  expect(reduceAll(emptyConversation, events).messages.map(({ status }) => status)).toEqual(
    Array.from({ length: 4 }, () => 'complete'),
  );
});

test.each([
  ['somebody asked it to stop', async (work: TestWork) => void (await requestStop(db, work.workId, 1)), true],
  ['it has had its last step', async () => {}, false],
] as const)(
  'P13: steering does not keep a turn open where %s: it is the next turn',
  async (_, before, mayGoOn) => {
    const work = await makeWork(db);
    const worker = await liveWorker();
    await queueMessage(db, work, 'hello');
    const claim = await claimed(work, worker);
    const id = await queueMessage(db, work, 'and shorter', 'steer');
    await before(work);
    const final = { ...answer(work, claim, [{ type: 'text', text: 'Here.' }]), mayGoOn };
    expect(await completeStep(db, final)).toMatchObject({ result: { ended: true, queued: true } });
    expect(await claimed(work, worker)).toMatchObject({ turn: 2, step: 1 });
    const events = await wholeLog(db, work.workId);
    expect(ofKind(events, 'turn.started')[1]?.messageIds).toEqual([id]);
  },
);

test('P10, R7: a step that failed for good tells the turn why, and its partial text is kept', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'hello');
  const claim = await claimed(work, worker);
  const step = { workId: work.workId, key: stepKey(1, 'main', 1), attempt: 1, agent: 'main' };
  const error = { code: 'model_unauthorized', message: 'The key was refused.' };
  expect(await failStep(db, step, { error })).toBe(true);
  expect(await failStep(db, step, { error })).toBe(false);
  await finishTurn(db, { workId: work.workId, turn: claim.turn, outcome: 'failed', error: null });
  const events = await wholeLog(db, work.workId);
  expect(events.at(-1)).toMatchObject({ kind: 'turn.completed', outcome: 'failed', error });
  expect(ofKind(events, 'message.completed')).toMatchObject([{ message: { status: 'failed' } }]);
});

test('R12: NUL and half characters that a program prints become U+FFFD, in the log and in the rows alike', async () => {
  const work = await makeWork(db);
  const worker = await liveWorker();
  await queueMessage(db, work, 'a\0b');
  const claim = await claimed(work, worker);
  const toolCallId = randomUUID();
  const call: Part = {
    type: 'tool',
    toolCallId,
    name: 'run_python',
    arguments: { code: 'print("\0\ud800")' },
    state: 'running',
  };
  await completeStep(db, answer(work, claim, [call]));
  await claimTool(db, { workId: work.workId, turn: 1, toolCallId }, worker);
  const stream = createEventWriter(db).open(
    { workId: work.workId, key: `tool:${toolCallId}`, attempt: 1 },
    { onFenced: () => {}, onStop: () => {} },
  );
  const text = 'x\0y\ud800z';
  stream.push({ kind: 'tool.output', toolCallId, stream: 'stdout', text });
  await stream.flush();
  const outcome = { ok: true, result: text, files: [], durationMs: 1, ending: 'exited' as const };
  const done = { workId: work.workId, toolCallId, attempt: 1, outcome, output: text };
  expect(await completeTool(db, done)).toEqual({ kind: 'stored' });
  const watched = reduceAll(emptyConversation, await wholeLog(db, work.workId));
  expect((await readSnapshot(db, work.workId, 10))?.messages).toEqual(watched.messages);
  expect(watched.messages.at(-1)?.parts[0]).toMatchObject({
    output: 'x\ufffdy\ufffdz',
    result: 'x\ufffdy\ufffdz',
  });
});
