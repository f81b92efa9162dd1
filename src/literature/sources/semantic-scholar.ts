/** Semantic Scholar: without a key its allowance is shared by everybody, and it often asks to wait. */
import { type FoundWork, MOST_ABSTRACT, MOST_PEOPLE } from '../../domain/references/found-work.ts';
import { doiOf } from '../../domain/references/plain-text.ts';
import { type Fields, fieldsIn, given, jsonObject, listIn, plainIn, textIn, yearIn } from '../json.ts';
import { type LiteratureSource, MOST_READ, Unreadable } from '../source.ts';
import { doiPath } from './doi.ts';
import { nameOf } from './openalex.ts';

const FIELDS = 'title,authors,year,externalIds,venue,journal,publicationTypes,abstract';

export const semanticScholar: LiteratureSource = {
  name: 'semantic_scholar',
  address: 'https://api.semanticscholar.org',
  pauseMs: 1_100,
  accept: 'application/json',
  identify: ({ key }) => (key === undefined ? {} : { headers: { 'x-api-key': key } }),
  byDoi: (doi) => ({ path: `graph/v1/paper/DOI:${doiPath(doi)}`, query: { fields: FIELDS } }),
  byTitle: ({ title }) => ({
    path: 'graph/v1/paper/search/match',
    query: { query: title.slice(0, 300), fields: FIELDS },
  }),
  bySearch: (words, most) => ({
    path: 'graph/v1/paper/search',
    query: { query: words, limit: String(most), fields: FIELDS },
  }),
  read(body) {
    const answer = jsonObject(body);
    // A search that finds nothing has a total and no list.
    if (Array.isArray(answer.data))
      return answer.data.slice(0, MOST_READ).flatMap((work) => workOf(fieldsIn(work)) ?? []);
    if (answer.total === 0) return [];
    if (typeof answer.paperId !== 'string') throw new Unreadable('the answer lists no works');
    return [workOf(answer)].flatMap((work) => work ?? []);
  },
};

function workOf(work: Fields): FoundWork | undefined {
  const title = textIn(work.title);
  if (title === '') return undefined;
  const ids = fieldsIn(work.externalIds);
  const journal = fieldsIn(work.journal);
  const doi = doiOf(plainIn(ids.DOI));
  const types = listIn(work.publicationTypes).map((type) => textIn(type, 40));
  const type = types.includes('JournalArticle') || types.includes('Review') ? 'article' : undefined;
  const container = textIn(journal.name) || textIn(work.venue);
  return {
    source: 'semantic_scholar',
    title,
    people: listIn(work.authors)
      .slice(0, MOST_PEOPLE)
      .flatMap((one) => nameOf(textIn(fieldsIn(one).name, 200))),
    years: yearIn(work.year),
    type: type ?? (types.includes('Conference') ? 'inproceedings' : types.includes('Book') ? 'book' : 'misc'),
    ...(doi === null ? {} : { doi }),
    ...given('arxiv', textIn(ids.ArXiv, 40)),
    ...given('container', container),
    ...given('volume', textIn(journal.volume, 40)),
    ...given('pages', textIn(journal.pages, 40).replace(/\s/g, '')),
    ...given('abstract', textIn(work.abstract, MOST_ABSTRACT)),
    retracted: false,
  };
}
