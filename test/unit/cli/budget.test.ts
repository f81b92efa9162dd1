/** H4: what a question from the terminal may take. */
import { expect, test } from '@jest/globals';
import { budgetSaid } from '../../../src/cli/ask/budget.ts';

test('H4: a budget is of each turn; where nobody is at the terminal a turn ends with it, else they are asked', () => {
  expect(budgetSaid({ tokens: undefined, cost: undefined }, true)).toBeUndefined();
  expect(budgetSaid({ tokens: '200000', cost: undefined }, true)).toEqual({
    turn: { tokens: 200_000 },
    atLimit: 'ask',
  });
  expect(budgetSaid({ tokens: '1', cost: '0.50' }, false)).toEqual({
    turn: { tokens: 1, cost: 0.5 },
    atLimit: 'end',
  });
});

test.each(['', '0', '-5', '1.5', 'many', 'Infinity'])('H4: "%s" tokens are told to be none', (tokens) => {
  expect(budgetSaid({ tokens, cost: undefined }, true)).toMatch(/^--budget takes a number of tokens/);
});

test.each(['', '0', '-5', 'much', 'Infinity'])('H4: an amount of "%s" is told to be none', (cost) => {
  expect(budgetSaid({ tokens: undefined, cost }, true)).toMatch(/^--cost takes an amount of money/);
});
