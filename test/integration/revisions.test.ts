import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stepKey } from '../../src/db/claims.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { readContext } from '../../src/db/summaries.ts';
import { finishTurn } from '../../src/db/turns.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { type Message, textOf } from '../../src/domain/messages.ts';
import { emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { ofKind, wholeLog } from '../support/works.ts';

let api: TestApi;
let token: string;
const workerId = randomUUID();
const by = { workerId, workflowId: 'w', activityId: '1' };

beforeAll(async () => {
  api = await startTestApi();
  token = (await api.guest()).accessToken;
  await registerWorker(api.db, { id: workerId, host: 'test', pid: 1 });
});
afterAll(() => api.close());

/** Sends a message; gives its address. */
async function say(workId: string, text: string, id: string = randomUUID()) {
  const response = await api.request(token, 'POST', `/api/works/${workId}/messages`, { id, text });
  expect(response.status).toBe(202);
  return { id, path: `/api/works/${workId}/messages/${id}` };
}

/** Begins the next turn. */
async function takeTurn(workId: string) {
  const claim = await claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by);
  if (claim.kind !== 'claimed') throw new Error(`the turn is ${claim.kind}`);
  return claim;
}

/** Answers the next queued message. */
async function answer(workId: string, text: string) {
  const { turn, step, attempt, messageId } = await takeTurn(workId);
  const usage = { inputTokens: 1, outputTokens: 1 };
  await completeStep(api.db, {
    workId,
    key: stepKey(turn, 'main', step),
    attempt,
    parts: [{ type: 'text', text }],
    usage,
    final: true,
    result: { turn, step, messageId, finishReason: 'stop', calls: [], ...usage },
  });
}

const shown = async (path: string) => {
  const { items } = (await (await api.request(token, 'GET', path)).json()) as { items: Message[] };
  return items.map((message) => `${message.status} ${message.role}: ${textOf(message)}`);
};

test('F15: a queued message is edited and turned into steering, and whoever watches sees it', async () => {
  const workId = await api.newWork(token);
  const chat = await api.chat(token, workId);
  const { id, path } = await say(workId, 'draw a plto');
  const edited = await api.request(token, 'PATCH', path, {
    text: 'draw a plot',
    delivery: 'steer',
    attachments: ['attachments/data.csv'],
  });
  expect(edited.status).toBe(200);
  expect(await edited.json()).toMatchObject({
    id,
    status: 'queued',
    delivery: 'steer',
    attachments: ['attachments/data.csv'],
    parts: [{ type: 'text', text: 'draw a plot' }],
  });
  expect(await chat.event(({ kind }) => kind === 'message.changed', 'the change')).toMatchObject({
    turn: null,
    message: { id, role: 'user', text: 'draw a plot', delivery: 'steer' },
  });
  chat.close();
  const again = await api.request(token, 'PATCH', path, { text: 'draw a plot' });
  expect(again.status).toBe(200);
  expect(ofKind(await wholeLog(api.db, workId), 'message.changed')).toHaveLength(1);
});

test('F15: a queued message that becomes steering is taken by the turn that runs, at its next step', async () => {
  const workId = await api.newWork(token);
  await say(workId, 'first');
  const { turn, attempt, messageId } = await takeTurn(workId);
  const { id, path } = await say(workId, 'wait, in blue');
  expect((await api.request(token, 'PATCH', path, { delivery: 'steer' })).status).toBe(200);
  const usage = { inputTokens: 1, outputTokens: 1 };
  const stored = await completeStep(api.db, {
    workId,
    key: stepKey(turn, 'main', 1),
    attempt,
    parts: [{ type: 'text', text: 'done in red' }],
    usage,
    final: true,
    result: { turn, step: 1, messageId, finishReason: 'stop', calls: [], ...usage },
  });
  expect(stored).toMatchObject({ kind: 'stored', result: { ended: false } });
  await claimStep(api.db, { workId, turn, agent: 'main', step: 2, model: 'm' }, by);
  expect(ofKind(await wholeLog(api.db, workId), 'message.steered')).toMatchObject([{ turn, id }]);
});

