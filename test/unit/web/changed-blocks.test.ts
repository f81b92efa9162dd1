import { expect, test } from '@jest/globals';
import { changedBlocks, namedBlocks } from '../../../web/src/markdown/changed-blocks.ts';

const blocks = (text: string) => [...text];

test.each([
  ['abc', 'abc', null],
  ['abc', 'abcd', { from: 3, to: 4 }],
  ['abc', 'axbc', { from: 1, to: 2 }],
  ['abc', 'axc', { from: 1, to: 2 }],
  ['aab', 'aaab', { from: 2, to: 3 }],
  ['', 'ab', { from: 0, to: 2 }],
  ['abc', 'ac', null],
  ['abcd', 'axyd', { from: 1, to: 3 }],
])('between "%s" and "%s" the blocks that are new are found', (before, now, changed) => {
  expect(changedBlocks(blocks(before), blocks(now))).toEqual(changed);
});

test('V5: a block keeps its name while text before it grows, and no two blocks have one name', () => {
  let known = namedBlocks(undefined, blocks('abcd'));
  const name = (block: string) => known.names[known.blocks.indexOf(block)];
  const [a, d] = [name('a'), name('d')];
  for (const text of ['abxcd', 'abyzcd', 'ayzcd', 'ad', 'a1d', 'a12d']) {
    known = namedBlocks(known, blocks(text));
    expect([name('a'), name('d')]).toEqual([a, d]);
    expect(new Set(known.names).size).toBe(text.length);
  }
});

test('V5: the block that is being written keeps its name from one token to the next', () => {
  let known = namedBlocks(undefined, ['head', 'The', 'foot']);
  const before = known.names[1];
  known = namedBlocks(known, ['head', 'The wave', 'foot']);
  expect(known.names[1]).toBe(before);
  known = namedBlocks(known, ['head', 'The wave.', 'Then', 'foot']);
  expect(known.names[1]).toBe(before);
});
