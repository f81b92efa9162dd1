import { expect, test } from '@jest/globals';
import { pictureOf } from '../../../bench/picture.ts';

const figures = [
  { what: 'PaperAgent: send → first token, p50', value: 18.5, unit: 'ms' as const },
  { what: 'A & <B>: send → first token, p50', value: 37, unit: 'ms' as const },
  { what: 'PaperAgent: chunk lag, p99', value: 9.5, unit: 'ms' as const },
  { what: 'A & <B> could not be measured', value: 0, unit: 'runs' as const },
];

test('a picture of figures has a bar for each, as long as its figure, under the names of who took part', () => {
  const svg = pictureOf(figures) ?? '';
  const [own, other, ...more] = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
  expect(more).toEqual([]);
  expect(Number(other) / Number(own)).toBeCloseTo(2, 2);
  const words = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(words).toEqual([
    'send → first token, p50 (shorter is better)',
    'PaperAgent',
    '18.5 ms',
    'A &#38; &#60;B&#62;',
    '37.0 ms',
  ]);
});

test('where nobody was measured beside another there is no picture', () => {
  expect(pictureOf(figures.slice(2))).toBeUndefined();
});
