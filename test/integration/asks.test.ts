/**
 * H1, P21: an agent asks a person in the middle of a turn, which waits for as long as it takes. H2: what may not be done
 * unasked. H3: its plan, which both change. H4: what a turn may take.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { claimTool } from '../../src/db/tool-calls.ts';
import { type Script, textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { WorkBudget } from '../../src/domain/budgets.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import type { Plan } from '../../src/domain/plans.ts';
import { wake, workflowIdOf } from '../../src/workflows/messages.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { AppProcess } from '../support/child-process.ts';
import { setGate } from '../support/faults/gate.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { untilPhase } from '../support/workflow-of.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;
let worker: AppProcess;

/** Asks one thing, and says what came back. */
const asks =
  (ask: Record<string, unknown>): Script =>
  (request) =>
    answersSoFar(request) > 0
      ? textReply(`I was told: ${String(request.messages.at(-1)?.content)}`)
      : toolReply([{ name: 'ask_person', arguments: ask }]);

const COLOUR = { question: 'Which colour?', options: ['red', 'blue'], default: 'red', waitSeconds: null };

beforeAll(async () => {
  system = await startTestSystem({ script: asks(COLOUR) });
  worker = await system.startWorker();
});

afterAll(async () => {
  await system.close();
});

const raised = (chat: ChatClient, nth = 1) =>
  chat.event(
    (event) => event.kind === 'ask.raised' && ofKind(chat.events, 'ask.raised').indexOf(event) >= nth - 1,
    `question ${nth}`,
  ) as Promise<Extract<LogEvent, { kind: 'ask.raised' }>>;
const ended = (chat: ChatClient) =>
  chat.event(({ kind }) => kind === 'turn.completed', 'the end of the turn');

async function answer(of: TestAccount, workId: string, askId: string, body: object) {
  const response = await system.request(of, 'POST', `/api/works/${workId}/asks/${askId}`, body);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const statusOf = async (of: TestAccount, workId: string) => {
  const response = await system.request(of, 'GET', `/api/works/${workId}`);
  return ((await response.json()) as { status: string }).status;
};

test('H1, P21: a question is an event, its answer is the result of its call, and the turn goes on', async () => {
  system.model.setScript(asks(COLOUR));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const question = await raised(chat);
  expect(question).toMatchObject({ question: 'Which colour?', options: ['red', 'blue'], default: 'red' });
  expect(question).not.toHaveProperty('deadline');
  expect(question.toolCallId).toBe(ofKind(chat.events, 'tool.called')[0]?.toolCallId);
  expect(await statusOf(account, workId)).toBe('asking');

  // P6: a client that comes now sees the same.
  const late = await system.chat(account, workId);
  const { askId } = question;
  const ask = { askId, toolCallId: question.toolCallId, question: 'Which colour?' };
  expect(late.frames[0]).toMatchObject({ type: 'ready', status: 'asking' });
  expect(await late.frame(({ type }) => type === 'snapshot', 'a snapshot')).toMatchObject({
    ...{ status: 'asking', ask: { ...ask, options: ['red', 'blue'], default: 'red' } },
  });
  late.close();
  const listed = await system.request(account, 'GET', `/api/works/${workId}/asks`);
  expect(await listed.json()).toMatchObject({ items: [{ ...ask, turn: 1 }] });

  // Nobody holds anything while a person thinks.
  await untilPhase(system.temporal, workId, 'asking');
  const running = await system.db
    .selectFrom('claims')
    .select('key')
    .where('work_id', '=', workId)
    .where('state', '=', 'running')
    .execute();
  expect(running).toEqual([]);
  const { raw } = await system.temporal.workflow.getHandle(workflowIdOf(workId)).describe();
  expect(raw.pendingActivities ?? []).toEqual([]);

  const words = '  Neither: 绿色, please \u{1f600}\n';
  const first = await answer(account, workId, askId, { text: words });
  expect(first).toEqual({ status: 200, body: { id: askId, by: 'person', text: words } });
  expect(await answer(account, workId, askId, { text: words })).toEqual(first);
  expect(await answer(account, workId, askId, { text: 'red' })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', details: { by: 'person', text: words } } },
  });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.answered')).toEqual([
    expect.objectContaining({ askId, by: 'person', text: words, turn: 1 }),
  ]);
  // P12: their words, and nothing around them.
  expect(ofKind(chat.events, 'tool.completed')[0]).toMatchObject({ ok: true, result: words });
  expect(await statusOf(account, workId)).toBe('idle');
  chat.close();
  await system.expectSound(workId);
});

