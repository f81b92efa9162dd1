/** Formulas as browsers set them (O3). */
import { expect, test } from '@jest/globals';
import { forBrowsers } from '../../../src/exports/program/html-formulas.ts';
import { htmlPage } from '../../../src/exports/program/html-page.ts';

test.each([
  ['A\\sin t+2\\cos t', 'A\\,\\sin\\, t+2\\,\\cos\\, t'],
  ['R\\sin(t+\\varphi)', 'R\\,\\sin(t+\\varphi)'],
  ['\\sin^{2}\\theta', '\\sin^{2}\\,\\theta'],
  ['-\\log_2 \\frac{a}{b}', '-\\log_2\\, \\frac{a}{b}'],
  ['\\ln\\ln x', '\\ln\\,\\ln\\, x'],
  ['\\lim\\limits_{x\\to 0} f', '\\lim\\limits_{x\\to 0}\\, f'],
  ['\\operatorname{Var}X+\\operatorname{Var}(X)', '\\operatorname{Var}\\,X+\\operatorname{Var}(X)'],
  ['\\max_{x\\in X} f', '\\max_{x\\in X}\\, f'],
  ['\\exp\\left(x\\right)=\\exp', '\\exp\\left(x\\right)=\\exp'],
])('O3: a name of a function does not touch what stands beside it, but for brackets: %s', (tex, expected) => {
  expect(forBrowsers(tex, tex)).toBe(expected);
});

test.each([
  'x_\\max',
  'e^\\sin',
  '\\sqrt\\det',
  '\\begin{cases}\\sin(x)\\end{cases}',
  '\\mathrm{max}',
  '\\maxima x',
])('O3: what an index, a root or another command takes stays what it takes: %s', (tex) => {
  expect(forBrowsers(tex, tex)).toBe(tex);
});

test('O3: fractions of a system are as large as in equations; those of cases are small', () => {
  const read = '\\begin{cases}\\frac{a}{b}=c\\end{cases}';
  const system = '\\left\\{\\begin{aligned}\\frac{a}{b}=c\\end{aligned}\\right.';
  expect(forBrowsers(read, system)).toBe('\\begin{cases}\\dfrac{a}{b}=c\\end{cases}');
  expect(forBrowsers(read, read)).toBe(read);
});

test('O2: on paper, code goes on below where it is wider than the page; on a phone, Chinese columns keep some width', () => {
  const parts = { plainTitle: '', authors: [], date: '', title: '', abstract: '', keywords: [], body: '' };
  const page = htmlPage({ language: 'zh', ...parts });
  expect(page).toMatch(/@media print \{[^\n]*pre \{ white-space: pre-wrap; \}/);
  expect(page).toMatch(/@media \(max-width: 40rem\) \{[^\n]*:is\(th, td\) \{ min-width: 4em; \}/);
});
