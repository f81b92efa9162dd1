/** H1: what an agent asks, answered at the terminal. */
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { answerIn, askInTerminal } from '../../../src/cli/ask/terminal-answers.ts';

const ask = { askId: 'q', question: 'Which?', options: ['red', 'blue'], default: 'red' };

test('H1: a number means its option, an empty line the default, anything else itself', () => {
  expect(['1', '2', ' 2 ', '', '3', '0', 'green', '22'].map((line) => answerIn(line, ask))).toEqual([
    ...['red', 'blue', 'blue', 'red', '3', '0', 'green', '22'],
  ]);
  expect(answerIn('', { askId: 'q', question: 'Which?' })).toBe(undefined);
  expect(answerIn('1', { askId: 'q', question: 'Which?' })).toBe('1');
});

test('H1: it is asked until there is an answer, and no longer than the question is open', async () => {
  const streams = () => ({ input: new PassThrough(), output: new PassThrough() });
  const open = { askId: 'q', question: 'Which?' };
  const first = streams();
  const answer = askInTerminal(open, new AbortController().signal, first);
  first.input.write('\n\nblue\n');
  expect(await answer).toBe('blue');

  const second = streams();
  const over = new AbortController();
  const taken = askInTerminal(open, over.signal, second);
  over.abort();
  expect(await taken).toBe(undefined);

  const third = streams();
  const left = askInTerminal(open, new AbortController().signal, third);
  third.input.end();
  expect(await left).toBe(undefined);
});
