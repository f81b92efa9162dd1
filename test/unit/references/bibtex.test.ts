/** references.bib as it is written (O6): what is read of it, and what is said of what cannot be read. */
import { expect, test } from '@jest/globals';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';

function read(source: string) {
  return readBibtex(source).entries.map(({ type, key, line, fields }) => [
    type,
    key,
    line,
    Object.fromEntries([...fields].map(([name, { value }]) => [name, value])),
  ]);
}

test.each<[string, string, unknown[]]>([
  [
    'braces, quotes, numbers',
    '@Article{a, Title={A {B} c}, note="x {"} y", year=1999,\n}',
    [['article', 'a', 1, { title: 'A {B} c', note: 'x {"} y', year: '1999' }]],
  ],
  [
    'months and strings of its own',
    '@string{j = "J. of "}\n@article{a, month = jan, journal = j # {X}}',
    [['article', 'a', 2, { month: 'jan', journal: 'J. of X' }]],
  ],
  ['parentheses', '@book(b, title = {T})', [['book', 'b', 1, { title: 'T' }]]],
  [
    'comments, preambles and text between',
    'Text @home.\n@comment{x {y}}\n@preamble{"\\\\a"}\n@misc{m,}\n',
    [['misc', 'm', 4, {}]],
  ],
  [
    'keys with signs and other scripts',
    '@misc{doi:10.1/a_b, x={1}}\n@misc{华罗庚1957, title={堆垒素数论}}',
    [
      ['misc', 'doi:10.1/a_b', 1, { x: '1' }],
      ['misc', '华罗庚1957', 2, { title: '堆垒素数论' }],
    ],
  ],
  ['a field twice: the first counts', '@misc{m, a={1}, a={2}}', [['misc', 'm', 1, { a: '1' }]]],
  ['escaped braces', '@misc{m, a={x \\} y}}', [['misc', 'm', 1, { a: 'x \\} y' }]]],
])('O6: %s', (_what, source, entries) => {
  expect(read(source)).toEqual(entries);
  expect(readBibtex(source).faults).toEqual([]);
});

test.each<[string, string, [number, RegExp][], string[]]>([
  ['a brace that is never closed', '@misc{a, title = {T}\n\n@misc{b, x={1}}', [[1, /not closed/]], ['b']],
  ['a value that is never closed', '@misc{a,\n title = {T\n}\n@misc{b, x={1}}', [[1, /not closed/]], ['b']],
  ['a missing comma', '@misc{a,\n x={1}\n y={2}}\n@misc{b,}', [[3, /field x of a/]], ['b']],
  ['no key', '@misc{, x={1}}\n@misc{b,}', [[1, /no key/]], ['b']],
  ['a value that is none', '@misc{a, x=,}\n@misc{b,}', [[1, /value/]], ['b']],
])('O6: %s is a fault with its line, and what follows is read', (_what, source, faults, keys) => {
  const made = readBibtex(source);
  expect(made.faults.map(({ line }) => line)).toEqual(faults.map(([line]) => line));
  for (const [index, [, message]] of faults.entries()) expect(made.faults[index]?.message).toMatch(message);
  expect(made.entries.map(({ key }) => key)).toEqual(keys);
});

test('O6: an entry knows where it stands, so that the text around it can stay', () => {
  const source = '% mine\n@misc{a, x={1}}\n';
  const [entry] = readBibtex(source).entries;
  expect(source.slice(entry?.start, entry?.end)).toBe('@misc{a, x={1}}');
});
