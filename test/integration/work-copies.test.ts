/** Copies of Works: files and conversation, nothing that runs or waits (F1). */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stepKey } from '../../src/db/claims.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { readContext } from '../../src/db/summaries.ts';
import { worksWithOldHistory } from '../../src/db/sweeps.ts';
import { claimTool, completeTool } from '../../src/db/tool-calls.ts';
import { registerWorker } from '../../src/db/workers.ts';
import type { Message, Part } from '../../src/domain/messages.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let token: string;
const workerId = randomUUID();
const by = { workerId, workflowId: 'w', activityId: '1' };
const usage = { inputTokens: 1, outputTokens: 1 };

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.guest()).accessToken;
  await registerWorker(api.db, { id: workerId, host: 'test', pid: 1 });
});
afterAll(() => api.close());

const say = (workId: string, text: string) =>
  api.request(token, 'POST', `/api/works/${workId}/messages`, { id: randomUUID(), text });

/** Takes the next turn up to where its first step streams. */
async function takeTurn(workId: string) {
  const claim = await claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by);
  if (claim.kind !== 'claimed') throw new Error(`the turn is ${claim.kind}`);
  return claim;
}

async function store(workId: string, claim: Awaited<ReturnType<typeof takeTurn>>, parts: Part[]) {
  const { turn, step, attempt, messageId } = claim;
  const final = !parts.some(({ type }) => type === 'tool');
  const result = { turn, step, messageId, finishReason: 'stop', calls: [], ...usage };
  const key = stepKey(turn, 'main', step);
  await completeStep(api.db, { workId, key, attempt, parts, usage, final, result });
}

/** A whole turn: a tool call, its result, an answer. */
async function playTurn(workId: string, text: string): Promise<void> {
  await say(workId, text);
  const first = await takeTurn(workId);
  const toolCallId = randomUUID();
  await store(workId, first, [
    { type: 'reasoning', text: 'I should look.' },
    { type: 'tool', toolCallId, name: 'tree', arguments: { path: null }, state: 'running' },
  ]);
  const { turn } = first;
  const claimed = await claimTool(api.db, { workId, turn, toolCallId }, by);
  if (claimed.kind !== 'claimed') throw new Error(`the call is ${claimed.kind}`);
  const outcome = { ok: true, result: 'paper.md', files: [], durationMs: 1 };
  await completeTool(api.db, { workId, toolCallId, attempt: claimed.attempt, outcome, output: null });
  const second = await claimStep(api.db, { workId, turn, agent: 'main', step: 2, model: 'm' }, by);
  if (second.kind !== 'claimed') throw new Error(`the step is ${second.kind}`);
  await store(workId, second, [{ type: 'text', text: `answer to ${text}` }]);
}

async function messagesOf(workId: string): Promise<Message[]> {
  const response = await api.request(token, 'GET', `/api/works/${workId}/messages`);
  return ((await response.json()) as { items: Message[] }).items;
}

/** Messages without their ids, by which a copy differs. */
function words(messages: Message[]) {
  return messages.map(({ id: _id, parts, ...rest }) => ({
    ...rest,
    parts: parts.map((part) => (part.type === 'tool' ? { ...part, toolCallId: '' } : part)),
  }));
}

async function duplicate(workId: string, body?: object) {
  const response = await api.request(token, 'POST', `/api/works/${workId}/duplicate`, body);
  return { status: response.status, work: (await response.json()) as { id: string; title: string } };
}

