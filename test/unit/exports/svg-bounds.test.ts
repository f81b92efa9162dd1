/** Which drawings are not drawn (O10): those that end, or hold up for ever, whoever draws them. */
import { expect, test } from '@jest/globals';
import { whyNotDrawn } from '../../../src/exports/program/svg-bounds.ts';

const svg = (inside: string, attributes = 'width="200" height="100"') =>
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`;
const doubling = Array.from(
  { length: 30 },
  (_, index) => `<g id="a${index + 1}">${`<use xlink:href="#a${index}"/>`.repeat(2)}</g>`,
).join('');

test.each([
  ['a plot of many parts', svg('<path d="M0 0"/>'.repeat(20_000)), null],
  [
    'letters that are named ten thousand times',
    svg(`<defs><path id="m" d="M0 0"/></defs>${'<use xlink:href="#m" x="1"/>'.repeat(10_000)}`),
    null,
  ],
  [
    'a box in fine units on a page of usual size',
    svg('', 'width="210mm" height="297mm" viewBox="0 0 21000 29700"'),
    null,
  ],
  ['a gradient', svg('<linearGradient id="g"/><rect fill="url(#g)"/>'), null],
  [
    '100,000 groups in each other',
    svg('<g>'.repeat(100_000) + '</g>'.repeat(100_000)),
    'is nested too deeply',
  ],
  [
    'parts that name each other, doubled 30 times',
    svg(`<rect id="a0"/>${doubling}<use href="#a30"/>`),
    'names its parts too often',
  ],
  ['a part that names itself', svg('<g id="a"><use href="#a"/></g>'), 'names its parts too often'],
  [
    'patterns in each other',
    svg('<pattern id="a"><rect fill="url(#b)"/></pattern><pattern id="b"><rect fill="url(#a)"/></pattern>'),
    'names its parts too often',
  ],
  ['a side of 1e9', svg('', 'width="1e9" height="1e9"'), 'is too large'],
  ['a side of many digits', svg('', `width="${'9'.repeat(9)}" height="1"`), 'is too large'],
  ['no size and a huge box', svg('', 'viewBox="0 0 1000000 1000000"'), 'is too large'],
  ['an entity bomb', `<!DOCTYPE svg [<!ENTITY a "x">]>${svg('&a;')}`, 'defines entities'],
])('O10: %s', (_, text, expected) => {
  expect(whyNotDrawn(text)).toBe(expected);
});

test('O10: it is told in time that grows with the text', () => {
  const chain = (length: number) =>
    svg(Array.from({ length }, (_, index) => `<g id="a${index}"><use href="#a${index + 1}"/></g>`).join(''));
  expect(whyNotDrawn(chain(60_000))).toBe('names its parts too often');
});
