import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBlocks } from '../../../src/activities/context/blocks.ts';
import { shortenText, shortenToTokens } from '../../../src/activities/context/shorten.ts';
import { summaryRequest } from '../../../src/activities/context/summary-request.ts';
import { createWindowKnowledge, promptBudget } from '../../../src/activities/context/window.ts';
import { checkStrictRequest } from '../../../src/demo-model/strict-request.ts';
import { textOf } from '../../../src/domain/messages.ts';
import { answerMessage, conversations, userMessage } from './conversations.ts';

const count = (text: string) => Math.ceil(Buffer.byteLength(text) / 4);

test('F7, P12: a request for a summary is strict, fits, makes progress, and asks in role system only', () => {
  fc.assert(
    fc.property(
      conversations,
      fc.constantFrom(undefined, 'earlier '.repeat(4_000)),
      (conversation, before) => {
        const blocks = toBlocks(conversation);
        const budget = 3_000;
        const from = Math.min(1, blocks.length - 1);
        const made = summaryRequest({ blocks, from, to: blocks.length, before, budget, count });
        expect(checkStrictRequest({ model: 'm', messages: made.messages, stream: true })).toEqual([]);
        expect(made.through).toBeGreaterThan(from);
        expect(made.tokens).toBeLessThanOrEqual(budget);
        expect(made.messages[0]?.role).toBe('system');
        expect(made.messages.at(-1)?.role).toBe('system');
        const said = conversation.filter(({ role }) => role === 'user').map((message) => textOf(message));
        for (const { role, content } of made.messages) {
          if (role === 'user' && !content.includes('characters not shown')) expect(said).toContain(content);
        }
      },
    ),
  );
});

test('F7: the material opens with the first message, and the earlier summary stands in the prompt', () => {
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
  expect(made.messages[0]?.content).toContain('Pi was found to be 3.14.');
  expect(made.messages.slice(1, -1).map(({ content }) => content)).toEqual([
    'Estimate pi.',
    'And e?',
    expect.stringContaining('[result] e=2.718'),
  ]);
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
