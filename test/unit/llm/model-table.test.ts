import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { spellings } from '../../../src/llm/limits/model-names.ts';
import { isKnownHost, tableLimits } from '../../../src/llm/limits/model-table.ts';

const OPENAI = 'https://api.openai.com/v1';
const of = (model: string, baseUrl = 'https://proxy.example/v1') => tableLimits({ baseUrl, model });

test('M7: the table is small, dated, and says where it is from', () => {
  const file = new URL('../../../src/llm/limits/model-table.json', import.meta.url);
  const text = readFileSync(file, 'utf8');
  expect(text.length).toBeLessThan(200_000);
  expect(JSON.parse(text)).toMatchObject({
    source: expect.stringContaining('pi-ai'),
    date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
  });
});

test('M7: window, most tokens and prices with the cached part are of the vendor that is asked', () => {
  expect(of('gpt-4.1', OPENAI)).toEqual({
    contextWindow: 1_047_576,
    maxOutput: 32_768,
    prices: { input: 2, output: 8, cached: 0.5 },
  });
  // Elsewhere the model is the same, and what it costs is not ours to say.
  expect(of('gpt-4.1')).toEqual({ contextWindow: 1_047_576, maxOutput: 32_768 });
  expect(of('no-such-model', OPENAI)).toEqual({});
  expect(tableLimits({ baseUrl: 'no address', model: 'gpt-4.1' })).toMatchObject({ maxOutput: 32_768 });
  expect([isKnownHost(OPENAI), isKnownHost('http://127.0.0.1/v1')]).toEqual([true, false]);
});

test.each([
  'openai/gpt-4.1',
  'GPT-4.1',
  'gpt-4.1-2025-04-14',
  'openai/gpt-4.1:free',
  ' gpt-4.1 ',
  'gpt-4-1',
  'some/proxy/gpt-4.1',
])('M7: a name is found as people write it: %s', (name) => {
  expect(of(name)).toEqual(of('gpt-4.1'));
});

test.each([
  ['claude-haiku-4-5-20251001', 'claude-haiku-4.5'],
  ['anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4.5'],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4.5'],
  ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
  ['magistral-medium', 'magistral-medium-latest'],
  ['qwen3:32b', 'qwen3-32b'],
])('M7: %s is %s', (name, same) => {
  expect(of(name).contextWindow).toBeGreaterThan(4_000);
  expect(of(name)).toEqual(of(same));
});

test('M7: the whole name goes before its parts', () => {
  expect(spellings('vendor/Model-X:Free')[0]).toBe('model-x-free');
  expect(spellings('')).toEqual([]);
  expect(of('x'.repeat(100_000))).toEqual({});
});
