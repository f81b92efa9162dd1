/** References that are looked up at the sources (O6), against a server that plays their answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readBibtex } from '../../../src/domain/references/bibtex.ts';
import { comparedOf } from '../../../src/domain/references/compare-work.ts';
import type { ReferenceVerdict } from '../../../src/domain/references/verdict.ts';
import { lookUp } from '../../../src/literature/look-up.ts';
import type { Sources } from '../../../src/literature/open-sources.ts';
import { openRequests } from '../../../src/literature/request.ts';
import { searchWorks } from '../../../src/literature/search.ts';
import {
  ATTENTION,
  crossrefList,
  crossrefWork,
  KNUTH,
  openPlayed,
  type PlayedSources,
  playSources,
  RETRACTED,
} from '../../support/literature.ts';

let played: PlayedSources;
let sources: Sources;
beforeEach(async () => {
  played = await playSources();
  sources = openPlayed(played, { timeoutMs: 2_000 });
});
afterEach(async () => {
  sources.close();
  await played.close();
});

const person = { id: 'p', guest: false };
const KNUTH_BIB = 'author={Knuth, Donald E.}, title={Literate Programming}, journal={Comput. J.}, year=1984';
const DOI = '10.1093/comjnl/27.2.97';

async function verdictOf(bibtex: string, ms = 60_000): Promise<ReferenceVerdict> {
  const [entry] = readBibtex(bibtex).entries;
  if (entry === undefined) throw new Error('no entry');
  const asking = { person, signal: new AbortController().signal, until: Date.now() + ms };
  return await lookUp(sources, { entry: comparedOf(entry), type: entry.type }, asking);
}

test('O6: a DOI whose record agrees is verified, the sources are told whom to write to, and not asked the same twice a day', async () => {
  played.play('doi', DOI, { json: KNUTH });
  played.play('crossref', `v1/works/${DOI}`, crossrefWork(KNUTH));
  const first = await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`);
  expect(first).toEqual({
    verdict: 'verified',
    source: 'doi',
    found: {
      title: 'Literate Programming',
      author: 'Knuth, D. E.',
      year: 1984,
      doi: DOI,
      container: 'The Computer Journal',
    },
  });
  expect(played.asked).toEqual([`doi ${DOI}`, `crossref v1/works/${DOI}?mailto=library@example.org`]);
  expect([...played.userAgents]).toEqual(['PaperAgent (mailto:library@example.org)']);
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`)).toEqual(first);
  expect(played.asked).toHaveLength(2);
});

test.each([
  ['another year', KNUTH_BIB.replace('1984', '1992'), ['year']],
  ['another first author', KNUTH_BIB.replace('Knuth, Donald', 'Lamport, Leslie'), ['author']],
])('O6: a record with %s is a mismatch that names the field', async (_what, fields, differing) => {
  played.play('doi', DOI, { json: KNUTH });
  expect(await verdictOf(`@article{k, ${fields}, doi={${DOI}}}`)).toMatchObject({
    verdict: 'mismatch',
    fields: differing,
  });
});

test("O6: a DOI that is another work's is said, with the right one where the title is known", async () => {
  played.play('doi', '10.1038/nature14539', {
    json: {
      DOI: '10.1038/nature14539',
      title: 'Deep learning',
      author: [{ family: 'LeCun', given: 'Yann' }],
      issued: { 'date-parts': [[2015]] },
    },
  });
  const bibtex = `@article{k, ${KNUTH_BIB}, doi={10.1038/nature14539}}`;
  expect(await verdictOf(bibtex)).toMatchObject({
    verdict: 'mismatch',
    fields: ['title', 'author', 'year'],
    found: { title: 'Deep learning' },
  });
  sources.close();
  sources = openPlayed(played);
  played.play('crossref', 'v1/works', crossrefList(KNUTH));
  expect(await verdictOf(bibtex)).toMatchObject({
    verdict: 'mismatch',
    fields: ['doi'],
    found: { doi: DOI },
  });
});

test('O6: a DOI that does not exist, of a work that nobody lists, is not found', async () => {
  played.play('doi', '10.1093/', { status: 404, body: '<html><title>DOI Not Found</title></html>' });
  played.play('crossref', 'v1/works', crossrefList(KNUTH));
  played.play('openalex', 'works', { json: { meta: { count: 0 }, results: [] } });
  played.play('semantic_scholar', 'graph', { status: 404, json: { error: 'Title match not found' } });
  played.play('arxiv', 'api/query', {
    body: '<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title></feed>',
  });
  const invented = 'author={Doe, J.}, title={On the Spectral Gap of Invented Operators}, year=2020';
  expect(await verdictOf(`@article{k, ${invented}, journal={J}, doi={10.1093/none}}`)).toEqual({
    verdict: 'not_found',
  });
  expect(await verdictOf(`@article{k, ${invented}, journal={J}}`)).toEqual({ verdict: 'not_found' });
  expect(await verdictOf(`@misc{k, ${invented}}`)).toEqual({
    verdict: 'not_checkable',
    reason: 'kind_not_listed',
  });
  expect(await verdictOf('@article{k, author={X}}')).toEqual({
    verdict: 'not_checkable',
    reason: 'nothing_to_ask_by',
  });
});

test('O6: a work that exists under another DOI than the one given, which does not exist, differs in its DOI', async () => {
  played.play('crossref', 'v1/works', crossrefList(KNUTH));
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={10.1093/comjnl/27.2.98}}`)).toMatchObject({
    verdict: 'mismatch',
    fields: ['doi'],
    found: { doi: DOI },
  });
});

test('O6: a DOI that leads to a page in place of a record is no proof against it, and nobody follows it there', async () => {
  let visited = 0;
  played.play('openalex', 'landing', () => {
    visited += 1;
  });
  played.play('doi', '10.3969/', { status: 302, headers: { location: 'https://publisher.example/landing' } });
  const entry =
    'author={张三}, title={数学建模中的不确定性分析}, journal={数学学报}, year=2019, doi={10.3969/j.issn.1000}';
  played.play('crossref', 'v1/works', crossrefList());
  played.play('openalex', 'works', { json: { results: [] } });
  played.play('arxiv', 'api/query', { body: '<feed xmlns="http://www.w3.org/2005/Atom"/>' });
  expect(await verdictOf(`@article{k, ${entry}}`)).toEqual({
    verdict: 'not_checkable',
    reason: 'doi_without_record',
  });
  expect(visited).toBe(0);
});

test('O6: a redirect to the agency of the DOI is followed, one to another machine of this network is not', async () => {
  const { href } = played.hosts.crossref;
  played.play('doi', DOI, { status: 302, headers: { location: `${href}/v1/works/${DOI}/transform` } });
  played.play('crossref', `v1/works/${DOI}/transform`, { json: KNUTH });
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`)).toMatchObject({
    verdict: 'verified',
    source: 'doi',
  });
  played.play('doi', '10.1000/inside', {
    status: 302,
    headers: { location: 'http://169.254.169.254/latest/meta-data' },
  });
  const verdict = await verdictOf(
    `@article{k, ${KNUTH_BIB.replace('Literate', 'Other')}, doi={10.1000/inside}}`,
  );
  expect(verdict.verdict).not.toBe('verified');
});

test('O6: a work without a DOI is found by its title, and its DOI is said', async () => {
  played.play('crossref', 'v1/works', crossrefList({ ...KNUTH, title: ['Another one'] }, KNUTH));
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}}`)).toMatchObject({
    verdict: 'verified',
    source: 'crossref',
    found: { doi: DOI },
  });
  expect(played.asked).toEqual([
    expect.stringMatching(
      /^crossref v1\/works\?query\.bibliographic=Literate Programming Knuth&rows=5&select=/,
    ),
  ]);
});

test('O6: a preprint is known by its id, as DataCite has it', async () => {
  played.play('doi', '10.48550/arxiv.1706.03762', { json: ATTENTION });
  const entry = 'author={Vaswani, A. and others}, title={Attention is all you need}, year=2017';
  expect(await verdictOf(`@misc{v, ${entry}, eprint={1706.03762v5}, archivePrefix={arXiv}}`)).toMatchObject({
    verdict: 'verified',
    source: 'doi',
  });
  expect(await verdictOf(`@article{v, ${entry}, journal={arXiv preprint arXiv:1706.03762}}`)).toMatchObject({
    verdict: 'verified',
  });
});

test('O6: what was retracted is said before anything else, also where the record of the DOI does not say it', async () => {
  const { 'updated-by': _notices, ...silent } = RETRACTED;
  played.play('doi', RETRACTED.DOI, { json: silent });
  played.play('crossref', `v1/works/${RETRACTED.DOI}`, crossrefWork(RETRACTED));
  const title =
    'miR-34a induces immunosuppression in colorectal carcinoma through modulating a {SIRT1/NF-$\\kappa$B} axis';
  const entry = `@article{c, author={Chen, Li}, title={${title}}, year=2020, journal={T}, doi={${RETRACTED.DOI}}}`;
  expect(await verdictOf(entry)).toMatchObject({ verdict: 'retracted', source: 'crossref' });
  played.play('crossref', `v1/works/${RETRACTED.DOI}`, { status: 500, headers: { 'retry-after': '0' } });
  played.play('openalex', `works/doi:${RETRACTED.DOI}`, {
    json: {
      id: 'https://openalex.org/W1',
      doi: `https://doi.org/${RETRACTED.DOI}`,
      display_name: title,
      is_retracted: true,
    },
  });
  sources.close();
  sources = openPlayed(played);
  expect(await verdictOf(entry)).toMatchObject({ verdict: 'retracted', source: 'openalex' });
}, 60_000);

test.each<[string, Parameters<PlayedSources['play']>[2]]>([
  ['asks for an hour', { status: 429, headers: { 'retry-after': '3600' } }],
  ['gives a page in place of JSON', { body: '<!doctype html><title>Sign in to this network</title>' }],
  [
    'gives another work than was asked for',
    crossrefWork({ ...KNUTH, DOI: '10.1000/other', title: ['Other'] }),
  ],
  ['gives more than is taken', { body: 'x'.repeat(3 * 1024 * 1024) }],
  ['never ends', (_request, response) => void response.writeHead(200).write('{')],
])(
  'O6: a source that %s has said nothing: the reference is unchecked, and not "not found"',
  async (_what, answer) => {
    sources.close();
    sources = openPlayed(played, { timeoutMs: 300 });
    for (const source of ['doi', 'crossref', 'openalex', 'semantic_scholar', 'arxiv'] as const)
      played.play(source, '', answer);
    expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`)).toMatchObject({
      verdict: 'unchecked',
      reason: 'no_answer',
      unanswered: expect.arrayContaining(['doi', 'crossref', 'openalex', 'semantic_scholar']),
    });
  },
  60_000,
);

test('O6: a source that asks to wait a moment is asked again then, and one that failed once is too', async () => {
  played.play('doi', DOI, { status: 429, headers: { 'retry-after': '0' } }, { json: KNUTH });
  played.play(
    'crossref',
    `v1/works/${DOI}`,
    { status: 503, headers: { 'retry-after': '0' } },
    crossrefWork(KNUTH),
  );
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`)).toMatchObject({
    verdict: 'verified',
    source: 'doi',
  });
  expect(played.asked).toHaveLength(4);
});

test('O6: a source that asked to wait for long is not asked before that, by nobody', async () => {
  played.play('doi', '', { status: 429, headers: { 'retry-after': '3600' } });
  played.play('crossref', 'v1/works', crossrefList(KNUTH));
  played.play('crossref', `v1/works/${DOI}`, crossrefWork(KNUTH));
  const one = await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`);
  expect(one).toMatchObject({ verdict: 'verified', source: 'crossref', unanswered: ['doi'] });
  await verdictOf(`@article{k, ${KNUTH_BIB}, doi={10.1093/other}}`);
  expect(played.asked.filter((path) => path.startsWith('doi'))).toHaveLength(1);
});

test('O6: each source is asked one thing at a time, however many ask', async () => {
  played.play('crossref', 'v1/works', (_request, response) => {
    setImmediate(() =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"message-type":"work-list","message":{"items":[]}}'),
    );
  });
  played.play('openalex', 'works', { json: { results: [] } });
  played.play('arxiv', 'api/query', { body: '<feed/>' });
  const titles = Array.from(
    { length: 12 },
    (_, at) => `@article{k, title={A work on the number ${at}}, author={X}, journal={J}, year=2000}`,
  );
  const verdicts = await Promise.all(titles.map((title) => verdictOf(title)));
  expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['not_found']));
  expect(played.mostAtOnce()).toBe(1);
});

test('O6: who stops waiting is let go at once, and what had no time is unchecked', async () => {
  const stop = new AbortController();
  played.play('doi', '', () => stop.abort(new Error('stopped')));
  const [entry] = readBibtex(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`).entries;
  const asking = { person, signal: stop.signal, until: Date.now() + 60_000 };
  const asked = lookUp(
    sources,
    { entry: comparedOf(entry as NonNullable<typeof entry>), type: 'article' },
    asking,
  );
  await expect(asked).rejects.toThrow('stopped');
  played.play('doi', '', () => {});
  expect(await verdictOf(`@article{k, ${KNUTH_BIB}, doi={${DOI}}}`, 100)).toMatchObject({
    verdict: 'unchecked',
    reason: 'no_time',
  });
});

test('A6: an address of this network that the operator did not name is refused, and counts as no answer', async () => {
  const requests = openRequests({ allowHost: () => false, followTo: new Set() });
  const signal = new AbortController().signal;
  await expect(requests.get(played.hosts.doi, {}, signal)).rejects.toThrow('not on the public internet');
  requests.close();
});

test('O6: the way leads by the proxy that the environment names, which looks the name up', async () => {
  const before = process.env.HTTP_PROXY;
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const requests = openRequests({ allowHost: () => false, followTo: new Set() });
  try {
    process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const signal = new AbortController().signal;
    const reply = await requests.get(new URL('http://works.example.org/v1/works'), {}, signal);
    expect(reply).toMatchObject({ status: 200, body: '{}' });
    expect(asked).toEqual(['http://works.example.org/v1/works']);
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
    requests.close();
    proxy.close();
    proxy.closeAllConnections();
  }
});

test('O6: a search gives what each source finds in turn, the same work once, of the years that are wanted', async () => {
  const old = {
    ...KNUTH,
    DOI: '10.1000/old',
    title: ['An old one'],
    issued: { 'date-parts': [[1950]] },
    'published-print': undefined,
  };
  played.play('crossref', 'v1/works', crossrefList(KNUTH, old));
  const other = {
    id: 'W1',
    display_name: 'The second of another source',
    publication_year: 1985,
    authorships: [],
  };
  const same = {
    id: 'W2',
    doi: `https://doi.org/${DOI}`,
    display_name: 'Literate programming',
    publication_year: 1984,
    is_retracted: false,
    abstract_inverted_index: { Words: [0] },
  };
  played.play('openalex', 'works', { json: { results: [same, other] } });
  played.play('semantic_scholar', 'graph/v1/paper/search', {
    status: 429,
    headers: { 'retry-after': '600' },
  });
  played.play('arxiv', 'api/query', { body: '<feed/>' });
  const asking = () => ({ person, signal: new AbortController().signal, until: Date.now() + 60_000 });
  const found = await searchWorks(sources, { words: 'literate programming', most: 8, from: 1960 }, asking());
  expect(found.works.map(({ title, abstract }) => [title, abstract])).toEqual([
    ['Literate Programming', 'Words'],
    ['The second of another source', undefined],
  ]);
  expect(found.unanswered).toEqual(['semantic_scholar']);
  const again = await searchWorks(sources, { words: 'literate programming', most: 1, from: 1960 }, asking());
  expect(again.works).toHaveLength(1);
});
