import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { answerParts } from '../../../src/activities/answer-parts.ts';
import type { ModelAnswer } from '../../../src/llm/types.ts';

const answer = (more: Partial<ModelAnswer>): ModelAnswer => ({
  text: 'Half a sen',
  reasoning: '',
  toolCalls: [],
  finishReason: 'stop',
  usage: { inputTokens: 1, outputTokens: 1 },
  ...more,
});

test('U8: an answer that the model’s length or a filter cut off says so in its text, even where it has none', () => {
  const parts = (more: Partial<ModelAnswer>) => answerParts(randomUUID(), answer(more));
  expect(parts({ finishReason: 'length' })).toEqual([{ type: 'text', text: 'Half a sen', cutOff: 'length' }]);
  expect(parts({ finishReason: 'content_filter', text: '' })).toEqual([
    { type: 'text', text: '', cutOff: 'content_filter' },
  ]);
  expect(parts({})).toEqual([{ type: 'text', text: 'Half a sen' }]);
  expect(parts({ text: '' })).toEqual([]);
});

test('SR-L4: arguments that are nested too deeply stay text, as what is no JSON does', () => {
  const nested = (levels: number) => `{"content":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const parts = answerParts(
    randomUUID(),
    answer({
      text: '',
      toolCalls: [100_000, 60].map((levels) => ({ id: 'x', name: 'writemd', arguments: nested(levels) })),
    }),
  );
  expect(parts.map((part) => part.type === 'tool' && typeof part.arguments)).toEqual(['string', 'object']);
});
