import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Step, say, textReply } from '../../src/demo-model/reply.ts';
import { lastWords, saidIn } from '../../src/demo-model/said.ts';
import type { RecordedRequest } from '../../src/demo-model/server.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import type { Message } from '../../src/domain/messages.ts';
import { countTokens } from '../../src/llm/tokens.ts';
import type { ChatMessage } from '../../src/llm/types.ts';
import type { AppProcess } from '../support/child-process.ts';
import { heldReply } from '../support/held-reply.ts';
import { addPastTurns, type PastTurn } from '../support/past-turns.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind, wholeLog } from '../support/works.ts';

const WINDOW = 8_192;
const FACT = 'The damping constant is 0.31415 per second.';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    script: () => textReply('unused'),
    env: { MODEL_CONTEXT_WINDOW: String(WINDOW) },
  });
});

afterAll(() => system.close());

let workers: AppProcess[] = [];

/** A worker for this test; past turns are put in before it starts. */
async function startWorker(): Promise<AppProcess> {
  const worker = await system.startWorker();
  workers.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
});

const isSummary = (request: StrictRequest) => request.tools === undefined;
const everything = (request: StrictRequest) => request.messages.map(({ content }) => content).join('\n');

/** A summary that keeps the fact where it was told it, and an answer from what stands in place of older turns. */
function rememberingScript(request: StrictRequest) {
  const knows = everything(request).includes(FACT);
  if (isSummary(request)) return textReply(knows ? `Known: ${FACT}` : 'Nothing of note.');
  const told = request.messages
    .flatMap(({ role, content }) => (role === 'user' ? saidIn(content).told : []))
    .some(({ name, text }) => name === 'earlier' && text.includes(FACT));
  return textReply(told ? `You told me: ${FACT}` : 'I do not know.');
}

function pastTurns(count: number, outputLength: number): PastTurn[] {
  return Array.from({ length: count }, (_, index) => ({
    said: index === 2 ? `Remember this. ${FACT}` : `Question ${index + 1}: what does the log say?`,
    output: `log ${index} value=${index / 7}\n`.repeat(Math.ceil(outputLength / 10)).slice(0, outputLength),
    answer: `Answer ${index + 1}: nothing new.`,
  }));
}

async function workWithPast(account: TestAccount, turns: PastTurn[]): Promise<string> {
  const workId = await system.newWork(account);
  await addPastTurns(system.db, workId, turns);
  return workId;
}

async function tokensOf({ body }: RecordedRequest): Promise<number> {
  const tools = (body.tools ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? {},
  }));
  const messages = body.messages.map((message) =>
    message.role === 'user' ? { role: 'user', parts: [{ type: 'said', text: message.content }] } : message,
  ) as ChatMessage[];
  return await countTokens(messages, tools);
}

/** What was asked of the model since `from`: each request strict, within the window, a person's words only as theirs. */
async function expectWithin(from: number, said: string[]): Promise<RecordedRequest[]> {
  const requests = system.model.requests.slice(from);
  for (const request of requests) {
    expect(request.problems).toEqual([]);
    expect(await tokensOf(request)).toBeLessThanOrEqual(WINDOW);
    if (isSummary(request.body)) continue;
    for (const message of request.body.messages)
      if (message.role === 'user')
        expect(said).toEqual(expect.arrayContaining(saidIn(message.content).words));
  }
  return requests;
}