test('F1: a copy has the files and the conversation under new ids, and goes its own way', async () => {
  const workId = await api.newWork(token);
  await api.request(token, 'PATCH', `/api/works/${workId}`, { title: 'Pi' });
  await fetch(`${api.url}/api/works/${workId}/files/code/a.py`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: 'print(1)',
  });
  await playTurn(workId, 'one');
  await playTurn(workId, 'two');
  const original = await messagesOf(workId);

  const { status, work } = await duplicate(workId);
  expect([status, work.title]).toEqual([201, 'Pi (copy)']);
  const copied = await messagesOf(work.id);
  expect(words(copied)).toEqual(words(original));
  const ids = (messages: Message[]) =>
    messages.flatMap(({ id, parts }) => [
      id,
      ...parts.flatMap((part) => (part.type === 'tool' ? [part.toolCallId] : [])),
    ]);
  expect(new Set([...ids(original), ...ids(copied)]).size).toBe(2 * ids(original).length);
  const file = await api.request(token, 'GET', `/api/works/${work.id}/files/code/a.py`);
  expect(await file.text()).toBe('print(1)');

  await playTurn(work.id, 'three');
  expect(words(await messagesOf(work.id))).toHaveLength(original.length + 3);
  expect(await messagesOf(workId)).toEqual(original);
  const { conversation } = await readContext(api.db, work.id, 'main');
  expect(conversation).toHaveLength(original.length + 3);
});

test('F1, P2: who watches a copy from any cursor begins with a snapshot, and its history file is made', async () => {
  const workId = await api.newWork(token);
  await playTurn(workId, 'one');
  const { work } = await duplicate(workId, { title: 'Another' });
  expect(work.title).toBe('Another');
  const chat = await api.chat(token, work.id, 0);
  const snapshot = await chat.frame(({ type }) => type === 'snapshot', 'a snapshot');
  expect(words(snapshot.messages as Message[])).toEqual(words(await messagesOf(workId)));
  chat.close();
  const { updated } = await api.db
    .updateTable('works')
    .set(({ eb }) => ({ updated_at: eb.val(new Date(Date.now() - 60_000)) }))
    .where('id', '=', work.id)
    .returning('updated_at as updated')
    .executeTakeFirstOrThrow();
  expect(updated).toBeTruthy();
  expect(await worksWithOldHistory(api.db)).toContain(work.id);
});

test('F1: what runs, waits or was rewound is not copied', async () => {
  const workId = await api.newWork(token);
  await playTurn(workId, 'one');
  await playTurn(workId, 'two');
  const [, , , second] = await messagesOf(workId);
  const rerun = `/api/works/${workId}/messages/${second?.id}/rerun`;
  expect((await api.request(token, 'POST', rerun, { id: randomUUID(), text: 'two again' })).status).toBe(202);
  await takeTurn(workId);
  await say(workId, 'waiting');
  const { work } = await duplicate(workId);
  expect((await messagesOf(work.id)).map(({ turn, status }) => [turn, status])).toEqual([
    [1, 'complete'],
    [1, 'complete'],
    [1, 'complete'],
  ]);
  const copy = await (await api.request(token, 'GET', `/api/works/${work.id}`)).json();
  expect(copy).toMatchObject({ status: 'idle' });
  await playTurn(work.id, 'three');
  expect((await messagesOf(work.id)).at(-1)).toMatchObject({ turn: 3 });
});

test('F1: a summary is copied with the messages that it stands for', async () => {
  const workId = await api.newWork(token);
  await playTurn(workId, 'one');
  await playTurn(workId, 'two');
  const through = (await messagesOf(workId))[2]?.id ?? '';
  await api.db
    .insertInto('summaries')
    .values({
      work_id: workId,
      agent: 'main',
      through_message_id: through,
      step_key: stepKey(2, 'main', 1),
      text: 'One was answered.',
      usage: JSON.stringify(usage),
      tokens_before: 2,
      tokens_after: 1,
    })
    .execute();
  const { work } = await duplicate(workId);
  const { summary } = await readContext(api.db, work.id, 'main');
  expect(summary).toMatchObject({ text: 'One was answered.' });
  expect(summary?.throughMessageId).toBe((await messagesOf(work.id))[2]?.id);
});

test('A2: somebody else’s Work cannot be copied, and nothing is left of the attempt', async () => {
  const workId = await api.newWork(token);
  const folders = () => readdir(path.join(api.dataDir, 'workspaces'));
  const before = (await folders()).length;
  const stranger = (await api.guest()).accessToken;
  const foreign = await api.request(stranger, 'POST', `/api/works/${workId}/duplicate`);
  expect(foreign.status).toBe(404);
  expect(await folders()).toHaveLength(before);
});
