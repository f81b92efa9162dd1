import { expect, test } from '@jest/globals';
import { rubricOf } from '../../../src/activities/review/rubric.ts';
import type { Style } from '../../../src/exports/style.ts';

const styles = [
  { id: 'mcm', rubric: { en: ['The summary stands alone.'] } },
  { id: 'cumcm', rubric: { zh: ['摘要独立成篇。'] } },
  { id: 'article' },
] as unknown as Style[];
const of = (paper: string, template: string | null = null) => rubricOf({ template, paper, styles });

test('H5: the criteria are the template’s, else the contest’s, else none; the paper that is judged names none', () => {
  const own = '---\nrubric:\n  - Own one.\n---\n# P\n';
  expect(of(own, '---\nrubric: |\n  One.\n  Two.\n---\n# T\n')).toEqual(['One.', 'Two.']);
  expect(of(own, '# T\n')).toEqual([]);
  expect(of('---\nteam: "123"\nrubric:\n  - Own one.\n---\n# P\n')).toEqual(['The summary stands alone.']);
  expect(of('---\nteam: "123"\n---\n# P\n')).toEqual(['The summary stands alone.']);
  expect(of(`---\nproblem: A\n---\n# 题目\n\n${'本文研究骰子的均值'.repeat(5)}。\n`)).toEqual([
    '摘要独立成篇。',
  ]);
  expect(of('---\nstyle: mcm\n---\n# P\n')).toEqual(['The summary stands alone.']);
  expect(of('# P\n')).toEqual([]);
});

test.each([
  ['no YAML', '---\nrubric: [\n---\n# T\n'],
  ['numbers and fields', '---\nrubric:\n  a: b\n---\n# P\n'],
  ['a style that is none', '---\nstyle: ../../etc\n---\n# P\n'],
])('H5: first lines that are %s say nothing', (_what, paper) => {
  expect(of('# P\n', paper)).toEqual([]);
  expect(of(paper)).toEqual([]);
});

test('H5: a rubric of a stranger is bounded', () => {
  const rubric = of('# P\n', `---\nrubric:\n${`  - ${'x'.repeat(900)}\n`.repeat(20)}---\n# P\n`);
  expect(rubric).toHaveLength(20);
  expect(rubric[0]).toHaveLength(400);
  expect(of('# P\n', `---\nrubric:\n${`  - ${'x'.repeat(900)}\n`.repeat(500)}---\n# P\n`)).toEqual([]);
});
