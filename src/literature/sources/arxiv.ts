/** arXiv's API: an Atom feed; one request in three seconds, one at a time. */
import { parseXml, type XmlElement } from '@rgrove/parse-xml';
import { arxivId } from '../../domain/references/compare-work.ts';
import {
  type FoundWork,
  MOST_ABSTRACT,
  MOST_PEOPLE,
  MOST_TITLE,
} from '../../domain/references/found-work.ts';
import { plainMarkup } from '../../domain/references/markup.ts';
import { doiOf } from '../../domain/references/plain-text.ts';
import { given, yearIn } from '../json.ts';
import { type LiteratureSource, MOST_READ, Unreadable } from '../source.ts';
import { withoutTex } from './csl-work.ts';
import { nameOf } from './openalex.ts';

export const arxiv: LiteratureSource = {
  name: 'arxiv',
  address: 'https://export.arxiv.org',
  pauseMs: 3_000,
  accept: 'application/atom+xml',
  identify: () => ({}),
  byTitle: ({ title }) => ({
    path: 'api/query',
    query: { search_query: `ti:"${wordsOf(title).join(' ')}"`, max_results: '5' },
  }),
  bySearch: (words, most) => ({
    path: 'api/query',
    query: {
      search_query: wordsOf(words)
        .map((word) => `all:${word}`)
        .join(' AND '),
      max_results: String(most),
    },
  }),
  read(body) {
    return entriesIn(body)
      .slice(0, MOST_READ)
      .flatMap((entry) => workOf(entry) ?? []);
  },
};

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu)?.slice(0, 30) ?? [];
}

function entriesIn(body: string): XmlElement[] {
  // Atom nests a few levels; a parser that follows any depth runs out of stack.
  if (!/<feed[\s/>]/.test(body.slice(0, 2_000))) throw new Unreadable('the answer is no Atom feed');
  try {
    return childrenOf(parseXml(body).root, 'entry');
  } catch {
    throw new Unreadable('the answer is no XML');
  }
}

function childrenOf(element: XmlElement | null, name: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (child): child is XmlElement => child.type === 'element' && (child as XmlElement).name === name,
  );
}

function textOf(element: XmlElement, name: string, most: number): string {
  return plainMarkup(childrenOf(element, name)[0]?.text ?? '', most);
}

function workOf(entry: XmlElement): FoundWork | undefined {
  const id = arxivId(/arxiv\.org\/abs\/(\S{1,60})/.exec(textOf(entry, 'id', 200))?.[1] ?? '');
  const title = withoutTex(textOf(entry, 'title', MOST_TITLE));
  // An error is an entry too, with an address of its own.
  if (id === null || title === '') return undefined;
  const doi = doiOf(textOf(entry, 'arxiv:doi', 300));
  return {
    source: 'arxiv',
    title,
    people: childrenOf(entry, 'author')
      .slice(0, MOST_PEOPLE)
      .flatMap((author) => nameOf(textOf(author, 'name', 200))),
    years: yearIn(textOf(entry, 'published', 40)),
    type: 'misc',
    ...(doi === null ? {} : { doi }),
    arxiv: id,
    ...given('abstract', textOf(entry, 'summary', MOST_ABSTRACT)),
    retracted: false,
  };
}
