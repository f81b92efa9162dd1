import { expect, test } from '@jest/globals';
import { withNumbers } from '../../../src/domain/markdown/with-numbers.ts';

const paper = (...lines: string[]) => lines.join('\n');

test('V9: figures and tables have captions with numbers, and are called by them, before and behind them', () => {
  const shown = withNumbers(
    paper(
      'See @fig:b, @tbl:t (@tab:t) and mail a@fig:b.',
      '',
      '![First, *well*](images/a.png)',
      '',
      '![Figure 7: Second $x^2$](images/b.png){#fig:b width=80%}',
      '',
      '| a | b |',
      '|---|---|',
      '| 1 | 2 |',
      '',
      'Table: What was',
      'found {#tbl:t}',
    ),
  );
  expect(shown.split('\n')).toEqual([
    'See Figure\u00a02, Table\u00a01 (Table\u00a01) and mail a@fig:b.',
    '',
    '![First, *well*](images/a.png) <span class="caption">**Figure\u00a01.** First, *well*</span>',
    '',
    '![Figure 7: Second $x^2$](images/b.png) <span class="caption">**Figure\u00a02.** Second $x^2$</span>',
    '',
    '| a | b |',
    '|---|---|',
    '| 1 | 2 |',
    '',
    '<span class="caption">**Table\u00a01.** What was',
    'found</span>',
  ]);
});

test('V9: a formula that has a label is numbered, its own tag stays, and a section is called by its title', () => {
  const shown = withNumbers(
    paper(
      '## Method {#sec:m}',
      '',
      '$$x = 1$$ {#eq:one}.',
      '',
      '$$',
      'y = 2 \\tag{A}$$ {#eq:two}',
      '',
      '$$z = 3$$',
      '',
      'By @eq:one, @eq:two and @sec:m, not @eq:three.',
    ),
  );
  expect(shown.split('\n')).toEqual([
    '## Method',
    '',
    '$$x = 1 \\tag{1}$$.',
    '',
    '$$',
    'y = 2 \\tag{A}$$',
    '',
    '$$z = 3$$',
    '',
    'By Equation\u00a0(1), Equation\u00a0(A) and “Method”, not @eq:three.',
  ]);
});

test('V9: a Chinese paper has its own words; a caption may be bold and stand above its table', () => {
  const shown = withNumbers(
    paper(
      '如@fig:a所示，见@tbl:b。',
      '',
      '![误差的收敛](images/a.png){#fig:a}',
      '',
      '**表 3：参数** {#tbl:b}',
      '',
      '| 甲 | 乙 |',
      '|---|---|',
    ),
  );
  expect(shown.split('\n').slice(0, 5)).toEqual([
    '如图\u00a01所示，见表\u00a01。',
    '',
    '![误差的收敛](images/a.png) <span class="caption">**图\u00a01** 误差的收敛</span>',
    '',
    '<span class="caption">**表\u00a01** 参数</span>',
  ]);
});

test('V9: code, comments, pictures within a line and sentences that begin with the word stay as they are', () => {
  const text = paper(
    '```',
    '![a](b.png){#fig:a}',
    '```',
    '',
    '<!-- ![a](b.png){#fig:a}',
    '@fig:a -->',
    '',
    'Words ![a](b.png) within, and `@fig:a`.',
    '',
    'Table 2 shows nothing that stands beside it.',
  );
  expect(withNumbers(text)).toBe(text);
});

test('V9: a caption that the writer has set below a picture is its only one; the picture counts', () => {
  const shown = withNumbers(
    paper('![a](a.png){#fig:a}', '', '*Figure 1. What was drawn.*', '', '![b](b.png)'),
  );
  expect(shown.split('\n')).toEqual([
    '![a](a.png)',
    '',
    '*Figure 1. What was drawn.*',
    '',
    '![b](b.png) <span class="caption">**Figure\u00a02.** b</span>',
  ]);
});

test('V9: lines of a stranger cost no more than their length', () => {
  const spaces = ' '.repeat(200_000);
  const began = performance.now();
  for (const line of [
    `## a${spaces}x`,
    `## a${spaces}{#sec:a} x`,
    `![a](b)${spaces}x`,
    `$$ a ${spaces}$$ {#eq:a} x`,
    `${'$$ {'.repeat(50_000)}#eq:a} x`,
    `Table: a${spaces}x`,
    `*a*${spaces}x`,
  ])
    withNumbers(`@fig:a\n\n${line}\n\n| a |\n| - |`);
  expect(performance.now() - began).toBeLessThan(5_000);
});
