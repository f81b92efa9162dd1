/** The appendix of a paper that says where its numbers come from (T12). */
import { expect, test } from '@jest/globals';
import type { NumberRow } from '../../../src/exports/bundle/numbers-csv.ts';
import { readPaper } from '../../../src/exports/paper/read-paper.ts';
import { behindOf } from '../../../src/exports/program/behind.ts';
import { sourcesOfNumbers } from '../../../src/exports/sources-of-numbers.ts';

const traced: NumberRow = {
  ...{ text: '3.14', section: 'Results', state: 'traced', name: 'mean|wait', value: '3.14159', unit: 'min' },
  ...{ run: 7, script: 'code/sir_model.py', scriptLine: 41, outputLine: 12 },
};

test('T12: each number has its run, script and lines, by sections, and what nobody asks the source of is left out', () => {
  const text = sourcesOfNumbers(
    [
      { text: '95 %', section: 'Method', state: 'convention' },
      {
        text: '200',
        section: 'Method',
        state: 'parameter',
        run: 7,
        script: 'code/sir_model.py',
        scriptLine: 3,
      },
      traced,
      { text: '12.5', section: 'Results', state: 'untraced' },
      { text: '1,024', section: 'Results', state: 'given' },
      { text: '8', section: 'Results', state: 'dismissed' },
    ],
    'en',
  );
  expect(text.split('\n').filter((line) => /^[#|]/.test(line))).toEqual([
    '# Sources of numbers',
    '## Method',
    '| Number | State | Where it comes from |',
    '|---|---|---|',
    '| 200 | parameter | run 7, code/sir\\_model.py, line 3 |',
    '## Results',
    '| Number | State | Where it comes from |',
    '|---|---|---|',
    '| 3.14 | traced | run 7, code/sir\\_model.py, line 41, output line 12: mean\\|wait = 3.14159 min |',
    '| 12.5 | untraced | no run, message or file |',
    '| 1,024 | given | a message or an attached file |',
  ]);
});

test('T12: a Chinese paper has it in Chinese, and a paper without such numbers says so', () => {
  const text = sourcesOfNumbers([traced], 'zh');
  expect(text).toContain('# 数值的出处');
  expect(text).toContain('| 3.14 | 可追溯 | 第 7 次运行，code/sir\\_model.py，第 41 行，输出第 12 行：');
  expect(sourcesOfNumbers([{ text: '95 %', section: '', state: 'convention' }], 'en')).toBe(
    '# Sources of numbers\n\nThere are no numbers in this paper whose source would be asked for.\n',
  );
});

test('T12: it is bounded, and says how many more numbers there are', () => {
  const many = Array.from({ length: 2_000 }, (_, n) => ({ ...traced, text: String(n) }));
  const text = sourcesOfNumbers(many, 'en');
  expect(text.match(/^\| \d/gm)).toHaveLength(1_500);
  expect(text).toContain('*and 500 more numbers*');
});

test('T12, O8: what stands behind a paper has a title without a number, and each its own', () => {
  const blocks = [sourcesOfNumbers([traced], 'en'), '# Another\n\nText.\n'].flatMap(behindOf);
  const headings = blocks.flatMap((block) => (block.t === 'Header' ? [[block.c[0], block.c[1][1]]] : []));
  expect(headings).toEqual([
    [1, ['unnumbered']],
    [2, ['unnumbered']],
    [1, ['unnumbered']],
  ]);
  // It is read as it was meant: a table.
  expect(blocks.some(({ t }) => t === 'Table')).toBe(true);
  expect(readPaper(sourcesOfNumbers([traced], 'en')).problems).toEqual([]);
});
