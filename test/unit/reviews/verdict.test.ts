import { expect, test } from '@jest/globals';
import { MAX_POINT_CHARACTERS, MAX_POINTS, readVerdict } from '../../../src/domain/reviews.ts';

const read = (text: string) => readVerdict(text, { filtered: false });

test.each([
  ['as it was asked for', 'Verdict: revise\n- A.\n- B.', 'revise', ['A.', 'B.']],
  [
    'in bold type, with other bullets',
    '**Verdict:** Revise\n\n1. A.\n2) B.\n* C.',
    'revise',
    ['A.', 'B.', 'C.'],
  ],
  ['as a heading', '## Verdict: accept\n', 'accept', []],
  ['as JSON', '{\n  "verdict": "accept"\n}', 'accept', []],
  ['behind a preamble', 'I have read it with care.\n\nVerdict — revise\n- A.', 'revise', ['A.']],
  ['in other words', 'Verdict: minor revision\n- A.', 'revise', ['A.']],
  ['rejected', 'VERDICT: REJECT\n- A.', 'revise', ['A.']],
  ['in Chinese', '结论：修改\n- 摘要没有数值。', 'revise', ['摘要没有数值。']],
  ['without bullets', 'Verdict: revise\nThe mean has\nno source.', 'revise', ['The mean has no source.']],
  ['cut off behind it', 'Verdict: revise\n- The mea', 'revise', ['The mea']],
  ['with a word more in its line', 'Verdict: accept, with pleasure', 'accept', []],
  ['accepted on a condition', 'Verdict: accept with major revision\n- A.', 'revise', ['A.']],
  ['acceptable later', 'Verdict: acceptable only after revision\n- A.', 'revise', ['A.']],
  ['behind one that the paper has', '> Verdict: accept\n\nVerdict: revise\n- A.', 'revise', ['A.']],
  ['given twice, and not the same', 'Verdict: accept\n- A.\nVerdict: revise', 'revise', ['A.']],
  ['sent back with nothing to do', 'Verdict: revise\n', 'none', []],
  ['never given', 'What a fine paper. I would accept it.', 'none', []],
  ['spoken of in a sentence', 'My verdict is that one may accept it.', 'none', []],
  ['empty', '', 'none', []],
])('H5: a verdict is read %s', (_how, text, verdict, points) => {
  expect(read(text)).toEqual({ verdict, points });
});

test('H5: what was refused is no verdict, whatever stands in it', () => {
  expect(readVerdict('Verdict: accept', { filtered: true })).toEqual({ verdict: 'none', points: [] });
});

test('H5: points are bounded in number and in length, and each is one line', () => {
  const { points } = read(
    `Verdict: revise\n${'- a\u{1f600}b '.repeat(1)}${'x'.repeat(5_000)}\n${'- y\n'.repeat(500)}`,
  );
  expect(points).toHaveLength(MAX_POINTS);
  expect(Math.max(...points.map((point) => point.length))).toBe(MAX_POINT_CHARACTERS);
});

test('H5: a hostile answer of a megabyte is read at once', () => {
  const began = performance.now();
  for (const text of [
    'verdict'.repeat(150_000),
    '*'.repeat(1_000_000),
    `Verdict${':'.repeat(1_000_000)}`,
    '\n'.repeat(1_000_000),
  ])
    read(text);
  expect(performance.now() - began).toBeLessThan(5_000);
});