test('P5: a client that sends an edited or withdrawn message once more, not knowing, changes nothing', async () => {
  const workId = await api.newWork(token);
  const { id, path } = await say(workId, 'one');
  await api.request(token, 'PATCH', path, { text: 'two' });
  const send = (text: string) => api.request(token, 'POST', `/api/works/${workId}/messages`, { id, text });
  for (const text of ['one', 'two']) {
    expect(await (await send(text)).json()).toEqual({ id, duplicate: true });
  }
  expect((await send('three')).status).toBe(409);
  expect(await shown(`/api/works/${workId}/messages`)).toEqual(['queued user: two']);

  expect((await api.request(token, 'DELETE', path)).status).toBe(204);
  expect(await (await send('two')).json()).toEqual({ id, duplicate: true });
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([]);
  expect((await api.request(token, 'DELETE', path)).status).toBe(404);
  expect((await api.request(token, 'PATCH', path, { text: 'x' })).status).toBe(404);
  const claim = await claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by);
  expect(claim.kind).toBe('idle');
});

test('F15: of an edit or a withdrawal and a turn that takes the message, exactly one comes first', async () => {
  for (const how of ['PATCH', 'DELETE'] as const) {
    for (let round = 0; round < 10; round += 1) {
      const workId = await api.newWork(token);
      const { path } = await say(workId, 'before');
      const [response, claim] = await Promise.all([
        api.request(token, how, path, how === 'PATCH' ? { text: 'after' } : undefined),
        claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by),
      ]);
      const { conversation } = await readContext(api.db, workId, 'main');
      const told = conversation.map(textOf);
      if (how === 'PATCH') {
        expect([response.status, told]).toEqual(
          response.status === 200 ? [200, ['after']] : [409, ['before']],
        );
      } else {
        expect([response.status, claim.kind, told]).toEqual(
          response.status === 204 ? [204, 'idle', []] : [409, 'claimed', ['before']],
        );
      }
    }
  }
});

test('a message that was taken, an answer, or somebody else’s message cannot be changed or withdrawn', async () => {
  const workId = await api.newWork(token);
  const { path } = await say(workId, 'hello');
  await answer(workId, 'hi');
  const { items } = (await (await api.request(token, 'GET', `/api/works/${workId}/messages`)).json()) as {
    items: Message[];
  };
  for (const { id } of items) {
    const of = `/api/works/${workId}/messages/${id}`;
    expect((await api.request(token, 'PATCH', of, { text: 'x' })).status).toBe(409);
    expect((await api.request(token, 'DELETE', of)).status).toBe(409);
  }
  const stranger = (await api.guest()).accessToken;
  expect((await api.request(stranger, 'PATCH', path, { text: 'x' })).status).toBe(404);
  expect((await api.request(stranger, 'DELETE', path)).status).toBe(404);
  expect((await api.request(stranger, 'POST', `${path}/rerun`, { id: randomUUID() })).status).toBe(404);
  const answerId = items.find(({ role }) => role === 'assistant')?.id;
  const rerun = `/api/works/${workId}/messages/${answerId}/rerun`;
  expect((await api.request(token, 'POST', rerun, { id: randomUUID() })).status).toBe(409);
});

test('F15: run again in other words: what followed is gone for the person, the model and the history', async () => {
  const workId = await api.newWork(token);
  await say(workId, 'first');
  await answer(workId, 'first answer');
  const second = await say(workId, 'second');
  await answer(workId, 'second answer');
  await say(workId, 'third');
  await answer(workId, 'third answer');

  const id = randomUUID();
  const rerun = (body: object) => api.request(token, 'POST', `${second.path}/rerun`, body);
  const wish = { id, text: 'second, better' };
  expect([(await rerun(wish)).status, (await rerun(wish)).status]).toEqual([202, 202]);
  expect(await (await rerun(wish)).json()).toEqual({ id, duplicate: true });
  expect((await rerun({ id, text: 'something else' })).status).toBe(409);
  expect((await rerun({ id: randomUUID() })).status).toBe(409);
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([
    'complete user: first',
    'complete assistant: first answer',
    'queued user: second, better',
  ]);
  await answer(workId, 'a better answer');

  const expected = ['first', 'first answer', 'second, better', 'a better answer'];
  const { conversation } = await readContext(api.db, workId, 'main');
  expect(conversation.map(textOf)).toEqual(expected);
  const history = await api.request(token, 'GET', `/api/chat/work/${workId}/history`);
  expect(((await history.json()) as { messages: Message[] }).messages.map(textOf)).toEqual(expected);
  const events = await wholeLog(api.db, workId);
  expect(ofKind(events, 'conversation.rewound')).toMatchObject([{ beforeMessageId: second.id, turn: null }]);
  expect(reduceAll(emptyConversation, events).messages.map(textOf)).toEqual(expected);
});

