import { expect, test } from '@jest/globals';
import { fileFacts } from '../../../src/recording/file-facts.ts';

const found = (path: string, text: string) =>
  fileFacts(path, text).map(({ name, value }) => `${name} = ${value}`);

test('T2: numbers in JSON are named by where they stand, and keep the text that they have there', () => {
  expect(found('r.json', '{"a": {"b": [1.10, -2e5]}, "text": "3", "none": null, "yes": true}')).toEqual([
    'a.b[0] = 1.10',
    'a.b[1] = -2e5',
  ]);
  expect(fileFacts('out/r.json', '7')).toEqual([
    { name: 'value', value: '7', source: 'file', path: 'out/r.json' },
  ]);
});

test('T2: numbers in a table are named by column and row', () => {
  expect(found('r.csv', 'model,R2,RMSE\nlinear,0.90,1.5\n"a, b",0.95,n/a\n')).toEqual([
    'R2 (linear) = 0.90',
    'RMSE (linear) = 1.5',
    'R2 (a, b) = 0.95',
  ]);
  expect(found('r.tsv', 't\tx\n0\t1.5\n1\t2.5\n')).toEqual([
    't (row 1) = 0',
    'x (row 1) = 1.5',
    't (row 2) = 1',
    'x (row 2) = 2.5',
  ]);
  expect(found('r.csv', '1,2\n3,4\n')[3]).toBe('column 2 (row 2) = 4');
});

test('T2: what has more than 2,000 cells is data, and what is not what its name says has no facts', () => {
  const rows = (count: number) => `a,b\n${'1,2\n'.repeat(count)}`;
  expect(found('r.csv', rows(999))).toHaveLength(1_998);
  expect(found('r.csv', rows(1_000))).toEqual([]);
  expect(found('r.json', JSON.stringify(Array(2_000).fill(1)))).toHaveLength(2_000);
  expect(found('r.json', JSON.stringify(Array(2_001).fill(1)))).toEqual([]);
  expect(found('r.json', '{"a": 1')).toEqual([]);
  expect(found('r.json', '['.repeat(100_000))).toEqual([]);
  expect(found('r.csv', '')).toEqual([]);
  expect(found('r.csv', '\0\u{1f600}"')).toEqual([]);
});
