import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { itemsWith, placesOf } from '../../../web/src/conversation/found-messages.ts';
import { nextFrom } from '../../../web/src/conversation/next-from.ts';
import { threadOf } from '../../../web/src/conversation/thread.ts';
import { answer, asked } from './log-of-a-turn.ts';

test('V57: a search finds what was said by either side, whatever the case, and not what was only called', () => {
  const { items } = threadOf([
    asked('q1', 1, 'Estimate π by Monte Carlo'),
    answer('a1', 1, [
      { type: 'reasoning', text: 'monte' },
      { type: 'tool', toolCallId: 't', name: 'tree', arguments: { path: 'monte' }, state: 'ok' },
    ]),
    answer('a2', 1, [{ type: 'text', text: 'It converges (**slowly**).' }]),
    asked('q2', 2, 'Why so SLOWLY?'),
  ]);
  expect(itemsWith(items, 'monte carlo')).toEqual(['q1']);
  expect(itemsWith(items, ' slowly ')).toEqual(['a1', 'q2']);
  expect(itemsWith(items, '  ')).toEqual([]);
});

test('V57: words are found letter for letter, though a pattern would read them otherwise', () => {
  expect(placesOf('a.b A.B axb', 'a.b')).toEqual([
    [0, 3],
    [4, 7],
  ]);
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      (words, rest) => {
        fc.pre(words.trim() !== '');
        expect(placesOf(`${rest}${words}`, words).length).toBeGreaterThan(0);
      },
    ),
  );
});

test('V57: from question to question, up to the one above what is on top and down to the one below', () => {
  const tops = [-900, -300, 0.4, 500, 1_200];
  expect(nextFrom(tops, 'up')).toBe(1);
  expect(nextFrom(tops, 'down')).toBe(3);
  expect(nextFrom([10], 'up')).toBe(-1);
  expect(nextFrom([-10], 'down')).toBe(-1);
});
