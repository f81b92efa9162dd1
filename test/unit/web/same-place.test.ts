import { expect, test } from '@jest/globals';
import { blockLines } from '../../../web/src/markdown/blocks.ts';
import { lineAt, placeOf } from '../../../web/src/paper/same-place.ts';

const PAPER = '---\nlang: en\n---\n\n# T\n\none\ntwo\n\n| a |\n|---|\n| 1 |\n\nsaid[^1]\n\n[^1]: A note.\n';

test('V46: each block of a paper is known by its line, behind front matter too, and notes stand where they end', () => {
  const lines = blockLines(PAPER);
  expect(lines.slice(0, 4)).toEqual([4, 6, 9, 13]);
  expect(lines.at(-1)).toBeGreaterThanOrEqual(13);
  expect(blockLines('')).toEqual([]);
});

test('V46: a place that is read leads to its line, and the line back to the place', () => {
  const lines = [0, 4, 10];
  expect(lineAt({ block: 1, part: 0.5 }, lines)).toBe(7);
  expect(placeOf(7, lines)).toEqual({ block: 1, part: 0.5 });
  for (const block of [0, 1]) {
    for (const part of [0, 0.25, 0.75])
      expect(placeOf(lineAt({ block, part }, lines), lines)).toEqual({ block, part });
  }
  expect(placeOf(99, lines)).toEqual({ block: 2, part: 1 });
  expect(placeOf(3, [])).toEqual({ block: 0, part: 0 });
  expect(lineAt({ block: 5, part: 0 }, [])).toBe(0);
});
