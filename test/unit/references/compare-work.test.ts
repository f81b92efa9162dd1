/** Whether a reference and a work that a source knows are one (O6). */
import { expect, test } from '@jest/globals';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import { arxivId, comparedOf, differences } from '../../../src/domain/references/compare-work.ts';
import type { FoundWork } from '../../../src/domain/references/found-work.ts';
import { listReferences, MOST_LISTED } from '../../../src/domain/references/list-references.ts';
import { plainMarkup } from '../../../src/domain/references/markup.ts';
import {
  fingerprintOf,
  type ReferenceVerdict,
  verdictInWords,
} from '../../../src/domain/references/verdict.ts';

function comparedIn(fields: string) {
  const [entry] = readBibtex(`@article{k, ${fields}}`).entries;
  if (entry === undefined) throw new Error('no entry');
  return comparedOf(entry);
}

const found = (
  title: string,
  people: string[] = [],
  years: number[] = [],
  more: Partial<FoundWork> = {},
): FoundWork => ({
  source: 'crossref',
  type: 'article',
  retracted: false,
  title,
  people,
  years,
  ...more,
});

const ERDOS = "author={Erd\\H{o}s, P. and R{\\'e}nyi, A.}, title={On random graphs}, year=1959";

test.each<[string, string, FoundWork, string[]]>([
  ['accents of TeX', ERDOS, found('On Random Graphs', ['Erdős, Paul'], [1959]), []],
  ['accents left out', ERDOS, found('On random graphs.', ['Erdos, P'], [1959]), []],
  [
    'letters that are no accents',
    'author={S{\\o}rensen, T.}, title={Gr{\\o}n stra{\\ss}e}',
    found('Gron strasse', ['Sorensen, T.']),
    [],
  ],
  [
    'capitals and braces',
    'title={{BERT}: Pre-training of {Deep} Transformers}',
    found('BERT: pre-training of deep transformers'),
    [],
  ],
  [
    'a subtitle left out',
    'title={The art of computer programming}',
    found('The art of computer programming', [], [], { subtitle: 'Fundamental algorithms' }),
    [],
  ],
  [
    'a subtitle that the source lacks',
    'title={Thinking in systems: A primer}',
    found('Thinking in systems'),
    [],
  ],
  [
    'a subtitle of its own field',
    'title={Thinking in systems}, subtitle={A primer}',
    found('Thinking in Systems: A Primer'),
    [],
  ],
  [
    'a subtitle behind a dash',
    'title={Statistical learning --- theory and use of it}',
    found('Statistical learning'),
    [],
  ],
  [
    'a long title with a slip',
    'title={A simple proof of the four colour theorem}',
    found('A simple proof of the four color theorem'),
    [],
  ],
  [
    'another title',
    'title={A simple proof of the prime number theorem}',
    found('A simple proof of the four color theorem'),
    ['title'],
  ],
  [
    'part I for part II',
    'title={On the theory of quantum measurement of light, Part I}',
    found('On the theory of quantum measurement of light, Part II'),
    ['title'],
  ],
  [
    'part 2 for part II',
    'title={On the theory of measurement, Part 2}',
    found('On the theory of measurement, Part II'),
    [],
  ],
  [
    'a short title that many begin with',
    'title={Introduction: graphs}',
    found('Introduction: matroids'),
    ['title'],
  ],
  [
    'greek letters by their names',
    'title={The $\\beta$-decay of $^{14}$C and $\\mu$ mesons}',
    found('The β-decay of 14C and μ mesons'),
    [],
  ],
  [
    'a Chinese title',
    'author={张三}, title={基于深度学习的图像识别}, year=2020',
    found('基于深度学习的图像识别', ['张三'], [2020]),
    [],
  ],
  [
    'another Chinese author',
    'author={李四}, title={基于深度学习的图像识别}',
    found('基于深度学习的图像识别', ['张三']),
    ['author'],
  ],
  [
    'a Chinese name transcribed',
    'author={张三}, title={Image recognition}',
    found('Image recognition', ['Zhang, San']),
    [],
  ],
  [
    'initials',
    'author={D. E. Knuth}, title={Literate programming}',
    found('Literate Programming', ['Knuth, Donald Ervin']),
    [],
  ],
  [
    'the parts of a name the other way round',
    'author={Zhang Wei}, title={T}',
    found('T', ['Zhang, Wei']),
    [],
  ],
  [
    'a particle',
    'author={van der Waals, J. D.}, title={T}',
    found('T', ['Waals, Johannes Diderik van der']),
    [],
  ],
  ['a second surname', "author={Garc{\\'i}a, G.}, title={T}", found('T', ['García Márquez, Gabriel']), []],
  ['another first author', ERDOS, found('On random graphs', ['Gilbert, E. N.'], [1959]), ['author']],
  [
    'the second author put first',
    ERDOS,
    found('On random graphs', ['Rényi, A.', 'Erdős, P.'], [1959]),
    ['author'],
  ],
  ['a collaboration', 'author={{ATLAS Collaboration}}, title={T}', found('T', ['Aad, G.']), []],
  [
    'a body in braces',
    'author={{World Health Organization}}, title={T}',
    found('T', ['World Health Organization']),
    [],
  ],
  ['nobody named', 'title={T}, year=2000', found('T', ['Somebody, S.'], [2000]), []],
  ['the year of its appearance online', 'title={T}, year=2018', found('T', [], [2020, 2019]), []],
  ['the year of the preprint, two before', 'title={T}, year=2017', found('T', [], [2019]), ['year']],
  ['a year that the source lacks', 'title={T}, year=2018', found('T'), []],
  ['a year with a letter', 'title={T}, year={2018a}', found('T', [], [2018]), []],
  ['a work in press', 'title={T}, year={in press}', found('T', [], [2018]), []],
  ['a date', 'title={T}, date={2018-05-01}', found('T', [], [2016]), ['year']],
])('O6: %s', (_what, fields, work, differing) => {
  expect(differences(comparedIn(fields), work)).toEqual(differing);
});

