/** The whole system with a real engine behind it (models.md, "A real engine"): `npm run test:engine`. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import type { Usage } from '../../src/domain/messages.ts';
import type { ChatClient } from '../support/chat-client.ts';
import { addPastTurns } from '../support/past-turns.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';
import { ofKind, wholeLog } from '../support/works.ts';
import { type Engine, startEngine } from './engine.ts';

/** A prompt of some thousand tokens takes this machine's processor seconds, a busy one's minutes. */
const TIMEOUT_MS = 800_000;
jest.setTimeout(TIMEOUT_MS + 60_000);

let engine: Engine;
let system: TestSystem;

const envFor = ({ url }: Engine) => ({
  OPENAI_BASE_URL: url,
  OPENAI_API_KEY: 'none',
  PAPERAGENT_MODEL: 'smollm2',
  MODEL_CONTEXT_WINDOW: '8192',
  TURN_MAX_STEPS: '2',
});

beforeAll(async () => {
  engine = await startEngine();
  system = await startTestSystem({ script: () => textReply('never asked'), env: envFor(engine) });
}, TIMEOUT_MS);

afterAll(async () => {
  await system.close();
  await engine.kill();
});

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function startWorker(of = system): Promise<void> {
  const worker = await of.startWorker();
  closing.push(() => worker.signal('SIGKILL').then(() => undefined));
}

type End = LogEvent & { kind: 'turn.completed'; usage?: Usage };

async function endOf(chat: ChatClient, turn: number): Promise<End> {
  const find = () => ofKind(chat.events, 'turn.completed').find((event) => event.turn === turn);
  await until(() => find() !== undefined, `turn ${turn} has ended`, TIMEOUT_MS);
  return find() as End;
}

const begun = (chat: ChatClient, turn: number) =>
  until(
    () => chat.events.some((event) => event.kind === 'text.delta' && event.turn === turn),
    'a token came',
    TIMEOUT_MS,
  );

test('F5, M1: a conversation with a real engine: text streams, usage is its own, and its cache holds what was sent before', async () => {
  await startWorker();
  const { workId, chat } = await system.newChat();
  const ends: End[] = [];
  for (let turn = 1; turn <= 4; turn += 1) {
    chat.say(`Question ${turn}: in one word, what is a pendulum made of?`);
    ends.push(await endOf(chat, turn));
  }
  expect(ends.map(({ outcome }) => outcome)).toEqual(Array(4).fill('done'));
  expect(ofKind(chat.events, 'text.delta').length).toBeGreaterThan(4);
  const usages = ends.map(({ usage }) => usage as Usage);
  expect(usages.every(({ estimated }) => estimated === undefined)).toBe(true);
  const input = usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const anew = usages
    .slice(1)
    .reduce((sum, { inputTokens, cachedTokens = 0 }) => sum + inputTokens - cachedTokens, 0);
  const later = usages.slice(1).reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  process.stdout.write(
    `B16 by the engine: ${anew} of ${later} tokens of later turns were read anew, ${((100 * anew) / later).toFixed(1)} %; ${input} in all\n${JSON.stringify(usages)}\n`,
  );
  expect(anew / later).toBeLessThanOrEqual(0.1);
  chat.close();
  await system.expectSound(workId);
});

test('F7: a conversation longer than the real window is compacted by the engine itself', async () => {
  const account = await system.guest();
  const workId = await system.newWork(account);
  const output = 'the period was 2.01 s at an amplitude of 0.1 rad\n'.repeat(20);
  const past = Array.from({ length: 12 }, (_, at) => ({
    said: `Question ${at}`,
    output,
    answer: `Answer ${at}.`,
  }));
  await addPastTurns(system.db, workId, past);
  await startWorker();
  const chat = await system.chat(account, workId);
  chat.say('And what was the period?');
  expect(await endOf(chat, past.length + 1)).toMatchObject({ outcome: 'done' });
  const [compacted] = ofKind(await wholeLog(system.db, workId), 'context.compacted');
  process.stdout.write(`compacted: ${JSON.stringify(compacted)}\n`);
  expect(compacted?.tokensAfter).toBeLessThan(compacted?.tokensBefore ?? 0);
  chat.close();
  await system.expectSound(workId);
});

