import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Block, toBlocks, without } from '../../../src/activities/context/blocks.ts';
import { type Plan, plan, roomForSummary } from '../../../src/activities/context/plan.ts';
import { checkStrictRequest } from '../../../src/demo-model/strict-request.ts';
import type { Message } from '../../../src/domain/messages.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { chatMessages } from '../../../src/llm/requests/chat-messages.ts';
import { tokensOfMessages } from '../../../src/llm/tokens.ts';
import type { ChatMessage } from '../../../src/llm/types.ts';
import { answerMessage, conversations, userMessage } from './conversations.ts';

/** A counter without tables: four bytes of UTF-8 to a token. */
const count = (text: string) => Math.ceil(Buffer.byteLength(text) / 4);
const budgets = fc.constantFrom(500, 1_500, 6_000, 20_000, 200_000);
const FIXED = 100;

/** Plans until something is sent, with summaries of the longest kind; gives the blocks that were left, too. */
function planToTheEnd(conversation: Message[], budget: number, task?: { agent: string; text: string }) {
  let blocks = toBlocks(conversation, new Map(), task && { ...task, turn: 1 });
  let summary = 0;
  for (let rounds = 0; rounds <= conversation.length; rounds += 1) {
    const next = plan({ fixed: FIXED, summary, blocks, budget, count });
    if (next.kind === 'send') return { sent: next, blocks, summary };
    const left = without(blocks, next.through);
    expect(left.length).toBeLessThan(blocks.length);
    blocks = left;
    summary = roomForSummary(budget);
  }
  throw new Error('it never sends');
}

const contentOf = (message: ChatMessage | undefined) =>
  message?.role === 'user' ? message.parts.map(({ text }) => text).join('') : message?.content;

type Sent = Extract<Plan, { kind: 'send' }>;

/** Each message that is sent with the block that it came from: nothing is dropped or reordered inside a block. */
function placed({ chat }: Sent, blocks: Block[]): { block: Block; whole: ChatMessage; sent: ChatMessage }[] {
  const whole = blocks.flatMap((block) => block.chat.map((message) => ({ block, whole: message })));
  expect(chat).toHaveLength(whole.length);
  return whole.map((entry, index) => ({ ...entry, sent: chat[index] as ChatMessage }));
}

/** As a server of the plain profile is sent it. */
const wire = (chat: ChatMessage[]) => chatMessages(chat, PLAIN, { baseUrl: 'http://m', model: 'm' });

test('F7, P12: whatever is compacted or shortened, each call keeps its result and the request is strict', () => {
  fc.assert(
    fc.property(conversations, budgets, (conversation, budget) => {
      const { sent } = planToTheEnd(conversation, budget);
      const messages = wire([{ role: 'system', content: 'You are.' }, ...sent.chat]);
      expect(checkStrictRequest({ model: 'm', messages, stream: true })).toEqual([]);
    }),
  );
});

test('F7: what stays stands in its order, with its own roles, calls and ids', () => {
  fc.assert(
    fc.property(conversations, budgets, (conversation, budget) => {
      const { sent, blocks } = planToTheEnd(conversation, budget);
      const ids = conversation.map(({ id }) => id);
      const places = blocks.map(({ id }) => ids.indexOf(id));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      for (const { whole, sent: shown } of placed(sent, blocks)) {
        expect(shown.role).toBe(whole.role);
        if (shown.role === 'tool' && whole.role === 'tool')
          expect(shown.tool_call_id).toBe(whole.tool_call_id);
        if (shown.role === 'assistant' && whole.role === 'assistant')
          expect(shown.tool_calls?.map(({ id }) => id)).toEqual(whole.tool_calls?.map(({ id }) => id));
      }
    }),
  );
});

test('F7: a plan fits its budget, and says so where nothing can make it fit', () => {
  fc.assert(
    fc.property(conversations, budgets, (conversation, budget) => {
      const { sent, summary } = planToTheEnd(conversation, budget);
      expect(sent.tokens).toBe(FIXED + summary + tokensOfMessages(sent.chat, count));
      expect(sent.fits).toBe(sent.tokens <= budget);
      // The largest step that these conversations hold, at its shortest, with its texts' bytes counted thrice.
      if (budget >= 6_000) expect(sent.fits).toBe(true);
    }),
  );
});