test.each([
  ['eprint={1706.03762v5}, archiveprefix={arXiv}', '1706.03762'],
  ['eprint={math/0309136}', 'math/0309136'],
  ['eprint={12345678}, eprinttype={pubmed}', null],
  ['journal={arXiv preprint arXiv:2005.14165}', '2005.14165'],
  ['url={https://arxiv.org/abs/2005.14165v2}', '2005.14165'],
  ['url={https://arxiv.org/pdf/2005.14165.pdf}', '2005.14165'],
  ['url={https://example.org/2005.14165}', null],
])('O6: %s is the preprint %s', (fields, id) => {
  expect(comparedIn(`title={T}, ${fields}`).arxiv).toBe(id);
});

test('O6: an id that goes on is none', () => {
  expect(arxivId('1706.03762abc')).toBeNull();
});

test.each([
  [
    'Observation of <mml:math xmlns:mml="x" display="inline"><mml:mi>B</mml:mi><mml:mo>→</mml:mo><mml:mi>K</mml:mi></mml:math> decays',
    'Observation of B→K decays',
  ],
  ['A <i>Drosophila</i> model of H<sub>2</sub>O', 'A Drosophila model of H2O'],
  ['Science &amp;amp; society &lt;i&gt;now&lt;/i&gt;', 'Science & society now'],
  ['If a < b and b > c, then', 'If a < b and b > c, then'],
  ['<jats:title>Abstract</jats:title><jats:p>We show &#x3b1; &#945;.</jats:p>', 'Abstract We show α α.'],
  ['x <tex-math>\\alpha</tex-math><mml:math><mml:mi>α</mml:mi></mml:math> y', 'x α y'],
  ['broken &#99999999; &nonsense; <', 'broken &#99999999; &nonsense; <'],
])('O6: a title with markup (%s) says %s', (text, says) => {
  expect(plainMarkup(text, 200)).toBe(says);
});

test('O6: markup costs what its length says, whatever it is', () => {
  const began = performance.now();
  for (const hostile of ['<tex-math>', '&amp;', '<a ', '<tex-math ', '</annotation>'])
    plainMarkup(hostile.repeat(100_000), 1_200);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('O6: a verdict holds for what was compared: a page more in an entry does not change it, another title does', () => {
  const one = fingerprintOf(comparedIn('title={A}, author={X}, year=2000'));
  expect(fingerprintOf(comparedIn('title={{A}}, author={X}, year={2000}, pages={1--2}'))).toBe(one);
  expect(fingerprintOf(comparedIn('title={B}, author={X}, year=2000'))).not.toBe(one);
});

test.each<[ReferenceVerdict, string]>([
  [
    { verdict: 'verified', source: 'doi', found: { title: 'T', doi: '10.1000/x' } },
    '@k is known (doi.org), and title, first author and year agree. Its DOI is 10.1000/x.',
  ],
  [
    {
      verdict: 'mismatch',
      source: 'crossref',
      fields: ['year', 'author'],
      found: { title: 'T', author: 'Y, Z.', year: 1999 },
    },
    '@k differs from what is known of it (Crossref): the year is 1999, and not 2000; the first author is "Y, Z.", and not "X". Mend it, or cite the work that was meant.',
  ],
  [
    { verdict: 'not_found' },
    '@k was found nowhere; it may exist all the same, for the sources do not list everything. Make sure of it.',
  ],
  [
    { verdict: 'unchecked', reason: 'no_answer', unanswered: ['openalex', 'arxiv'] },
    '@k is not looked up yet: the sources gave no answer. No answer came from OpenAlex, arXiv.',
  ],
])('O6: the verdict %j is said in one sentence', (verdict, says) => {
  expect(verdictInWords('k', comparedIn('title={T}, author={X}, year=2000'), verdict)).toBe(says);
});

test('O6: references are listed in their order, each with its verdict, one that was never asked about as unchecked', () => {
  const source =
    '@misc{a, title={First}, author={X, Y. and Z}, year=2000}\n\n@misc{b, title={{Second} one}, date={2001-02}}\n';
  const verdict: ReferenceVerdict = { verdict: 'verified', source: 'doi' };
  const kept = [[fingerprintOf(comparedIn('title={First}, author={X, Y.}, year=2000')), verdict] as const];
  const { items, total } = listReferences(source, kept);
  expect(total).toBe(2);
  expect(items).toMatchObject([
    { key: 'a', line: 1, title: 'First', author: 'X, Y.', year: '2000', verdict },
    { key: 'b', line: 3, title: 'Second one', author: '', year: '2001', verdict: { verdict: 'unchecked' } },
  ]);
  const many = Array.from({ length: MOST_LISTED + 1 }, (_, at) => `@misc{k${at}, title={T}}\n`).join('');
  const long = listReferences(many, []);
  expect([long.items.length, long.total]).toEqual([MOST_LISTED, MOST_LISTED + 1]);
});