test('F15: run again while a turn runs: it is stopped, and only then the new message takes its place', async () => {
  const workId = await api.newWork(token);
  await say(workId, 'first');
  await answer(workId, 'first answer');
  const second = await say(workId, 'second');
  const { turn } = await takeTurn(workId);
  await say(workId, 'and another thing');

  const id = randomUUID();
  const rerun = await api.request(token, 'POST', `${second.path}/rerun`, { id });
  expect(rerun.status).toBe(202);
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([
    'complete user: first',
    'complete assistant: first answer',
    'complete user: second',
    'running assistant: ',
    'queued user: and another thing',
    'queued user: second',
  ]);
  const work = await (await api.request(token, 'GET', `/api/works/${workId}`)).json();
  expect(work).toMatchObject({ status: 'stopping' });
  await finishTurn(api.db, { workId, turn, outcome: 'stopped', error: null });
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([
    'complete user: first',
    'complete assistant: first answer',
    'queued user: and another thing',
    'queued user: second',
  ]);
  const kinds = (await wholeLog(api.db, workId)).map(({ kind }) => kind);
  expect(kinds.slice(-2)).toEqual(['turn.completed', 'conversation.rewound']);

  await answer(workId, 'second answer');
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([
    'complete user: first',
    'complete assistant: first answer',
    'complete user: second',
    'complete assistant: second answer',
    'queued user: and another thing',
  ]);
});

test('F15: of two reruns that wait for a turn to end the newer counts; one that is withdrawn changes nothing', async () => {
  const workId = await api.newWork(token);
  const first = await say(workId, 'first');
  await answer(workId, 'first answer');
  const second = await say(workId, 'second');
  const { turn } = await takeTurn(workId);
  await api.request(token, 'POST', `${first.path}/rerun`, { id: randomUUID(), text: 'older wish' });
  const id = randomUUID();
  await api.request(token, 'POST', `${second.path}/rerun`, { id, text: 'newer wish' });
  const queued = async () =>
    (await shown(`/api/works/${workId}/messages`)).filter((line) => line.startsWith('queued'));
  expect(await queued()).toEqual(['queued user: newer wish']);
  expect((await api.request(token, 'DELETE', `/api/works/${workId}/messages/${id}`)).status).toBe(204);
  await finishTurn(api.db, { workId, turn, outcome: 'stopped', error: null });
  expect(await shown(`/api/works/${workId}/messages`)).toEqual([
    'complete user: first',
    'complete assistant: first answer',
    'complete user: second',
    'stopped assistant: ',
  ]);
});

test('F7: a summary that stands for rewound messages is not used', async () => {
  const workId = await api.newWork(token);
  await say(workId, 'first');
  await answer(workId, 'first answer');
  const second = await say(workId, 'second');
  await answer(workId, 'second answer');
  const { conversation } = await readContext(api.db, workId, 'main');
  const summary = (through: Message | undefined, text: string) =>
    api.db
      .insertInto('summaries')
      .values({
        work_id: workId,
        agent: 'main',
        through_message_id: through?.id ?? '',
        step_key: 'model:1:main:1',
        text,
        usage: JSON.stringify({ inputTokens: 1, outputTokens: 1 }),
        tokens_before: 2,
        tokens_after: 1,
      })
      .execute();
  await summary(conversation[1], 'of the first');
  await summary(conversation[3], 'of the second too');
  expect((await readContext(api.db, workId, 'main')).summary?.text).toBe('of the second too');
  await api.request(token, 'POST', `${second.path}/rerun`, { id: randomUUID() });
  expect((await readContext(api.db, workId, 'main')).summary?.text).toBe('of the first');
});
