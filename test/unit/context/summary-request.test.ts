import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBlocks } from '../../../src/activities/context/blocks.ts';
import { shortenText, shortenToTokens } from '../../../src/activities/context/shorten.ts';
import { summaryRequest } from '../../../src/activities/context/summary-request.ts';
import { createWindowKnowledge, promptBudget } from '../../../src/activities/context/window.ts';
import { checkStrictRequest } from '../../../src/demo-model/strict-request.ts';
import { PLAIN } from '../../../src/llm/profiles/profile.ts';
import { chatMessages } from '../../../src/llm/requests/chat-messages.ts';
import type { ChatMessage } from '../../../src/llm/types.ts';
import { answerMessage, conversations, userMessage } from './conversations.ts';

const count = (text: string) => Math.ceil(Buffer.byteLength(text) / 4);

const wire = (chat: ChatMessage[]) => chatMessages(chat, PLAIN, { baseUrl: 'http://m', model: 'm' });

test('F7, M6: a request for a summary is one system and one user message, fits, and makes progress', () => {
  fc.assert(
    fc.property(
      conversations,
      fc.constantFrom(undefined, 'earlier '.repeat(4_000)),
      (conversation, before) => {
        const blocks = toBlocks(conversation);
        const budget = 3_000;
        const from = Math.min(1, blocks.length - 1);
        const made = summaryRequest({ blocks, from, to: blocks.length, before, budget, count });
        const messages = wire(made.messages);
        expect(checkStrictRequest({ model: 'm', messages, stream: true })).toEqual([]);
        expect(made.through).toBeGreaterThan(from);
        expect(made.tokens).toBeLessThanOrEqual(budget);
        expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
      },
    ),
  );
});

test('F7: the material opens with the first message, the earlier summary before it and the instruction last', () => {
  const conversation = [
    userMessage(1, 'Estimate pi.'),
    answerMessage(1, 'It is 3.14.', []),
    userMessage(2, 'And e?'),
    answerMessage(2, null, [['x', 'e=2.718']]),
  ];
  const made = summaryRequest({
    blocks: toBlocks(conversation),
    from: 2,
    to: 4,
    before: 'Pi was found to be 3.14.',
    budget: 5_000,
    count,
  });
  expect(wire(made.messages)[1]?.content).toMatch(
    /^<earlier>\nPi was found to be 3\.14\.[\s\S]*<conversation>\n\[the person\] Estimate pi\.\n\n\[the person\] And e\?[\s\S]*\[result\] e=2\.718[\s\S]*<instruction>\n[\s\S]*<\/instruction>$/,
  );
});

test('F7: a shortened text is within its limit, keeps both ends, and no character is halved', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '😀', '方', '\n', ' '), maxLength: 3_000 }),
      fc.integer({ min: 64, max: 2_000 }),
      (text, limit) => {
        const shown = shortenText(text, limit);
        expect(shown.length).toBeLessThanOrEqual(Math.max(64, limit));
        expect(shown.isWellFormed()).toBe(true);
        if (text.length <= limit) expect(shown).toBe(text);
      },
    ),
  );
  expect(count(shortenToTokens('方 '.repeat(9_000), 200, count))).toBeLessThanOrEqual(200);
});

test("F7: the budget leaves room for the answer and learns from the model's own count and refusals", () => {
  expect(promptBudget(8_192)).toBe(6_144);
  expect(promptBudget(1_000_000)).toBe(983_616);
  const window = createWindowKnowledge();
  const endpoint = { baseUrl: 'http://model', apiKey: '', model: 'm', contextWindow: 8_192 };
  window.answered(endpoint, 1_000, { inputTokens: 1_500, outputTokens: 1 });
  expect(window.budget(endpoint)).toBe(4_096);
  expect(window.inItsTokens(endpoint, 100)).toBe(150);
  window.answered(endpoint, 1_000, { inputTokens: 9, outputTokens: 1, estimated: true });
  expect(window.budget(endpoint)).toBe(4_096);
  window.refused(endpoint, 4_000);
  expect(window.budget(endpoint)).toBe(2_400);
  for (let times = 0; times < 9; times += 1) window.refused(endpoint, 2_400);
  expect(window.budget(endpoint)).toBe(2_048);
  expect(window.budget({ ...endpoint, model: 'other' })).toBe(6_144);
});