test('P21: an answer over the socket is acknowledged, a repeat too, and a later one is told so', async () => {
  system.model.setScript(asks({ ...COLOUR, options: null, default: null }));
  const { workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId } = await raised(chat);
  const say = (text?: string) =>
    chat.send({ type: 'answer', ask: askId, ...(text === undefined ? {} : { text }) });
  say(' ');
  expect(await chat.frame(({ type }) => type === 'error', 'no words')).toMatchObject({
    ...{ code: 'bad_request', id: askId },
  });
  say('blue');
  say('blue');
  say('red');
  await chat.frame(({ type, code }) => type === 'error' && code === 'conflict', 'the late answer');
  expect(chat.frames.filter(({ type }) => type === 'ack').slice(1)).toEqual([
    { type: 'ack', id: askId, duplicate: false },
    { type: 'ack', id: askId, duplicate: true },
  ]);
  chat.send({ type: 'answer', ask: randomUUID(), text: 'blue' });
  await chat.frame(({ type, code }) => type === 'error' && code === 'not_found', 'no such question');
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.answered')).toHaveLength(1);
  chat.close();
  await system.expectSound(workId);
});

test('A2: a question is answered by nobody but the owner', async () => {
  system.model.setScript(asks(COLOUR));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId } = await raised(chat);
  const stranger = await system.guest();
  expect((await answer(stranger, workId, askId, { text: 'black' })).status).toBe(404);
  expect((await answer(stranger, await system.newWork(stranger), askId, { text: 'black' })).status).toBe(404);
  expect((await system.request(stranger, 'GET', `/api/works/${workId}/asks`)).status).toBe(404);
  expect((await answer(account, workId, askId, { text: 'red' })).status).toBe(200);
  await ended(chat);
  chat.close();
  await system.expectSound(workId);
});

test('H1: nobody answers: at the deadline the default holds, and who comes later is told so', async () => {
  system.model.setScript(asks({ ...COLOUR, waitSeconds: 2 }));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId, deadline, at } = await raised(chat);
  // The event's time is taken a moment later.
  expect(Math.abs(Date.parse(deadline ?? '') - Date.parse(at) - 2_000)).toBeLessThan(1_000);
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.answered')).toEqual([
    expect.objectContaining({ askId, by: 'deadline', text: 'red' }),
  ]);
  expect(ofKind(chat.events, 'tool.completed')[0]?.result).toContain('red');
  expect(await answer(account, workId, askId, { text: 'blue' })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', details: { by: 'deadline', text: 'red' } } },
  });
  chat.close();
  await system.expectSound(workId);
});

test('H1, D9, P11: a stop ends the wait with the turn, and the question with it', async () => {
  system.model.setScript(asks(COLOUR));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId } = await raised(chat);
  await untilPhase(system.temporal, workId, 'asking');
  chat.send({ type: 'stop' });
  expect(await ended(chat)).toMatchObject({ outcome: 'stopped' });
  expect(ofKind(chat.events, 'ask.answered')).toEqual([expect.objectContaining({ askId, by: 'stop' })]);
  expect((await answer(account, workId, askId, { text: 'blue' })).status).toBe(409);
  chat.say('And now?');
  await raised(chat, 2);
  chat.send({ type: 'stop' });
  await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === 2, 'the second end');
  chat.close();
  await system.expectSound(workId);
});

test('H1: of two questions in one answer the second is asked when the first is answered', async () => {
  system.model.setScript((request) =>
    answersSoFar(request) > 0
      ? textReply('Thank you.')
      : toolReply([
          { name: 'ask_person', arguments: { ...COLOUR, question: 'First?' } },
          { name: 'ask_person', arguments: { ...COLOUR, question: 'Second?' } },
          { name: 'ask_person', arguments: { ...COLOUR, question: ' ' } },
        ]),
  );
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const first = await raised(chat);
  expect(first.question).toBe('First?');
  await answer(account, workId, first.askId, { text: 'red' });
  const second = await raised(chat, 2);
  expect(second.question).toBe('Second?');
  await answer(account, workId, second.askId, { text: 'blue' });
  await ended(chat);
  expect(ofKind(chat.events, 'tool.completed').map(({ ok, result }) => [ok, result])).toEqual([
    [true, 'red'],
    [true, 'blue'],
    // R6: a question without words is the model's to repair.
    [false, expect.stringContaining('"question" is empty')],
  ]);
  chat.close();
  await system.expectSound(workId);
});

