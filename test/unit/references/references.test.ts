/** references.bib checked from it alone, and added to (O6). */
import { expect, test } from '@jest/globals';
import { addReferences, keyOf } from '../../../src/domain/references/add-reference.ts';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import { checkReferences } from '../../../src/domain/references/check-references.ts';
import { doiOf, familyOf, peopleOf, plainValue } from '../../../src/domain/references/plain-text.ts';

const GOOD = 'author={Knuth, D. E.}, title={Literate Programming}, journal={The Computer Journal}, year=1984';

function codes(source: string, cited: string[] = ['a', 'b']): string[] {
  return checkReferences(readBibtex(source), new Set(cited), 2026).map(
    ({ code, key }) => `${code} ${key ?? ''}`,
  );
}

test.each<[string, string, string[]]>([
  ['a good entry', `@article{a, ${GOOD}, doi={10.1093/comjnl/27.2.97}}`, []],
  ['a DOI with its address', `@article{a, ${GOOD}, doi={https://doi.org/10.1093/comjnl/27.2.97}}`, []],
  ['something else in the place of a DOI', `@article{a, ${GOOD}, doi={see web}}`, ['bib_doi_wrong a']],
  ['an article without journal and year', '@article{a, author={X}, title={T}}', ['bib_field_missing a']],
  ['a preprint', '@article{a, author={X}, title={T}, eprint={2001.00001}, year=2020}', []],
  ['a date instead of a year', '@article{a, author={X}, title={T}, journal={J}, date={2020-01-03}}', []],
  ['an empty field is none', '@misc{a, title={}}', ['bib_field_missing a']],
  ['an entry that inherits', '@inproceedings{a, author={X}, title={T}, crossref={p}}', []],
  ['a year that is none', '@misc{a, title={T}, year={20l4}}', ['bib_year_wrong a']],
  ['a year to come', '@misc{a, title={T}, year={2030}}', ['bib_year_wrong a']],
  ['a work in press', '@misc{a, title={T}, year={in press}}', []],
  ['a key twice', '@misc{a, title={T}}\n@misc{a, title={U}}', ['bib_key_twice a']],
  [
    'a work twice by its DOI',
    '@misc{a, title={T}, doi={10.1000/X}}\n@misc{b, title={U}, doi={10.1000/x}}',
    ['bib_same_work b'],
  ],
  [
    'a work twice by its title',
    '@misc{a, title={{Lit}erate: programming}, year=1984}\n@misc{b, title={Literate Programming}, year=1984}',
    ['bib_same_work b'],
  ],
  [
    'two volumes of other years',
    '@misc{a, title={A long title}, year=1984}\n@misc{b, title={A long title}, year=1985}',
    [],
  ],
  ['an entry that is never cited', '@misc{c, title={T}}', ['bib_unused c']],
  ['what cannot be read', '@misc{a, title={T}', ['bibliography_unreadable ']],
])('O6: %s', (_what, source, items) => {
  expect(codes(source)).toEqual(items);
});

test.each([
  ['{\\"O}zg{\\"u}r \\& {S}{\\\'a}nchez', 'Özgür & Sánchez'],
  ['Erd\\H{o}s, P. and \\v{C}ech', 'Erdős, P. and Čech'],
  ['pp.~335--341', 'pp. 335–341'],
  ['Stra{\\ss}e', 'Straße'],
])('O6: the value %s says %s', (value, says) => {
  expect(plainValue(value)).toBe(says);
});

test('O6: people, their family names, and DOIs', () => {
  expect(peopleOf('Knuth, Donald E. and Leslie Lamport and others').map(familyOf)).toEqual([
    'Knuth',
    'Lamport',
  ]);
  expect(familyOf('华罗庚')).toBe('华罗庚');
  expect(doiOf('doi:10.1000/ABC')).toBe('10.1000/abc');
  expect(doiOf('10.1/x')).toBeNull();
});

function added(source: string, bibtex: string) {
  const made = addReferences(source, bibtex);
  if (!made.ok) throw new Error(made.reason);
  return made;
}

test("O6: an entry is added behind what stands there, and a person's text stays byte for byte", () => {
  const mine = '% mine, in my order\r\n@book{ b ,title= "T" }\r\n';
  const { source, entries } = added(mine, `@article{knuth84,\n  ${GOOD}\n}`);
  expect(source).toBe(`${mine}\r\n@article{knuth84,\r\n  ${GOOD}\r\n}\r\n`);
  expect(entries).toEqual([{ key: 'knuth84', how: 'added', title: 'Literate Programming' }]);
});

test('O6: a work that is there already is named by its key, and nothing is written', () => {
  const source = `@article{mine, ${GOOD}, doi={10.1093/comjnl/27.2.97}}\n`;
  for (const other of [
    '@misc{x, title={Other}, doi={https://doi.org/10.1093/COMJNL/27.2.97}}',
    '@misc{x, title={{L}iterate programming.}, year=1984}',
  ]) {
    const made = added(source, other);
    expect(made.source).toBe(source);
    expect(made.entries).toMatchObject([{ key: 'mine', how: 'there' }]);
  }
});

test('O6: a key that another work has, or that cannot be cited, is made of author, year and title, each time the same', () => {
  const source = '@misc{a, title={Something else}}\n';
  const first = added(source, `@article{a, ${GOOD}}`);
  expect(first.entries[0]?.key).toBe('knuth1984literate');
  expect(first.source).toContain('@article{knuth1984literate, author');
  expect(added(first.source, `@article{a, ${GOOD}}`).source).toBe(first.source);
  const clash = added(first.source, '@article{a, author={Knuth, D.}, title={Literate what}, year=1984}');
  expect(clash.entries[0]?.key).toBe('knuth1984literate-2');
  expect(
    keyOf({
      fields:
        readBibtex('@misc{x, author={华罗庚}, title={堆垒素数论}, year={1957}}').entries[0]?.fields ??
        new Map(),
    }),
  ).toBe('华罗庚1957堆垒素数论');
});

test.each([
  ['no BibTeX at all', 'Knuth 1984', /No entry/],
  ['a broken entry', '@article{a, title={T}', /line 1/],
  ['too much', 'x'.repeat(50_001), /At most/],
])('O6: %s is refused with a sentence', (_what, bibtex, reason) => {
  expect(addReferences('', bibtex)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});
