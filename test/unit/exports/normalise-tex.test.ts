/** TeX that KaTeX shows, as pandoc's reader of formulas takes it (O3). */
import { expect, test } from '@jest/globals';
import { macrosOf } from '../../../src/domain/markdown/tex.ts';
import { normaliseTex } from '../../../src/exports/paper/normalise-tex.ts';

test.each([
  ['\\frac{a}{b}', '\\frac{a}{b}'],
  ['\\dfrac{1}{2}+\\tfrac12', '\\frac{1}{2}+\\frac{1}{2}'],
  ['\\cfrac{1}{1+\\cfrac{1}{x}}', '\\frac{1}{1+\\frac{1}{x}}'],
  ['\\argmax_x f', '\\operatorname*{arg\\,max}_x f'],
  ['\\bm x^\\top', '\\boldsymbol{x}^\\top'],
  ['\\textcolor{red}{x_{1}} + \\color{blue} y', 'x_{1} +  y'],
  ['\\begin{vmatrix}a&b\\\\c&d\\end{vmatrix}', '\\left|\\begin{matrix}a&b\\\\c&d\\end{matrix}\\right|'],
  ['\\left\\{\\begin{aligned}a&=b\\\\c&=d\\end{aligned}\\right.', '\\begin{cases}a=b\\\\c=d\\end{cases}'],
  ['\\begin{multline}a\\\\+d\\end{multline}', '\\begin{gather}a\\\\+d\\end{gather}'],
  ['\\begin{aligned}[t]a&=b\\end{aligned}', '\\begin{aligned}a&=b\\end{aligned}'],
  ['a \\label{eq:x} \\nonumber % a remark\n+ 5\\%', 'a   + 5\\%'],
  ['\\ce{H2O -> H+ + OH-}', '\\mathrm{H_{2}O \\rightarrow  H^{+} + OH^{-}}'],
  ['\\href{javascript:alert(1)}{x}', 'x'],
  ['\\\\argmax', '\\\\argmax'],
  ['\\phantom', '\\phantom'],
])('O3: %s', (tex, expected) => {
  expect(normaliseTex(tex, {}).tex).toBe(expected);
});

test.each([
  ['\\begin{cases}a\\\\b\\end{cases}', '\\begin{cases}a & \\\\b & \\end{cases}'],
  ['\\begin{cases}1,& x\\\\0,& y\\end{cases}', '\\begin{cases}1,&\\quad  x\\\\0,&\\quad  y\\end{cases}'],
  ['a \\& b \\\\ c & \\text{R \\& D}', 'a \\text{\\&} b \\\\ c & \\text{R \\& D}'],
])('O3: %s for typst, whose cases have two columns and whose ampersands are marks', (tex, expected) => {
  expect(normaliseTex(tex, {}, 'typst').tex).toBe(expected);
});

test('O3: LaTeX is given what it knows as it was written', () => {
  const tex =
    '\\dfrac{a}{b} \\begin{vmatrix}a\\end{vmatrix} \\left\\{\\begin{aligned}a&=b\\end{aligned}\\right.';
  expect(normaliseTex(tex, {}, 'latex').tex).toBe(tex);
  expect(normaliseTex('\\href{javascript:alert(1)}{x}', {}, 'latex').tex).toBe('x');
});

test('O3: a tag is what stands beside the formula, and no part of it', () => {
  expect(normaliseTex('a=b \\tag{2.1}', {})).toEqual({ tex: 'a=b', tag: '2.1' });
  expect(normaliseTex('a=b', {})).toEqual({ tex: 'a=b', tag: null });
});

test('O3: macros of the document are put in with their arguments; one that means itself ends', () => {
  const macros = macrosOf('$\\newcommand{\\E}[1]{\\mathbb{E}\\left[#1\\right]}$ $\\def\\loop{\\loop x}$');
  expect(normaliseTex('\\E{X^{2}} + \\E Y', macros).tex).toBe(
    '{\\mathbb{E}\\left[X^{2}\\right]} + {\\mathbb{E}\\left[Y\\right]}',
  );
  expect(normaliseTex('\\loop', macros).tex.length).toBeLessThan(200);
});

test('O3: formulas that grow without end, or are very long, are left as they are', () => {
  const macros = { '\\a': '\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b', '\\b': '\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a' };
  expect(normaliseTex('\\a', macros).tex).toBe('\\a');
  const long = 'x'.repeat(30_000);
  expect(normaliseTex(long, {}).tex).toBe(long);
});