test('H1, R2: the workflow that waited is gone: an answer starts another, which goes on', async () => {
  system.model.setScript(asks(COLOUR));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId } = await raised(chat);
  await untilPhase(system.temporal, workId, 'asking');
  await system.temporal.workflow.getHandle(workflowIdOf(workId)).terminate('for this test');
  await answer(account, workId, askId, { text: 'blue' });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  chat.close();
  await system.expectSound(workId);
});

/** A turn of a code agent and two main steps in a Work whose turns may take next to nothing. */
async function overBudget(budget: WorkBudget) {
  system.model.setScript((request) => {
    if (JSON.stringify(request).includes('please have it counted'))
      return answersSoFar(request) === 0
        ? toolReply([{ name: 'code_agent', arguments: { task: 'count the grains' } }])
        : textReply('It was counted.');
    return textReply('There are 7.');
  });
  const made = await system.newChat();
  const { account, workId, chat } = made;
  const set = await system.request(account, 'PATCH', `/api/works/${workId}`, { budget });
  expect(await set.json()).toMatchObject({ budget });
  chat.say('please have it counted');
  return made;
}

test('H4: a budget that is used up asks before each further call, the code agent’s too, and goes on where it is allowed', async () => {
  const { account, workId, chat } = await overBudget({ turn: { tokens: 1 } });
  const first = await raised(chat);
  expect(first.act).toMatchObject({ kind: 'spend', scope: 'turn', unit: 'tokens', limit: 1 });
  expect(await statusOf(account, workId)).toBe('asking');
  await untilPhase(system.temporal, workId, 'asking');
  expect((await answer(account, workId, first.askId, { allow: true })).body).toMatchObject({ allow: true });
  const second = await raised(chat, 2);
  chat.send({ type: 'answer', ask: second.askId, text: 'Go on' });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.answered').map(({ allow }) => allow)).toEqual([true, true]);
  chat.close();
  await system.expectSound(workId);
});

test('H4: where it is not allowed, or nobody is to be asked, the turn ends with what was written, after no further call', async () => {
  const { account, workId, chat } = await overBudget({ turn: { tokens: 1 } });
  const { askId } = await raised(chat);
  const calls = system.model.count();
  await answer(account, workId, askId, { allow: false });
  expect(await ended(chat)).toMatchObject({ outcome: 'failed', error: { code: 'budget_exceeded' } });
  expect(system.model.count()).toBe(calls);
  chat.close();
  await system.expectSound(workId);

  const alone = await overBudget({ turn: { tokens: 1 }, atLimit: 'end' });
  expect(await ended(alone.chat)).toMatchObject({ outcome: 'failed', error: { code: 'budget_exceeded' } });
  expect(ofKind(alone.chat.events, 'ask.raised')).toEqual([]);
  alone.chat.close();
  await system.expectSound(alone.workId);
});

test('H4: a person’s budget is set and shown with what is used of it; one of nothing is told to be none', async () => {
  const person = await system.guest();
  const set = async (budget: unknown) => {
    const response = await system.request(person, 'PUT', '/api/auth/budget', budget);
    return { status: response.status, body: await response.json() };
  };
  const budget = { day: { tokens: 1_000 }, person: { cost: 2.5 } };
  const used = { day: { tokens: 0, cost: 0 }, person: { tokens: 0, cost: 0 } };
  expect(await set(budget)).toEqual({ status: 200, body: { budget, used } });
  expect((await set({ day: {} })).status).toBe(400);
  expect((await set({ days: { tokens: 1 } })).status).toBe(400);
  expect((await set({ day: { tokens: 0 } })).status).toBe(400);
  const made = await system.request(person, 'POST', '/api/auth/keys', {
    name: 'a program',
    scopes: ['read', 'write'],
  });
  const { key } = (await made.json()) as { key: string };
  const byKey = await fetch(`${system.url}/api/auth/budget`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: 'null',
  });
  expect(byKey.status).toBe(403);
  expect(await set(null)).toEqual({ status: 200, body: { budget: null, used } });
});