test('F7, P12: 300 turns with 2 MB of tool output stay inside an 8k window, and a fact of turn 3 is still known', async () => {
  system.model.setScript(rememberingScript);
  const account = await system.guest();
  const past = pastTurns(300, 7_000);
  const workId = await workWithPast(account, past);
  // H3: what is planned stands word for word behind the summary.
  const plan = { version: 0, steps: [{ step: 'Find the damping constant', status: 'in_progress' }] };
  expect((await system.request(account, 'PUT', `/api/works/${workId}/plan`, plan)).status).toBe(200);
  await startWorker();
  const from = system.model.count();
  const chat = await system.chat(account, workId);
  const question = 'What is the damping constant?';
  chat.say(question);
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'done', turn: 301 });
  const said = [...past.map((turn) => turn.said), question, 'And again?'];
  const requests = await expectWithin(from, said);
  const summaries = requests.filter(({ body }) => isSummary(body));
  expect(summaries.length).toBeGreaterThan(0);
  expect(lastWords(requests.at(-1)?.body.messages ?? [])).toBe(question);
  const told = requests.at(-1)?.body.messages.flatMap(({ content }) => saidIn(content ?? '').told) ?? [];
  for (const place of ['earlier', 'workspace'])
    expect(told.find(({ name }) => name === place)?.text).toContain(
      '1. [in_progress] Find the damping constant',
    );

  const compactions = ofKind(await wholeLog(system.db, workId), 'context.compacted');
  expect(compactions).toHaveLength(summaries.length);
  for (const { tokensBefore, tokensAfter } of compactions) expect(tokensAfter).toBeLessThan(tokensBefore);
  expect(compactions.at(-1)?.tokensAfter).toBeLessThanOrEqual(WINDOW);
  const answer = ofKind(chat.events, 'message.completed').at(-1)?.message;
  expect(answer?.parts).toEqual([
    { type: 'summary', text: `Known: ${FACT}`, throughMessageId: compactions.at(-1)?.throughMessageId },
    { type: 'text', text: `You told me: ${FACT}` },
  ]);
  // The turn pays for its summaries, too.
  const step = answer?.usage?.inputTokens ?? 0;
  expect((end as { usage?: { inputTokens: number } }).usage?.inputTokens).toBeGreaterThan(step);

  const before = system.model.count();
  chat.say('And again?');
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 302, 'the second end');
  expect((await expectWithin(before, said)).filter(({ body }) => isSummary(body))).toEqual([]);
  // Nothing of what was said is lost: only the model is shown less.
  const rows = await system.db
    .selectFrom('tool_calls')
    .select((row) => row.fn.sum<number>(row.fn<number>('length', ['result'])).as('characters'))
    .where('work_id', '=', workId)
    .executeTakeFirstOrThrow();
  expect(Number(rows.characters)).toBe(300 * 7_000);
  chat.close();
  await system.expectSound(workId);
}, 180_000);

test('F7, D6: a worker killed after the summary was stored does not have it made or told again', async () => {
  let asked = 0;
  system.model.setScript((request) => {
    if (isSummary(request)) return rememberingScript(request);
    asked += 1;
    return asked === 1 ? heldReply('The constant ') : textReply('The constant is known.');
  });
  const account = await system.guest();
  const workId = await workWithPast(account, pastTurns(40, 2_000));
  const worker = await startWorker();
  const from = system.model.count();
  const chat = await system.chat(account, workId);
  chat.say('What is it?');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
  const summaries = () => system.model.requests.slice(from).filter(({ body }) => isSummary(body)).length;
  const made = summaries();
  expect(made).toBeGreaterThan(0);
  await worker.signal('SIGKILL');
  await startWorker();
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'done' });
  expect(summaries()).toBe(made);
  expect(ofKind(await wholeLog(system.db, workId), 'context.compacted')).toHaveLength(made);
  const [summary, text] = ofKind(chat.events, 'message.completed').at(-1)?.message.parts ?? [];
  expect([summary?.type, text]).toEqual(['summary', { type: 'text', text: 'The constant is known.' }]);
  chat.close();
  await system.expectSound(workId);
});

