/** Text as a journal prints it (O2). */
import { expect, test } from '@jest/globals';
import { plainOf } from '../../../src/exports/paper/ast.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';

const textOf = (markdown: string): string =>
  readPaper(markdown)
    .body.map((block) => (block.t === 'Para' ? plainOf(block.c) : ''))
    .join('|')
    .replaceAll('\u00a0', '~');

test.each([
  ['It fell by -0.5, from -1 to (-2).', 'It fell by −0.5, from −1 to (−2).'],
  ['pages 3-5, on 2026-11-30, p-value, -x', 'pages 3-5, on 2026-11-30, p-value, -x'],
  ['下降了-3.2，即（-1）', '下降了−3.2，即（−1）'],
  [
    'With 10 000 points, 1 240 000 in all, in 95 % of 12 cases',
    'With 10~000 points, 1~240~000 in all, in 95~% of 12 cases',
  ],
  ['In 2024 100 people had 3.5 200', 'In 2024 100 people had 3.5 200'],
  ['He said "yes" ("no"), it\'s a \'word\'', 'He said “yes” (“no”), it’s a ‘word’'],
  ['"**bold**" and 5" wide', '“bold” and 5" wide'],
  ['称为"引号"与"再引"', '称为“引号”与“再引”'],
  ['`-1 "x"` and $-1$', '-1 "x" and -1'],
  ['<https://a.org/-1"x>', 'https://a.org/-1"x'],
])('O2: %s', (markdown, expected) => {
  expect(textOf(markdown)).toBe(expected);
});