/** A Work that asks about code, whose code agent wants to run some twice once it is told to have it counted. */
async function wantsToRun(codeOf = (at: number) => `print(${at})`) {
  system.model.setScript((request) => {
    if (JSON.stringify(request).includes('please have it counted'))
      return answersSoFar(request) === 0
        ? toolReply([{ name: 'code_agent', arguments: { task: 'count the grains' } }])
        : textReply('It was counted.');
    const answers = answersSoFar(request);
    return answers < 2
      ? toolReply([{ name: 'run_python', arguments: { code: codeOf(answers) } }])
      : textReply('There are 7.');
  });
  const made = await system.newChat();
  const { account, workId } = made;
  const set = await system.request(account, 'PATCH', `/api/works/${workId}`, { policy: { code: 'ask' } });
  expect(await set.json()).toMatchObject({ policy: { code: 'ask' } });
  return made;
}

test('H2: what is to be asked about is asked with the call as it would be made; a no is the model’s to hear', async () => {
  const { account, workId, chat } = await wantsToRun();
  chat.say('please have it counted');
  const first = await raised(chat);
  expect(first.act).toEqual({ kind: 'code', tool: 'run_python', arguments: { code: 'print(0)' } });
  await untilPhase(system.temporal, workId, 'asking');
  await answer(account, workId, first.askId, { text: 'Count by hand.' });
  const second = await raised(chat, 2);
  await answer(account, workId, second.askId, { allow: false });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  const refused = ofKind(chat.events, 'tool.completed').filter(({ ok }) => !ok);
  expect(refused.map(({ result }) => result)).toEqual([
    'The person did not allow this: Count by hand.',
    'The person did not allow this: No',
  ]);
  chat.close();
  await system.expectSound(workId);
});

test('H2, D9: a stop while a run is asked about ends the question, and nothing was run', async () => {
  const { account, workId, chat } = await wantsToRun();
  chat.say('please have it counted');
  const { askId } = await raised(chat);
  await untilPhase(system.temporal, workId, 'asking');
  chat.send({ type: 'stop' });
  expect(await ended(chat)).toMatchObject({ outcome: 'stopped' });
  expect(ofKind(chat.events, 'ask.answered')).toEqual([expect.objectContaining({ askId, by: 'stop' })]);
  expect((await answer(account, workId, askId, { allow: true })).status).toBe(409);
  expect(await runsOf(workId)).toBe(0);
  chat.close();
  await system.expectSound(workId);
});

test('H2, I10: over an interface of messages alone the answer ends with the code, and the next words allow it or not', async () => {
  const { account, workId, chat } = await wantsToRun();
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    name: 'a program',
    scopes: ['read', 'write'],
  });
  const { key } = (await made.json()) as { key: string };
  const told = async (content: string) => {
    const response = await fetch(`${system.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: `work:${workId}`, messages: [{ role: 'user', content }] }),
    });
    const body = (await response.json()) as { choices: { message: { content: string } }[] };
    return body.choices[0]?.message.content;
  };
  expect(await told('please have it counted')).toContain(
    'The agent wants to run code.\n\n```\nprint(0)\n```\n\n- Allow\n- Allow for this Work\n- Do not allow',
  );
  expect(await told('allow')).toContain('```\nprint(1)\n```');
  expect(await told('I would rather not.')).toContain('It was counted.');
  expect(await runsOf(workId)).toBe(1);
  chat.close();
  await system.expectSound(workId);
});

/** How many runs of code a Work has had. */
async function runsOf(workId: string): Promise<number> {
  const runs = await system.db.selectFrom('runs').select('number').where('work_id', '=', workId).execute();
  return runs.length;
}

test('H2, I9: of a long call the question has the beginning and how much more there is; a webhook has none of it', async () => {
  const { workId, chat } = await wantsToRun((at) => `print(${at})#${'x'.repeat(100_000)}`);
  await sql`insert into webhooks (id, owner_id, url, events, sealed_secret, created_at)
    select gen_random_uuid(), owner_id, 'http://127.0.0.1:9/', '{ask.raised}', '', now() from works where id = ${workId}`.execute(
    system.db,
  );
  chat.say('please have it counted');
  const { act, toolCallId } = await raised(chat);
  const whole = `print(0)#${'x'.repeat(100_000)}`;
  const more = whole.length - 65_536;
  expect(act).toEqual({
    ...{ kind: 'code', tool: 'run_python', more },
    arguments: { code: whole.slice(0, 65_536) },
  });
  const called = ofKind(chat.events, 'tool.called').find((one) => one.toolCallId === toolCallId);
  expect(called?.arguments).toEqual({ code: whole });
  const told = await system.db.selectFrom('webhook_deliveries').select('data').execute();
  expect(told.map(({ data }) => data)).toMatchObject([
    { workId, question: 'The agent wants to run code.', act: { kind: 'code', tool: 'run_python' } },
  ]);
  expect(JSON.stringify(told)).not.toContain('print');
  chat.send({ type: 'stop' });
  expect(await ended(chat)).toMatchObject({ outcome: 'stopped' });
  chat.close();
  await system.expectSound(workId);
});

