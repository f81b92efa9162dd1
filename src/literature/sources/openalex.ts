/** OpenAlex: one work by its DOI costs nothing, lists are paid out of a day's allowance, which a key makes larger. */
import { type FoundWork, MOST_ABSTRACT, MOST_PEOPLE } from '../../domain/references/found-work.ts';
import { plainMarkup } from '../../domain/references/markup.ts';
import { doiOf, familyOf } from '../../domain/references/plain-text.ts';
import {
  type Fields,
  fieldsIn,
  given,
  isFields,
  jsonObject,
  listIn,
  plainIn,
  textIn,
  yearIn,
} from '../json.ts';
import { type LiteratureSource, MOST_READ, Unreadable } from '../source.ts';
import { doiPath } from './doi.ts';

const FIELDS =
  'id,doi,display_name,publication_year,authorships,primary_location,biblio,type,is_retracted,abstract_inverted_index';

const TYPES: Record<string, string> = {
  article: 'article',
  review: 'article',
  letter: 'article',
  editorial: 'article',
  book: 'book',
  'book-chapter': 'incollection',
  dissertation: 'phdthesis',
  report: 'techreport',
};

export const openalex: LiteratureSource = {
  name: 'openalex',
  address: 'https://api.openalex.org',
  pauseMs: 200,
  accept: 'application/json',
  identify: ({ contact, key }) => ({
    query: { mailto: contact, ...(key === undefined ? {} : { api_key: key }) },
  }),
  byDoi: (doi) => ({ path: `works/doi:${doiPath(doi)}`, query: { select: FIELDS } }),
  // In a filter a comma is "and" and a bar is "or".
  byTitle: ({ title }) => ({
    path: 'works',
    query: { filter: `title.search:${wordsOf(title)}`, per_page: '5', select: FIELDS },
  }),
  bySearch: (words, most) => ({
    path: 'works',
    query: { search: wordsOf(words), per_page: String(most), select: FIELDS },
  }),
  read(body) {
    const answer = jsonObject(body);
    if (!Array.isArray(answer.results) && typeof answer.id !== 'string')
      throw new Unreadable('the answer lists no works');
    const works = Array.isArray(answer.results) ? answer.results : [answer];
    return works.slice(0, MOST_READ).flatMap((work) => workOf(fieldsIn(work)) ?? []);
  },
};

function wordsOf(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

function workOf(work: Fields): FoundWork | undefined {
  const title = textIn(work.display_name) || textIn(work.title);
  if (title === '') return undefined;
  const { volume, issue, first_page: first, last_page: last } = fieldsIn(work.biblio);
  const pages = [textIn(first, 20), textIn(last, 20)].filter((page) => page !== '');
  const place = fieldsIn(fieldsIn(work.primary_location).source);
  const doi = doiOf(plainIn(work.doi));
  const type = TYPES[textIn(work.type)] ?? 'misc';
  const isProceedings = type === 'article' && textIn(place.type) === 'conference';
  return {
    source: 'openalex',
    title,
    people: listIn(work.authorships)
      .slice(0, MOST_PEOPLE)
      .flatMap((one) => nameOf(textIn(fieldsIn(fieldsIn(one).author).display_name, 200))),
    years: yearIn(work.publication_year),
    type: isProceedings ? 'inproceedings' : type,
    ...(doi === null ? {} : { doi }),
    ...given('container', textIn(place.display_name)),
    ...given('volume', textIn(volume, 40)),
    ...given('number', textIn(issue, 40)),
    ...given('pages', [...new Set(pages)].join('-')),
    ...given('publisher', textIn(place.host_organization_name, 200)),
    ...given('abstract', abstractOf(work.abstract_inverted_index)),
    retracted: work.is_retracted === true,
  };
}

/** `Ada Lovelace` as `Lovelace, Ada`: sources that do not tell the parts apart write the family name last. */
export function nameOf(name: string): string[] {
  if (name === '') return [];
  const family = familyOf(name);
  const own = name.slice(0, name.length - family.length).trim();
  return [name.includes(',') || own === '' || !name.endsWith(family) ? name : `${family}, ${own}`];
}

const MOST_WORDS = 2_000;

/** Each word with the places where it stands. */
function abstractOf(index: unknown): string {
  if (!isFields(index)) return '';
  const words: string[] = [];
  for (const [word, places] of Object.entries(index).slice(0, MOST_WORDS))
    for (const at of listIn(places))
      if (typeof at === 'number' && Number.isInteger(at) && at >= 0 && at < MOST_WORDS) words[at] = word;
  return plainMarkup(Array.from(words, (word) => word ?? '').join(' '), MOST_ABSTRACT);
}
