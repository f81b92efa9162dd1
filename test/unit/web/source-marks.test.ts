import { expect, test } from '@jest/globals';
import { numbersOf } from '../../../src/domain/provenance/paper-numbers.ts';
import type { SourcedNumber } from '../../../web/src/api/provenance.ts';
import { BEGIN, END, MARKS, markAt, marked, marksOf } from '../../../web/src/paper/sources/marks.ts';

const found = (source: string): SourcedNumber[] =>
  numbersOf(source).numbers.map(({ start, end, text }) => ({ start, end, text, state: 'untraced' }));

/** What each mark holds, as it stands in the marked text. */
function markedParts(source: string): string[] {
  const text = marked(source, marksOf(source, found(source)));
  expect(text.replace(MARKS, '')).toBe(source);
  const parts: string[] = [];
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + 1)) {
    const { index, length } = markAt(text, at);
    expect(index).toBe(parts.length);
    parts.push(text.slice(at + length, text.indexOf(END, at)));
  }
  return parts;
}

test('T12: each number is marked in its place, and nothing else of the text changes', () => {
  expect(markedParts('It is **3.25**, or 12.5 % of | 4.75 |.\n\n- 8.5\n')).toEqual([
    '3.25',
    '12.5 %',
    '4.75',
    '8.5',
  ]);
});

test('T12: a formula in a line is marked as one; one on lines of its own and a figure are not', () => {
  const source = 'Here $y = 0.912x - 86.43$ holds.\n\n$$\nz = 4.75\n$$\n\n![at 5.25 s](images/a.png)\n';
  expect(markedParts(source)).toEqual(['$y = 0.912x - 86.43$']);
});

test('T12: many marks keep their numbers', () => {
  const numbers = Array.from({ length: 300 }, (_, index) => `${index}.25`);
  expect(markedParts(numbers.join(' and '))).toEqual(numbers);
});

test('T12: numbers that stand elsewhere now are not marked', () => {
  const before = 'It is 3.25 here.';
  expect(marksOf(`Oh. ${before}`, found(before))).toEqual([]);
});
