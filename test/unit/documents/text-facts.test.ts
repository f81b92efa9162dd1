import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { isUnusual, sayTextFacts, textFactsOf } from '../../../src/documents/text-facts.ts';

async function facts(text: string | Buffer, { name = 'data.csv', encoding = 'utf-8' } = {}) {
  const bytes = typeof text === 'string' ? iconv.encode(text, encoding) : text;
  const found = await textFactsOf(name, async () => Readable.from([bytes]));
  if (found === null) throw new Error('no text');
  return found;
}

const said = async (...given: Parameters<typeof facts>) => sayTextFacts(await facts(...given));

test.each([
  ['a,b\n1,2\n', 'UTF-8; 2 columns separated by commas; in Python: pandas.read_csv(path, encoding="utf-8")'],
  [
    'a;b\n1,5;2\n',
    '2 columns separated by semicolons; decimal commas; in Python: pandas.read_csv(path, encoding="utf-8", sep=";", decimal=",")',
  ],
  ['x;y;z\n1,5;2,5;3,5\n0,1;0,2;0,3\n', '3 columns separated by semicolons; decimal commas'],
  ['a;b\n1.234,50;2\n3.000.000,1;2\n', 'decimal=",", thousands=".")'],
  ['a;b\n1.5;2\n', 'separated by semicolons; in Python: pandas.read_csv(path, encoding="utf-8", sep=";")'],
  ['a\tb\n1\t2\n', 'pandas.read_csv(path, encoding="utf-8", sep="\\t")'],
  ['a|b|c\n1|2|3\n', '3 columns separated by bars'],
  [
    'sep=;\na;b\n1;2\n',
    'its first line says the separator; in Python: pandas.read_csv(path, encoding="utf-8", sep=";", skiprows=1)',
  ],
  ['sep=,\r\na,b\r\n', 'separated by commas; its first line says the separator'],
  ['# made by x\na,b\n1,2\n', '2 columns separated by commas'],
  ['"a;b",c\n"1;2",3\n', '2 columns separated by commas'],
  ['x,y\r1,2\r3,4\r', '2 columns separated by commas; lines end with CR alone'],
])('W7: what separates columns and decimals is told: %j', async (text, sentence) => {
  expect(await said(text)).toContain(sentence);
});

test('W7: a text that is no table has its encoding told, by its Python name', async () => {
  const text = 'El niño comió una manzana en la montaña.\nY nada más.\n';
  expect(await said(text, { name: 'a.md', encoding: 'windows-1252' })).toBe(
    'Windows-1252; in Python: encoding="cp1252"',
  );
  expect((await facts('one, two\nthree\nfour, five, six\n')).table).toBeNull();
  expect((await facts('[\n1,\n2\n]')).table).toBeNull();
  expect((await facts('a;b\nc;d\n', { name: 'x.py' })).table).toBeNull();
});

test('W7: what every reader reads rightly needs no word', async () => {
  expect(isUnusual(await facts('a,b\n1,2\n'))).toBe(false);
  expect(isUnusual(await facts('\uFEFFa,b\r\n1,é\r\n'))).toBe(false);
  for (const unusual of ['a;b\n1;2\n', 'a,b\r1,2\r', 'sep=,\na,b\n', 'a,b\n1,\0\n1,2\n1,2\n']) {
    expect(isUnusual(await facts(unusual))).toBe(true);
  }
  expect(isUnusual(await facts('año,b\n1,2\n', { encoding: 'windows-1252' }))).toBe(true);
});
