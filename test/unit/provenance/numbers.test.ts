import { expect, test } from '@jest/globals';
import { numbersOf } from '../../../src/domain/provenance/paper-numbers.ts';

const texts = (source: string) => numbersOf(source).numbers.map(({ text }) => text);
const values = (source: string) => numbersOf(source).numbers.map(({ value }) => value);

test.each<[source: string, numbers: [text: string, value: number, step: number][]]>([
  ['It is 3.15159.', [['3.15159', 3.15159, 0.00001]]],
  [
    'There are 200,000 and 1\u2009482 and 12\u202f000.',
    [
      ['200,000', 200_000, 1],
      ['1\u2009482', 1482, 1],
      ['12\u202f000', 12_000, 1],
    ],
  ],
  [
    'A slope of −0.471 and one of -3.2',
    [
      ['−0.471', -0.471, 0.001],
      ['-3.2', -3.2, 0.1],
    ],
  ],
  [
    'from 10-20 to 0.95–0.97',
    [
      ['10', 10, 1],
      ['20', 20, 1],
      ['0.95', 0.95, 0.01],
      ['0.97', 0.97, 0.01],
    ],
  ],
  [
    '3.2 × 10^-4 and 3.2×10⁻⁴',
    [
      ['3.2 × 10^-4', 0.00032, 0.00001],
      ['3.2×10⁻⁴', 0.00032, 0.00001],
    ],
  ],
  [
    '$4.2 \\times 10^{6}$ and 1.5e-5.',
    [
      ['4.2 \\times 10^{6}', 4_200_000, 100_000],
      ['1.5e-5', 0.000015, 0.000001],
    ],
  ],
  [
    '$N = 10^5$ and 10$^{-4}$',
    [
      ['10^5', 100_000, 1],
      ['10$^{-4}', 0.0001, 0.0001],
    ],
  ],
  [
    '$200{,}000$ or $12\\,345$',
    [
      ['200{,}000', 200_000, 1],
      ['12\\,345', 12_345, 1],
    ],
  ],
  [
    '45.2 % or 95\\% or 8.7 percent',
    [
      ['45.2 %', 45.2, 0.1],
      ['95\\%', 95, 1],
      ['8.7 percent', 8.7, 0.1],
    ],
  ],
  [
    '约12345人，产值3.2万元，共1.5亿，占百分之12.5',
    [
      ['12345', 12_345, 1],
      ['3.2万', 3.2, 0.1],
      ['1.5亿', 1.5, 0.1],
      ['12.5', 12.5, 0.1],
    ],
  ],
  ['2.3 million people', [['2.3 million', 2.3, 0.1]]],
  [
    '[3.13,3.15] with p < .05',
    [
      ['3.13', 3.13, 0.01],
      ['3.15', 3.15, 0.01],
      ['.05', 0.05, 0.01],
    ],
  ],
  [
    '12.5kg at 50Hz, 2.5x as much',
    [
      ['12.5', 12.5, 0.1],
      ['50', 50, 1],
      ['2.5', 2.5, 0.1],
    ],
  ],
  [
    '$y = 0.912x - 86.43$',
    [
      ['0.912', 0.912, 0.001],
      ['86.43', 86.43, 0.01],
    ],
  ],
  [
    '**0.81** and *12.5 %*',
    [
      ['0.81', 0.81, 0.01],
      ['12.5 %', 12.5, 0.1],
    ],
  ],
])('T5: %j holds these numbers', (source, expected) => {
  expect(numbersOf(source).numbers.map(({ text, value, step }) => [text, value, step])).toEqual(expected);
});

test.each([
  ['code', '`n=4711`, and\n\n```\n4711\n```\n\n    4711\n'],
  [
    'a link and its address',
    '<https://example.org/4711> and https://example.org/4711 and [here](http://a.b/4711)',
  ],
  ['citations', 'as shown [12], [3, 5] and [4–7], and by others [@smith2010] (Smith, 2010)'],
  ['headings', '# 4711 days\n\n## 3.2 Results\n\nSetext 12.5\n===\n'],
  ['the numbers of a list', '7. one\n8. two\n'],
  [
    'labels',
    'Figure 3, Figures 4 and 12, Table 2, Eq. (14), Section 2.1, step 12, model 2; 图3、表 2、公式(14)、第 3 节',
  ],
  ['exponents and indices', '$x_{12} + x^{34} + \\sum_{i=11}^{99} a_i$ and x_12'],
  ['letters with digits', 'PCG64, x2, 3D, COVID-19, H2O, the 12th'],
  [
    'dates and years alone',
    'On 2024-03-14, 14.03.2024, March 14, 2024, 3 May 2023, in 2019, at 12:30; 2024年3月14日, 5月8日',
  ],
  ['versions', 'Python 3.11, version 2.4, 1.26.4'],
  ['HTML', '<!-- 4711 -->\n\n<div data-n="4711">\n</div>\n'],
  ['front matter', '---\nn: 4711\n---\n\nText.\n'],
  ['names of files', 'see data/run_4711.csv and plot-12.png'],
  ['the reference list', '## References\n\n1. A. Writer, 44(247), 335–341.\n'],
  ['the reference list in Chinese', '# 论文\n\n## 参考文献\n\n[1] 某某. 某期刊, 44(247): 335–341.\n'],
])('T5: no number of %s is one of the paper', (_what, source) => {
  expect(texts(source)).toEqual([]);
});

