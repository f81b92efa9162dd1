/** A work as Crossref and the DOI agencies write it: CSL's JSON, with what each adds to it. */

import { arxivId } from '../../domain/references/compare-work.ts';
import { type FoundWork, MOST_ABSTRACT, MOST_PEOPLE } from '../../domain/references/found-work.ts';
import { doiOf, plainValue } from '../../domain/references/plain-text.ts';
import type { Source } from '../../domain/references/sources.ts';
import { type Fields, fieldsIn, given, listIn, plainIn, textIn, yearIn } from '../json.ts';

const TYPES: Record<string, string> = {
  'journal-article': 'article',
  'article-journal': 'article',
  article: 'article',
  'article-magazine': 'article',
  'proceedings-article': 'inproceedings',
  'paper-conference': 'inproceedings',
  book: 'book',
  monograph: 'book',
  'edited-book': 'book',
  'reference-book': 'book',
  'book-chapter': 'incollection',
  chapter: 'incollection',
  'book-section': 'incollection',
  report: 'techreport',
  dissertation: 'phdthesis',
  thesis: 'phdthesis',
};

/** In this order: the year that a reference names is that of print where there is one. */
const DATES = [
  'published-print',
  'issued',
  'published',
  'published-online',
  'posted',
  'created-by-publisher',
];

/** undefined where it has no title. */
export function cslWork(source: Source, work: Fields): FoundWork | undefined {
  const title = withoutTex(textIn(work.title));
  if (title === '') return undefined;
  const doi = doiOf(plainIn(work.DOI));
  const arxiv = doi === null ? null : arxivId(/^10\.48550\/arxiv\.(.+)$/.exec(doi)?.[1] ?? '');
  const kind = textIn(work.type);
  return {
    source,
    title,
    ...given('subtitle', subtitleOf(title, textIn(work.subtitle))),
    people: peopleIn(work.author).length > 0 ? peopleIn(work.author) : peopleIn(work.editor),
    years: [...new Set(DATES.flatMap((name) => yearOfDate(work[name])))],
    // What has a journal is an article, whatever its agency calls it.
    type: arxiv !== null ? 'misc' : (TYPES[kind] ?? 'misc'),
    ...(doi === null ? {} : { doi }),
    ...(arxiv === null ? {} : { arxiv }),
    ...given('container', textIn(work['container-title'])),
    ...given('volume', textIn(work.volume, 40)),
    ...given('number', textIn(work.issue, 40)),
    ...given('pages', textIn(work.page, 40)),
    ...given('publisher', textIn(work.publisher, 200)),
    ...given('abstract', textIn(work.abstract, MOST_ABSTRACT)),
    retracted: isRetracted(work) || /^(?:retracted|withdrawn)(?: article)?\s*:/i.test(title),
  };
}

/** Titles of arXiv's and DataCite's hold TeX. */
export function withoutTex(text: string): string {
  return /[\\$]/.test(text) ? plainValue(text.replaceAll('$', '{}')) : text;
}

/** Some give the whole title and its end once more. */
function subtitleOf(title: string, subtitle: string): string {
  return title.endsWith(subtitle) ? '' : subtitle;
}

function peopleIn(value: unknown): string[] {
  return listIn(value)
    .slice(0, MOST_PEOPLE)
    .flatMap((one) => {
      const { family, given: first, name, literal } = fieldsIn(one);
      const [last, own] = [textIn(family, 100), textIn(first, 100)];
      const whole = textIn(name, 200) || textIn(literal, 200);
      if (last === '') return whole === '' && own === '' ? [] : [whole || own];
      return [own === '' ? last : `${last}, ${own}`];
    });
}

function yearOfDate(value: unknown): number[] {
  const [first] = listIn(fieldsIn(value)['date-parts']);
  return yearIn(listIn(first)[0]);
}

const RETRACTIONS = new Set(['retraction', 'removal', 'withdrawal']);

/** Crossref marks the work that a notice is about, and the notice itself; a corrected one is none that is taken back. */
function isRetracted(work: Fields): boolean {
  return listIn(work['updated-by']).some((one) => RETRACTIONS.has(textIn(fieldsIn(one).type).toLowerCase()));
}
