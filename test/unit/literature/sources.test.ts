/** Answers of the sources (O6) as they give them, and what is read of each. */
import { expect, test } from '@jest/globals';
import { addReferences } from '../../../src/domain/references/add-reference.ts';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import type { FoundWork } from '../../../src/domain/references/found-work.ts';
import { bibtexOf } from '../../../src/domain/references/write-bibtex.ts';
import { Unreadable } from '../../../src/literature/source.ts';
import { arxiv } from '../../../src/literature/sources/arxiv.ts';
import { crossref } from '../../../src/literature/sources/crossref.ts';
import { doi } from '../../../src/literature/sources/doi.ts';
import { openalex } from '../../../src/literature/sources/openalex.ts';
import { semanticScholar } from '../../../src/literature/sources/semantic-scholar.ts';
import { ATTENTION, crossrefList, KNUTH, RETRACTED } from '../../support/literature.ts';

const bodyOf = (played: ReturnType<typeof crossrefList>) =>
  JSON.stringify((played as { json: unknown }).json);

test('O6: works of Crossref, with their notices', () => {
  const [knuth, retracted] = crossref.read(
    bodyOf(crossrefList(KNUTH, RETRACTED, { DOI: '10.1000/untitled' })),
  );
  expect(knuth).toEqual({
    source: 'crossref',
    title: 'Literate Programming',
    people: ['Knuth, D. E.'],
    years: [1984],
    type: 'article',
    doi: '10.1093/comjnl/27.2.97',
    container: 'The Computer Journal',
    volume: '27',
    number: '2',
    pages: '97-111',
    publisher: 'Oxford University Press (OUP)',
    retracted: false,
  });
  expect(retracted).toMatchObject({ retracted: true, years: [2020] });
  const corrected = { ...KNUTH, 'updated-by': [{ type: 'correction', DOI: '10.1000/c' }] };
  expect(crossref.read(bodyOf(crossrefList(corrected)))[0]).toMatchObject({ retracted: false });
  expect(
    crossref.read(bodyOf(crossrefList({ ...KNUTH, title: ['RETRACTED: Ileal hyperplasia'] })))[0],
  ).toMatchObject({ retracted: true });
});

test('O6: a record of a DOI agency, whose title and people may be written in another way', () => {
  expect(doi.read(JSON.stringify(ATTENTION))).toMatchObject([
    {
      source: 'doi',
      title: 'Attention Is All You Need',
      people: ['Vaswani, Ashish', 'Shazeer, Noam'],
      arxiv: '1706.03762',
      doi: '10.48550/arxiv.1706.03762',
      type: 'misc',
    },
  ]);
  const body = {
    title: 'The $\\mu$ problem',
    author: [{ literal: 'CERN' }],
    issued: { 'date-parts': [['2019']] },
  };
  expect(doi.read(JSON.stringify(body))).toMatchObject([
    { title: 'The μ problem', people: ['CERN'], years: [2019] },
  ]);
});

test('O6: works of OpenAlex, alone and in a list', () => {
  const work = {
    id: 'https://openalex.org/W2163605009',
    doi: 'https://doi.org/10.1145/3065386',
    display_name: 'ImageNet classification with deep convolutional neural networks',
    publication_year: 2017,
    type: 'article',
    is_retracted: false,
    authorships: [
      {
        author_position: 'first',
        author: { id: 'https://openalex.org/A1', display_name: 'Alex Krizhevsky' },
      },
    ],
    primary_location: {
      source: { display_name: 'Communications of the ACM', type: 'journal', host_organization_name: 'ACM' },
    },
    biblio: { volume: '60', issue: '6', first_page: '84', last_page: '90' },
    abstract_inverted_index: { We: [0], trained: [1], a: [2, 5], large: [3], 'network,': [4] },
  };
  const read = {
    source: 'openalex',
    title: 'ImageNet classification with deep convolutional neural networks',
    people: ['Krizhevsky, Alex'],
    years: [2017],
    type: 'article',
    doi: '10.1145/3065386',
    container: 'Communications of the ACM',
    volume: '60',
    number: '6',
    pages: '84-90',
    publisher: 'ACM',
    abstract: 'We trained a large network, a',
    retracted: false,
  };
  expect(openalex.read(JSON.stringify(work))).toEqual([read]);
  expect(openalex.read(JSON.stringify({ meta: { count: 1 }, results: [work] }))).toEqual([read]);
  // A title's commas would be filters of their own.
  expect(openalex.byTitle?.({ title: 'Graphs, trees | "forests"', family: '' }).query?.filter).toBe(
    'title.search:Graphs trees forests',
  );
  expect(openalex.identify({ contact: 'a@b.org', key: 'k' })).toEqual({
    query: { mailto: 'a@b.org', api_key: 'k' },
  });
});