test('H2: a call of a workflow that does not wait for people is refused; one that may be another’s to make is left', async () => {
  const { workId, chat } = await wantsToRun();
  chat.say('please have it counted');
  const { toolCallId = '' } = await raised(chat);
  await untilPhase(system.temporal, workId, 'asking');
  const by = { workerId: randomUUID(), workflowId: 'older', activityId: '1' };
  const of = { workId, turn: 1, toolCallId };
  expect(await claimTool(system.db, { ...of, mayAsk: null }, by)).toEqual({ kind: 'asking' });
  expect(await claimTool(system.db, of, by)).toEqual({ kind: 'done', result: { ok: false } });
  const refused = await chat.event(
    (event) => event.kind === 'tool.completed' && event.toolCallId === toolCallId,
    'the call was refused',
  );
  expect(refused).toMatchObject({ ok: false, result: expect.stringContaining('does not allow this') });
  chat.send({ type: 'stop' });
  expect(await ended(chat)).toMatchObject({ outcome: 'stopped' });
  chat.close();
  await system.expectSound(workId);
});

test('H2: what is allowed for the Work is remembered; what is never allowed is refused without a question', async () => {
  const { account, workId, chat } = await wantsToRun();
  chat.say('please have it counted');
  const { askId } = await raised(chat);
  await answer(account, workId, askId, { allow: true, text: 'Allow for this Work' });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.raised')).toHaveLength(1);
  const shown = await (await system.request(account, 'GET', `/api/works/${workId}`)).json();
  expect(shown).toMatchObject({ policy: { code: 'allow' } });
  await system.request(account, 'PATCH', `/api/works/${workId}`, { policy: { code: 'never' } });
  chat.say('please have it counted');
  await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === 2, 'the second end');
  expect(ofKind(chat.events, 'ask.raised')).toHaveLength(1);
  expect(ofKind(chat.events, 'tool.completed').filter(({ turn, ok }) => turn === 2 && !ok)).toHaveLength(2);
  chat.close();
  await system.expectSound(workId);
});

/** Reads, then writes, by a plan of two steps. `between`: what it calls while it reads. */
const plans =
  (between: { name: string; arguments: Record<string, unknown> }): Script =>
  (request) => {
    const plan = (...states: string[]) => ({
      name: 'update_plan',
      arguments: { steps: states.map((status, at) => ({ step: ['Read', 'Write'][at], status })) },
    });
    return (
      [toolReply([plan('in_progress', 'pending'), between]), toolReply([plan('completed', 'in_progress')])][
        answersSoFar(request)
      ] ?? textReply('Done.')
    );
  };
const WRITES = { name: 'writemd', arguments: { file: 'notes.md', content: '# Notes\n', mode: 'write' } };

async function planOf(of: TestAccount, workId: string, change?: object) {
  const method = change === undefined ? 'GET' : 'PUT';
  const response = await system.request(of, method, `/api/works/${workId}/plan`, change);
  return { status: response.status, body: (await response.json()) as Plan & { error?: unknown } };
}

test('H3: a plan is an object of the conversation, with what each step made; it is rewound and copied with it', async () => {
  system.model.setScript(plans(WRITES));
  const { account, workId, chat } = await system.newChat();
  expect((await planOf(account, workId)).body).toEqual({ version: 0, by: 'person', steps: [] });
  const first = chat.say('Plan it.');
  await ended(chat);
  const steps = [
    { step: 'Read', status: 'completed', made: ['notes.md'] },
    { step: 'Write', status: 'in_progress' },
  ];
  const changes = ofKind(chat.events, 'plan.changed');
  expect(changes.map(({ by, turn }) => [by, turn])).toEqual(Array(2).fill(['agent', 1]));
  expect(changes.at(-1)?.steps).toEqual(steps);
  const plan = { version: changes.at(-1)?.seq, by: 'agent', steps };
  expect(await planOf(account, workId)).toEqual({ status: 200, body: plan });
  const late = await system.chat(account, workId);
  expect(await late.frame(({ type }) => type === 'snapshot', 'a snapshot')).toMatchObject({ plan });
  late.close();
  await system.expectSound(workId);

  const copied = await system.request(account, 'POST', `/api/works/${workId}/duplicate`);
  const copy = (await copied.json()) as { id: string };
  expect((await planOf(account, copy.id)).body).toMatchObject({ steps });

  system.model.setScript(() => textReply('No plan this time.'));
  const again = { id: randomUUID(), text: 'Answer at once.' };
  await system.request(account, 'POST', `/api/works/${workId}/messages/${first}/rerun`, again);
  await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === 2, 'the second end');
  expect((await planOf(account, workId)).body.steps).toEqual([]);
  chat.close();
  await system.expectSound(workId);
});

