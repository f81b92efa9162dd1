import { expect, test } from '@jest/globals';
import { countText, countTokens } from '../../../src/llm/tokens.ts';
import { said } from './model-call.ts';

test('F7: tokens are counted in o200k', async () => {
  expect(await countText('hello world')).toBe(2);
  expect(await countText('')).toBe(0);
});

test('F7: a special token in a text is counted as text, not thrown', async () => {
  expect(await countText('before <|endoftext|> after')).toBeGreaterThan(3);
});

test('F7: messages, calls, results and tools all count', async () => {
  const alone = await countTokens([said('hello world')], []);
  const call = {
    id: 'a',
    type: 'function' as const,
    function: { name: 'tree', arguments: '{"path":"images"}' },
  };
  const called = await countTokens(
    [
      said('hello world'),
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'plot.png' },
    ],
    [],
  );
  const withTools = await countTokens(
    [said('hello world')],
    [{ name: 'tree', description: 'Lists files.', parameters: { type: 'object' } }],
  );
  expect(called).toBeGreaterThan(alone + 8);
  expect(withTools).toBeGreaterThan(alone + 8);
});

test('F7: a long run without a word boundary costs time in proportion, and counts alike', async () => {
  const once = await countText('蒙特卡洛方法'.repeat(500));
  const tenfold = await countText('蒙特卡洛方法'.repeat(5000));
  expect(tenfold / once).toBeCloseTo(10, 0);
});