test('O6: works of Semantic Scholar', () => {
  const work = {
    paperId: '204e3073870fae3d05bcbc2f6a8e263d9b72e776',
    externalIds: { ArXiv: '1706.03762', DBLP: 'conf/nips/VaswaniSPUJGKP17', CorpusId: 13756489 },
    title: 'Attention is All you Need',
    venue: 'Neural Information Processing Systems',
    year: 2017,
    publicationTypes: ['JournalArticle', 'Conference'],
    journal: { pages: '5998-6008' },
    authors: [{ authorId: '40348417', name: 'Ashish Vaswani' }],
    matchScore: 174.2,
  };
  const read = [
    {
      title: 'Attention is All you Need',
      people: ['Vaswani, Ashish'],
      years: [2017],
      arxiv: '1706.03762',
      container: 'Neural Information Processing Systems',
      pages: '5998-6008',
    },
  ];
  expect(semanticScholar.read(JSON.stringify({ data: [work] }))).toMatchObject(read);
  expect(semanticScholar.read(JSON.stringify(work))).toMatchObject(read);
  expect(semanticScholar.read('{"total": 0, "offset": 0}')).toEqual([]);
  expect(semanticScholar.identify({ contact: 'a@b.org', key: 'k' })).toEqual({
    headers: { 'x-api-key': 'k' },
  });
});

const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query: search_query=ti:attention</title>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
  <entry>
    <id>http://arxiv.org/abs/1706.03762v7</id>
    <updated>2023-08-02T00:41:18Z</updated>
    <published>2017-06-12T17:57:34Z</published>
    <title>Attention Is All
  You Need for $\\mu$ &amp; more</title>
    <summary>  The dominant sequence transduction models.  </summary>
    <author><name>Ashish Vaswani</name></author>
    <author><name>Noam Shazeer</name></author>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.5555/3295222.3295349</arxiv:doi>
  </entry>
</feed>`;

test('O6: works of arXiv, and its error, which is an entry too', () => {
  expect(arxiv.read(FEED)).toEqual([
    {
      source: 'arxiv',
      title: 'Attention Is All You Need for μ & more',
      people: ['Vaswani, Ashish', 'Shazeer, Noam'],
      years: [2017],
      type: 'misc',
      doi: '10.5555/3295222.3295349',
      arxiv: '1706.03762',
      abstract: 'The dominant sequence transduction models.',
      retracted: false,
    },
  ]);
  const error = FEED.replace(
    'http://arxiv.org/abs/1706.03762v7',
    'http://arxiv.org/api/errors#incorrect_id_format',
  );
  expect(arxiv.read(error)).toEqual([]);
});

test.each([
  ['a page', '<!doctype html><p>Sign in'],
  ['a text', 'Resource not found.'],
  ['JSON of something else', '{"status":"ok"}'],
  ['a list', '[]'],
  ['nested without end', '['.repeat(100_000)],
  ['XML without end', `<feed>${'<a>'.repeat(200_000)}`],
  ['nothing', ''],
])('O6: %s is no answer of any source', (_what, body) => {
  for (const source of [doi, crossref, openalex, semanticScholar, arxiv])
    expect(() => source.read(body)).toThrow(Unreadable);
});

test('O6: fields of other types than expected are left out, and nothing of them is followed', () => {
  const odd = {
    title: [7],
    author: 'x',
    issued: { 'date-parts': 'x' },
    'updated-by': 'x',
    DOI: {},
    type: ['x'],
    volume: { a: 1 },
  };
  expect(crossref.read(bodyOf(crossrefList(odd as never)))).toEqual([
    { source: 'crossref', title: '7', people: [], years: [], type: 'misc', retracted: false },
  ]);
});

test('O6: a found work is BibTeX that add_reference takes, and nothing of a stranger’s text is TeX in it', () => {
  const evil: FoundWork = {
    source: 'crossref',
    title: 'A } @misc{evil, title={\\input{/etc/passwd}} 100% & $x_1$ #1 ~ ^',
    people: ['O’Neil, \\write18{x}', 'Smith and Sons', 'World Health Organization'],
    years: [2020],
    type: 'article',
    doi: '10.1000/a_b(1)<2>',
    container: 'J. of "Things" {x',
    pages: '1-9',
    retracted: false,
  };
  const bibtex = bibtexOf(evil);
  expect(bibtex).not.toMatch(/\\(?:input|write)/);
  const { entries, faults } = readBibtex(bibtex);
  expect(faults).toEqual([]);
  expect(entries).toHaveLength(1);
  expect(entries[0]?.key).toBe('oneil2020miscevil');
  const added = addReferences('', bibtex);
  expect(added).toMatchObject({ ok: true, entries: [{ how: 'added' }] });
});
