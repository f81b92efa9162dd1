import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MOST_FACTS } from '../../../src/domain/runs.ts';
import { readTold } from '../../../src/recording/told.ts';
import { pieceStore } from '../../../src/sandbox/docker/piece-store.ts';
import { TOLD_BYTES } from '../../../src/sandbox/types.ts';

const bytes = (...lines: unknown[]) => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const fact = (n: number) => ['fact', `n${n}`, '1', null, 1];

test('T2: facts and files are read in their order, and what was cut off in the middle of a line is left out', () => {
  const whole = bytes(
    ['fact', 'a', '1.5', 'm', 3],
    ['read', 'in.csv', null, 4, '99'],
    ['wrote', 'out.csv', 5],
  );
  expect(readTold(Buffer.concat([whole, Buffer.from('["fact", "b", "2')]), false)).toEqual({
    facts: [{ name: 'a', value: '1.5', unit: 'm', source: 'record', scriptLine: 3 }],
    opened: [
      { path: 'in.csv', how: 'read', size: 4, mtimeNs: '99' },
      { path: 'out.csv', how: 'wrote', scriptLine: 5 },
    ],
    moreFacts: false,
  });
});

test('T3: without its last word, what a run that exited has read is not known to be all', () => {
  expect(readTold(bytes(fact(1)), true).unseen).toMatch(/last word/);
  expect(readTold(bytes(fact(1)), false).unseen).toBeUndefined();
  expect(readTold(bytes(fact(1), ['end']), true).unseen).toBeUndefined();
});

test('T2: more facts than are kept, and more bytes than are kept, are said', () => {
  const many = Array.from({ length: MOST_FACTS + 1 }, (_, n) => fact(n));
  const told = readTold(bytes(...many, ['end']), true);
  expect(told.facts).toHaveLength(MOST_FACTS);
  expect(told).toMatchObject({ moreFacts: true });
  expect(told.unseen).toBeUndefined();
  const flooded = Buffer.concat([bytes(fact(1)), Buffer.alloc(TOLD_BYTES)]).subarray(0, TOLD_BYTES);
  expect(readTold(flooded, false)).toMatchObject({ moreFacts: true, unseen: expect.any(String) });
});

test('T2: no line that a run could write breaks the reader, or makes a fact without a name and a number', () => {
  const word = fc.constantFrom('fact', 'read', 'wrote', 'unseen', 'more', 'end');
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(word, fc.jsonValue(), fc.jsonValue()).map((item) => JSON.stringify(item)),
  );
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), (lines, ended) => {
      const { facts, opened } = readTold(Buffer.from(lines.join('\n')), ended);
      for (const { name, value } of facts) {
        expect(name.length).toBeGreaterThan(0);
        expect(value).toMatch(/\d|nan|inf/i);
      }
      for (const { path } of opened) expect(typeof path).toBe('string');
    }),
  );
});

test('T2: pieces that know their place come together however they come; what lies beyond the bound is left out', () => {
  const store = pieceStore(8);
  store.add({ offset: 4, bytes: Buffer.from('ef') });
  store.add({ offset: 7, bytes: Buffer.from('xy') });
  store.add({ offset: 999_999_999_999_999, bytes: Buffer.from('x') });
  expect(store.whole()).toEqual(Buffer.from('\0\0\0\0ef'));
  store.add({ offset: 0, bytes: Buffer.from('abcd') });
  expect(store.whole().toString()).toBe('abcdef');
});
