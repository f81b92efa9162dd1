/** Brackets of formulas as pairs, for programs that know no single ones (O3, O4). */
import { expect, test } from '@jest/globals';
import { withPairs } from '../../../src/exports/paper/delimiters.ts';

test.each([
  ['|x|', '\\left|x\\right| '],
  ['\\|y\\|_1', '\\left\\|y\\right\\| _1'],
  ['\\lVert y\\rVert', '\\left\\| y\\right\\| '],
  ['2|x| + |y-z|^2', '2\\left|x\\right|  + \\left|y-z\\right| ^2'],
  ['P(A|B) + P(C|D)', 'P(A|B) + P(C|D)'],
  ['P\\left(A|B\\right)P\\left(C|D\\right)', 'P\\left(A|B\\right)P\\left(C|D\\right)'],
  ['\\{x : |x| < 1\\}', '\\{x : \\left|x\\right|  < 1\\}'],
  ['p | q, |r|', 'p | q, \\left|r\\right| '],
  ['\\frac{|a|}{b}', '\\frac{\\left|a\\right| }{b}'],
  ['a |b & c| d', 'a |b & c| d'],
  ['\\text{|x|}', '\\text{|x|}'],
])('O3: bars of %s', (tex, expected) => {
  expect(withPairs(tex, { all: false })).toBe(expected);
});

test.each([
  ['(t-8)^2', '\\left(t-8\\right) ^2'],
  ['f(g(x))', 'f\\left(g\\left(x\\right) \\right) '],
  ['x \\in [0,1)', 'x \\in \\left[0,1\\right) '],
  ['\\{0, 1\\}', '\\left\\{0, 1\\right\\} '],
  ['P(A | B)', 'P\\left(A | B\\right) '],
  ['\\sqrt[3]{(x)}', '\\sqrt[3]{\\left(x\\right) }'],
  ['a \\\\[2pt] b', 'a \\\\[2pt] b'],
  ['\\bigl(x\\bigr)', '\\bigl(x\\bigr)'],
  [')x(', ')x('],
])('O4: brackets of %s', (tex, expected) => {
  expect(withPairs(tex, { all: true })).toBe(expected);
});
