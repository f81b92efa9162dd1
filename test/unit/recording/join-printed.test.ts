import { expect, test } from '@jest/globals';
import type { Fact } from '../../../src/domain/provenance/types.ts';
import { joinPrinted } from '../../../src/recording/join-printed.ts';

const recorded = (name: string, value: string): Fact => ({ name, value, source: 'record', scriptLine: 3 });
const printed = (name: string, value: string, unit?: string): Fact => ({
  name,
  value,
  source: 'printed',
  line: 7,
  ...(unit === undefined ? {} : { unit }),
});

test.each([
  ['rounded', recorded('pi', '3.141592653589793'), printed('pi', '3.1416')],
  ['cut', recorded('share', '0.31279'), printed('share', '0.312')],
  ['as a percentage', recorded('share', '0.12345'), printed('share', '12.3', '%')],
  ['as it is', recorded('n', '200000'), printed('n', '200,000')],
  ['with an exponent', recorded('p', '-1.23456e-12'), printed('p', '-1.2e-12')],
])(
  'T2: a number that is recorded and printed %s is one fact, with both of its lines',
  (_how, full, shown) => {
    expect(joinPrinted([full], [shown])).toEqual({ recorded: [{ ...full, line: 7 }], printed: [] });
  },
);

test.each([
  ['under another name', recorded('pi', '3.14159'), printed('estimate', '3.1416')],
  ['with another value', recorded('pi', '3.14159'), printed('pi', '3.15')],
  ['and is no number', recorded('pi', 'nan'), printed('pi', '3.14')],
])('T2: what is printed %s stays a fact of its own', (_how, full, shown) => {
  expect(joinPrinted([full], [shown])).toEqual({ recorded: [full], printed: [shown] });
});

test('T2: of a name that is given again and again each print belongs to one record', () => {
  const facts = ['1.25', '2.25', '1.26'].map((value) => recorded('step', value));
  const lines = ['1.3', '2.3', '1.3', '1.3'].map((value, at) => ({
    ...printed('step', value),
    line: at + 1,
  }));
  const joined = joinPrinted(facts, lines);
  expect(joined.recorded.map(({ line }) => line)).toEqual([1, 2, 3]);
  expect(joined.printed).toEqual([lines[3]]);
});