test("F7: the first message of a person and the newest turn stay, and the person's words in it", () => {
  fc.assert(
    fc.property(conversations, budgets, (conversation, budget) => {
      const { sent, blocks } = planToTheEnd(conversation, budget);
      const kept = new Set(blocks.map(({ id }) => id));
      const newest = conversation.filter(({ turn }) => turn === conversation.at(-1)?.turn);
      expect(kept).toContain(conversation[0]?.id);
      expect(kept).toContain(newest.at(-1)?.id);
      for (const { id } of newest.filter(({ role }) => role === 'user')) expect(kept).toContain(id);
      // Steps of the newest turn go only where the shortest form of all of them does not fit.
      if (budget >= 6_000) for (const { id } of newest) expect(kept).toContain(id);
      expect(sent.chat.length).toBeGreaterThan(0);
    }),
  );
});

test('F7: a conversation that fits is sent word for word', () => {
  fc.assert(
    fc.property(conversations, (conversation) => {
      const blocks = toBlocks(conversation);
      const sent = plan({ fixed: FIXED, summary: 0, blocks, budget: 10_000_000, count });
      expect(sent).toMatchObject({ kind: 'send', chat: blocks.flatMap(({ chat }) => chat) });
    }),
  );
});

const LONG = 'value=3.14159 at step\n'.repeat(1_000);

test('F7: long outputs of older steps are shortened before anything is compacted, the newest is whole', () => {
  const conversation = [
    userMessage(1, 'first'),
    answerMessage(1, 'looking', [['a', LONG]]),
    answerMessage(1, 'done', []),
    userMessage(2, 'second'),
    answerMessage(2, null, [['b', LONG]]),
  ];
  const sent = plan({ fixed: FIXED, summary: 0, blocks: toBlocks(conversation), budget: 8_000, count });
  if (sent.kind !== 'send') throw new Error('it compacts');
  const [older, newest] = sent.chat.filter(({ role }) => role === 'tool');
  expect(contentOf(older)).toMatch(/^value=3.*characters not shown.*step\n$/s);
  expect(contentOf(newest)).toBe(LONG);
});

test('F7: turns are compacted at their borders, and the next steps do not compact again at once', () => {
  const conversation = Array.from({ length: 40 }, (_, index) => [
    userMessage(index + 1, `question ${index} ${'word '.repeat(60)}`),
    answerMessage(index + 1, `answer ${index} ${'word '.repeat(60)}`, []),
  ]).flat();
  const budget = 4_000;
  const blocks = toBlocks(conversation.slice(0, -1));
  const first = plan({ fixed: FIXED, summary: 0, blocks, budget, count });
  if (first.kind !== 'compact') throw new Error('it does not compact');
  expect(blocks[first.through]?.chat[0]?.role).toBe('user');
  const left = without(blocks, first.through);
  const summary = roomForSummary(budget);
  const more = [7, 8].flatMap((turn) => [
    userMessage(90 + turn, 'word '.repeat(60)),
    answerMessage(90 + turn, 'word '.repeat(60), []),
  ]);
  const later = [...left, ...toBlocks(more)].map((block) => ({ ...block, pinned: block === left[0] }));
  expect(plan({ fixed: FIXED, summary, blocks: later, budget, count }).kind).toBe('send');
});

test("F7: a code agent's one long turn keeps its task and every step while their shortest form fits", () => {
  const conversation = Array.from({ length: 30 }, (_, index) =>
    answerMessage(1, `step ${index}`, [[LONG, LONG]]),
  );
  const task = { agent: 'agent', text: 'Estimate pi.' };
  const { sent, blocks } = planToTheEnd(conversation, 12_000, task);
  expect(sent.fits).toBe(true);
  expect(blocks).toHaveLength(31);
  const tight = planToTheEnd(conversation, 1_500, task);
  expect(tight.sent.fits).toBe(true);
  expect(tight.blocks.length).toBeLessThan(31);
  expect(tight.sent.chat[0]).toEqual({ role: 'user', parts: [{ type: 'said', text: 'Estimate pi.' }] });
});

test('F7: one message that is longer than the window is shown with its head and tail', () => {
  const text = `BEGIN ${'方😀 long '.repeat(50_000)} END`;
  const sent = plan({
    fixed: FIXED,
    summary: 0,
    blocks: toBlocks([userMessage(1, text)]),
    budget: 6_000,
    count,
  });
  if (sent.kind !== 'send') throw new Error('it compacts');
  expect(sent.fits).toBe(true);
  expect(contentOf(sent.chat[0])).toMatch(/^BEGIN .*characters not shown.* END$/s);
});