test('H3: a person changes the plan; the agent hears of it before it can put its own over it', async () => {
  system.model.setScript(plans({ name: 'ask_person', arguments: COLOUR }));
  const { account, workId, chat } = await system.newChat();
  chat.say('Plan it.');
  const { askId } = await raised(chat);
  const { version, steps } = (await planOf(account, workId)).body;
  const mine = [{ step: 'Read it twice', status: 'in_progress' }];
  const changed = await planOf(account, workId, { version, steps: mine });
  expect(changed).toMatchObject({ status: 200, body: { by: 'person', steps: mine } });
  // The same again changes nothing, and another by who has not seen it is refused.
  expect(await planOf(account, workId, { version, steps: mine })).toEqual(changed);
  expect(await planOf(account, workId, { version, steps })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'conflict', details: changed.body } } },
  });
  const twice = { version: changed.body.version, steps: [...mine, ...mine] };
  expect(await planOf(account, workId, twice)).toMatchObject({ status: 400 });
  expect((await planOf(await system.guest(), workId, { version, steps: [] })).status).toBe(404);
  await answer(account, workId, askId, { text: 'red' });
  await ended(chat);
  const told = 'Go on by it; it is now:\n1. [in_progress] Read it twice';
  expect(ofKind(chat.events, 'tool.completed').at(-1)).toMatchObject({
    ok: false,
    result: expect.stringContaining(told),
  });
  expect((await planOf(account, workId)).body.steps).toEqual(mine);

  // Between turns: the next one begins with it.
  const more = [...mine, { step: 'Write', status: 'pending' }];
  expect(await planOf(account, workId, { version: changed.body.version, steps: more })).toMatchObject({
    status: 200,
  });
  const asked = system.model.count();
  system.model.setScript(() => textReply('I see it.'));
  chat.say('And now?');
  await chat.event(({ kind, turn }) => kind === 'turn.completed' && turn === 2, 'the second end');
  expect(JSON.stringify(system.model.requests[asked]?.body)).toContain('2. [pending] Write');
  chat.close();
  await system.expectSound(workId);
});

test.each(['abort', 'pass'] as const)(
  'H3, D5: a worker that is killed as its plan is stored has it stored once (%s)',
  async (end) => {
    system.model.setScript(plans(WRITES));
    const { workId, chat } = await system.newChat();
    const gate = await setGate(system.databaseUrl, workId, { table: 'plans', on: 'insert', when: 'true' });
    chat.say('Plan it.');
    await gate.reached();
    await worker.signal('SIGKILL');
    await gate[end]();
    await gate.remove();
    worker = await system.startWorker();
    expect(await ended(chat)).toMatchObject({ outcome: 'done' });
    expect(ofKind(chat.events, 'plan.changed')).toHaveLength(2);
    chat.close();
    await system.expectSound(workId);
  },
);

test('H1, R10: a wait that was woken often goes on in a new run, and the question is still the one that was asked', async () => {
  system.model.setScript(asks(COLOUR));
  const { account, workId, chat } = await system.newChat();
  chat.say('Paint it.');
  const { askId } = await raised(chat);
  await untilPhase(system.temporal, workId, 'asking');
  const handle = system.temporal.workflow.getHandle(workflowIdOf(workId));
  const isContinued = async () => {
    const { raw } = await handle.describe();
    return raw.workflowExecutionInfo?.firstRunId !== raw.workflowExecutionInfo?.execution?.runId;
  };
  // Each wake is an event of its history; a thousand make it a long one.
  for (let wakes = 0; wakes < 1_200; wakes += 100) {
    await Promise.all(Array.from({ length: 100 }, () => handle.signal(wake)));
  }
  await until(isContinued, 'the wait went on in a new run', 60_000);
  await untilPhase(system.temporal, workId, 'asking');
  await answer(account, workId, askId, { text: 'blue' });
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(chat.events, 'ask.raised')).toHaveLength(1);
  chat.close();
  await system.expectSound(workId);
});