test('F7, D9: a stop while the conversation is being compacted ends the turn, and the next one compacts it', async () => {
  const never = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  system.model.setScript((request) => {
    if (!isSummary(request)) return textReply('unreachable');
    return {
      kind: 'stream',
      steps: (async function* (): AsyncGenerator<Step> {
        yield* say('Half of a ');
        reached.resolve();
        await never.promise;
      })(),
    };
  });
  const account = await system.guest();
  const workId = await workWithPast(account, pastTurns(40, 2_000));
  await startWorker();
  const chat = await system.chat(account, workId);
  chat.say('What is it?');
  await reached.promise;
  chat.send({ type: 'stop' });
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'stopped' });
  expect(ofKind(chat.events, 'context.compacted')).toEqual([]);
  system.model.setScript(rememberingScript);
  chat.say('And now?');
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 42, 'the second end');
  expect(ofKind(chat.events, 'message.completed').at(-1)?.message.parts.at(-1)).toMatchObject({
    text: `You told me: ${FACT}`,
  });
  chat.close();
  await system.expectSound(workId);
});

test('F7: a stop after the summary keeps it in the stopped message, as every reader sees it', async () => {
  system.model.setScript((request) => {
    if (isSummary(request)) return rememberingScript(request);
    return heldReply('Half of an ');
  });
  const account = await system.guest();
  const workId = await workWithPast(account, pastTurns(40, 2_000));
  await startWorker();
  const chat = await system.chat(account, workId);
  chat.say('What is it?');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
  chat.send({ type: 'stop' });
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  const stopped: Message | undefined = ofKind(chat.events, 'message.completed').at(-1)?.message;
  expect(stopped).toMatchObject({
    status: 'stopped',
    parts: [{ type: 'summary' }, { type: 'text', text: 'Half of an ' }],
  });
  chat.close();
  await system.expectSound(workId);
});

test('F7: a model that says the request is too long gets a shorter one, once', async () => {
  const tooLong = '{"error":{"code":"context_length_exceeded","message":"too long"}}';
  let asked = 0;
  system.model.setScript((request) => {
    if (isSummary(request)) return rememberingScript(request);
    asked += 1;
    return asked === 1 ? { kind: 'http', status: 400, body: tooLong } : textReply('It fits.');
  });
  const account = await system.guest();
  const workId = await workWithPast(account, pastTurns(6, 1_500));
  await startWorker();
  const from = system.model.count();
  const chat = await system.chat(account, workId);
  chat.say('What is it?');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  const [first, ...rest] = system.model.requests.slice(from).filter(({ body }) => !isSummary(body));
  expect(rest).toHaveLength(1);
  const sizes = await Promise.all([first, rest[0]].map((request) => tokensOf(request as RecordedRequest)));
  expect(sizes[1]).toBeLessThan(sizes[0] as number);

  system.model.setScript((request) =>
    isSummary(request) ? rememberingScript(request) : { kind: 'http', status: 400, body: tooLong },
  );
  const before = system.model.count();
  chat.say('And now?');
  const end = await chat.event((event) => event.kind === 'turn.completed' && event.turn === 8, 'the end');
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'model_bad_request' } });
  expect(system.model.requests.slice(before).filter(({ body }) => !isSummary(body))).toHaveLength(2);
  chat.close();
  await system.expectSound(workId);
});

test('F7: a message longer than the window is shown to the model by its head and tail, and kept whole', async () => {
  system.model.setScript(() => textReply('I read it.'));
  const account = await system.guest();
  const workId = await system.newWork(account);
  await startWorker();
  const from = system.model.count();
  const chat = await system.chat(account, workId);
  const text = `BEGIN ${'a long line of measurements 1.234 5.678\n'.repeat(1_400)} END`;
  chat.say(text);
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  const [request] = system.model.requests.slice(from);
  expect(request?.problems).toEqual([]);
  expect(await tokensOf(request as RecordedRequest)).toBeLessThanOrEqual(WINDOW);
  expect(lastWords(request?.body.messages ?? [])).toMatch(/^BEGIN .*characters not shown.* END$/s);
  expect(ofKind(chat.events, 'message.queued')[0]?.message.text).toBe(text);
  chat.close();
  await system.expectSound(workId);
});
