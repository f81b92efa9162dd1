import { expect, test } from '@jest/globals';
import { appendToDocument, prependToDocument } from '../../../src/domain/markdown/document.ts';
import { guidedOutline } from '../../../src/domain/markdown/guidance.ts';

test('appending puts a blank line between and keeps the final newline as it was', () => {
  expect(appendToDocument('a\n', '\nb\n\n')).toBe('a\n\nb\n');
  expect(appendToDocument('a', 'b\n')).toBe('a\n\nb');
  expect(appendToDocument('a\r\n', 'b\nc')).toBe('a\r\n\r\nb\r\nc\r\n');
  expect(appendToDocument('', 'b\n')).toBe('b\n');
});

test('prepending leaves a byte-order mark and front matter first', () => {
  expect(prependToDocument('a\n', 'b')).toBe('b\n\na\n');
  expect(prependToDocument('\uFEFF---\nt: 1\n---\n\na', 'b')).toBe('\uFEFF---\nt: 1\n---\n\nb\n\na');
  expect(prependToDocument('', 'b')).toBe('b\n');
  expect(prependToDocument('---\nt: 1\n---\n', 'b')).toBe('---\nt: 1\n---\n\nb\n');
});

test('what a section asks for is the comment right under its heading', () => {
  const source =
    '# P\n\n<!-- One\nline. -->\n<!-- Two. -->\n\n## A\n\ntext\n\n## B\n\n```\n<!-- code -->\n```\n\n## C\n\n<!-- c -->\n\nc\n';
  expect(
    guidedOutline(source).map(({ section, guidance, written }) => [section.title, guidance, written]),
  ).toEqual([
    ['P', 'One line. Two.', 0],
    ['A', null, 4],
    ['B', null, expect.any(Number)],
    ['C', 'c', 1],
  ]);
});