test('B6: a stop frees the engine’s slot', async () => {
  const endless = await startEngine({ most: -1, slots: 1 });
  const stopped = await startTestSystem({ script: () => textReply('never asked'), env: envFor(endless) });
  closing.push(
    () => endless.kill(),
    () => stopped.close(),
  );
  await startWorker(stopped);
  const { chat } = await stopped.newChat();
  chat.say('Write a very long story about the sea, chapter by chapter.');
  await begun(chat, 1);
  expect(await endless.busySlots()).toBe(1);
  const began = performance.now();
  chat.send({ type: 'stop' });
  expect(await endOf(chat, 1)).toMatchObject({ outcome: 'stopped' });
  await until(async () => (await endless.busySlots()) === 0, 'the slot is free', 60_000);
  process.stdout.write(`a stop freed the slot after ${Math.round(performance.now() - began)} ms\n`);
  chat.close();
});

test('F5: two people at once are served at once', async () => {
  await startWorker();
  const chats = await Promise.all([system.newChat(), system.newChat()]);
  for (const { chat } of chats) chat.say('In one word, what is a wave?');
  let most = 0;
  const ended = () => chats.every(({ chat }) => ofKind(chat.events, 'turn.completed').length > 0);
  await until(
    async () => {
      most = Math.max(most, await engine.busySlots());
      return ended();
    },
    'both turns have ended',
    TIMEOUT_MS,
  );
  expect(most).toBe(2);
  for (const { chat, workId } of chats) {
    expect(await endOf(chat, 1)).toMatchObject({ outcome: 'done' });
    chat.close();
    await system.expectSound(workId);
  }
});

test('R7: an engine that is restarted in the middle of an answer is asked again, and the turn is done', async () => {
  await startWorker();
  const { workId, chat } = await system.newChat();
  chat.say('In a few words, what is light?');
  await begun(chat, 1);
  await engine.kill();
  await engine.start();
  expect(await endOf(chat, 1)).toMatchObject({ outcome: 'done' });
  expect(ofKind(await wholeLog(system.db, workId), 'retrying').length).toBeGreaterThan(0);
  chat.close();
  await system.expectSound(workId);
});

/**
 * The engine tries a template with short messages when it starts, ends where none is taken, and puts a system message
 * that is refused there into the first user message itself. What a template refuses of long ones reaches whoever asks.
 */
const LONG = "messages[0]['content']|length > 500";

/** As the template of another family, which knows no system role. */
const ANOTHER_FAMILY = [
  '{{ bos_token }}',
  `{% if messages[0]['role'] == 'system' and ${LONG} %}{{ raise_exception('System role not supported') }}{% endif %}`,
  '{% for message in messages %}',
  "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n",
  '{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}',
].join('');

const TAKES_NOTHING = `{% if ${LONG} %}{{ raise_exception('No conversation is good enough') }}{% endif %}${ANOTHER_FAMILY}`;

test('M19: the engine’s own refusal under another family’s template teaches how it wants to be asked', async () => {
  const other = await startEngine({ template: ANOTHER_FAMILY, slots: 1 });
  const asked = await startTestSystem({ script: () => textReply('never asked'), env: envFor(other) });
  closing.push(
    () => other.kill(),
    () => asked.close(),
  );
  await startWorker(asked);
  const { chat } = await asked.newChat();
  chat.say('In one word, what is sound?');
  expect(await endOf(chat, 1)).toMatchObject({ outcome: 'done' });
  const facts = await asked.db.selectFrom('learned_facts').selectAll().execute();
  process.stdout.write(
    `learned: ${JSON.stringify(facts.map(({ field, value, words }) => ({ field, value, words })))}\n`,
  );
  expect(facts.map(({ field }) => field)).toContain('systemRole');
  chat.close();
});

test('M18: a template that takes no conversation at all fails the turn with a sentence about it', async () => {
  const none = await startEngine({
    template: TAKES_NOTHING,
    slots: 1,
  });
  const asked = await startTestSystem({ script: () => textReply('never asked'), env: envFor(none) });
  closing.push(
    () => none.kill(),
    () => asked.close(),
  );
  await startWorker(asked);
  const { chat } = await asked.newChat();
  chat.say('Hello?');
  expect(await endOf(chat, 1)).toMatchObject({
    outcome: 'failed',
    error: { code: 'model_bad_request', message: expect.stringContaining('its chat template refused it') },
  });
  chat.close();
});
