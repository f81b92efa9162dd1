import { expect, test } from '@jest/globals';
import katex from 'katex';
import { equationsAsText } from '../../../src/documents/equations.ts';

const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const math = 'http://schemas.openxmlformats.org/officeDocument/2006/math';
const r = (text: string, properties = '') => `<m:r>${properties}<m:t>${text}</m:t></m:r>`;
const e = (inside: string, name = 'e') => `<m:${name}>${inside}</m:${name}>`;

test.each([
  [`<m:sSup>${e(r('x'))}${e(r('2'), 'sup')}</m:sSup>`, 'x^{2}'],
  [`<m:sSubSup>${e(r('ab'))}${e(r('i'), 'sub')}${e(r('2'), 'sup')}</m:sSubSup>`, '{ab}_{i}^{2}'],
  [`<m:rad><m:deg/>${e(r('x+1'))}</m:rad>`, '\\sqrt{x+1}'],
  [`<m:rad>${e(r('3'), 'deg')}${e(r('x'))}</m:rad>`, '\\sqrt[3]{x}'],
  [`<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>${e(r('a'))}</m:d>`, '\\left[a\\right]'],
  [
    `<m:d>${e(`<m:m><m:mr>${e(r('1'))}${e(r('0'))}</m:mr><m:mr>${e(r('0'))}${e(r('1'))}</m:mr></m:m>`)}</m:d>`,
    '\\left(\\begin{matrix}1 & 0 \\\\ 0 & 1\\end{matrix}\\right)',
  ],
  [`<m:func>${e(r('sin'), 'fName')}${e(r('θ'))}</m:func>`, '\\sin {\\theta}'],
  [
    `<m:func>${e(`<m:limLow>${e(r('lim'))}${e(r('n→∞'), 'lim')}</m:limLow>`, 'fName')}${e(r('x'))}</m:func>`,
    '\\lim_{n\\to\\infty}{x}',
  ],
  [`<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr>${e(r('v'))}</m:acc>`, '\\vec{v}'],
  [`<m:bar><m:barPr><m:pos m:val="top"/></m:barPr>${e(r('x'))}</m:bar>`, '\\overline{x}'],
  [`<m:eqArr>${e(r('a&amp;=b'))}${e(r('c'))}</m:eqArr>`, '\\begin{aligned}a&=b \\\\ c\\end{aligned}'],
  [r('αx≤β'), '\\alpha x\\le\\beta'],
  [r('𝑥'), 'x'],
  [r('if ', '<m:rPr><m:nor/></m:rPr>'), '\\text{if }'],
  [`<m:unknown>${r('y')}</m:unknown>`, 'y'],
])('W9: an equation is TeX in its place: %s', (omml, tex) => {
  expect(katex.renderToString(tex, { throwOnError: true })).toContain('katex');
  const document = (body: string) =>
    `<w:document xmlns:w="${word}" xmlns:m="${math}"><w:p>${body}</w:p></w:document>`;
  const written = (mark: string) =>
    `<w:r><w:t xml:space="preserve">${`${mark}${tex}${mark}`.replaceAll('&', '&amp;')}</w:t></w:r>`;
  const before = '<w:r><w:t>so </w:t></w:r>';
  expect(equationsAsText(document(`${before}<m:oMath>${omml}</m:oMath>${before}`))).toBe(
    document(before + written('$') + before),
  );
  expect(equationsAsText(document(`<m:oMathPara><m:oMath>${omml}</m:oMath></m:oMathPara>`))).toBe(
    document(written('$$')),
  );
});

test('W9: a document without equations stays as it is, whatever its prefixes', () => {
  for (const text of [
    '<w:document><w:p/></w:document>',
    'no XML',
    `<a:document xmlns:m="${math}"><m:oMath></a:document>`,
  ]) {
    expect(equationsAsText(text)).toBe(text);
  }
});