test('T5: offsets are those of the file, in UTF-16 code units, behind front matter, quotes and other planes', () => {
  const source =
    '---\ntitle: a\n---\n\r\n> 𝑥 is\r\n> 1.25 and\r\n\n- item\n  2.5\n\n| a | b 🎲 |\n| - | - |\n| x\\|y 3.75 | **4.5** |\n';
  const { numbers } = numbersOf(source);
  expect(numbers.map(({ text }) => text)).toEqual(['1.25', '2.5', '3.75', '4.5']);
  for (const { start, end, text } of numbers) expect(source.slice(start, end)).toBe(text);
});

test('T5: what follows a reference list is prose again', () => {
  expect(values('## References\n\n12.5\n\n## Appendix\n\n13.5\n')).toEqual([13.5]);
});

test('T5: captions and footnotes are prose, and the figures of the workspace are found', () => {
  const { numbers, figures } = numbersOf(
    'See ![after 12.5 s](images/a%20b.png "t 3.5").[^1]\n\n![](https://x.y/z.png)\n\n[^1]: About 8.25 s.\n',
  );
  expect(numbers.map(({ text }) => text)).toEqual(['12.5', '8.25']);
  expect(figures.map(({ path }) => path)).toEqual(['images/a b.png']);
});

test.each([
  [
    '338.4 per 100,000 person-years, 278 per 100 000, 4.2 per 1,000, 11.3 in 100, 2.5 per million',
    [1e5, 1e5, 1e3, 100, 1e6],
  ],
  ['每10万人42.8例，每千人3.5例，病死率6.18‰', [1e5, 1e3, 1e3]],
  ['by 38.15 basis points, 12 bps, 25个基点', [1e4, 1e4, 1e4]],
  [
    '$2.85bn, €4.68m, £1.746 bn, 18.3k km, 25.6M parameters, 7.5B tokens',
    [1e-9, 1e-6, 1e-9, 1e-3, 1e-6, 1e-9],
  ],
])('T6: %s says by what each was multiplied', (source, times) => {
  expect(numbersOf(source).numbers.map(({ factors }) => factors)).toEqual(times.map((one) => [1, one]));
});

test.each([
  ['48 217 people, 84 317 264 in all', [48_217, 84_317_264]],
  ['100 200 300 4, or 3.5 120', [100, 200, 300, 4, 3.5, 120]],
  ['(4.732 ± 0.018) × 10^{-3} and (52.8 ± 1.3) kJ', [0.004732, 0.000018, 52.8, 1.3]],
  ['$(4.732 \\pm 0.018) \\times 10^{-3}$', [0.004732, 0.000018]],
  ['覆盖率４１.３％，３８．２６万吨', [41.3, 38.26]],
  ['412/500 right, 38.3μg/m³, 12.5kg/m³ and 3.75 g/cm3', [412, 500, 38.3, 12.5, 3.75]],
  ['directive 2002/49/EC, EU 561/2006', []],
  ['2 × 10.5 and 3 × 10', [2, 10.5, 3, 10]],
  ['2.5m long, 300 K, $0.4m$', [2.5, 300, 0.4]],
])('T5: %s is read so', (source, expected) => {
  expect(values(source)).toEqual(expected);
});

test('T6: a column or row that says percent, 万 or million says it for its cells', () => {
  const { numbers } = numbersOf(
    '| Share (%) | 产量（万吨） | n | Mass (10³ kg) | 质量（×10^{-3} g） |\n| --- | --- | --- | --- | --- |\n| 45.2 | 3.25 | 17 | 12.87 | 4.5 |\n\n| Item | Value |\n| --- | --- |\n| Cost (million €) | 306.1 |\n',
  );
  expect(numbers.map(({ text, factors }) => [text, factors])).toEqual([
    ['45.2', [1, 100]],
    ['3.25', [1, 1e-4]],
    ['17', [1]],
    ['12.87', [1, 1e-3]],
    ['4.5', [1, 1e3]],
    ['306.1', [1, 1e-6]],
  ]);
});
