/** A found work as a BibTeX entry that `add_reference` takes (O6). A stranger's text is data in it: none of it is TeX. */
import { keyOf } from './add-reference.ts';
import type { FoundWork } from './found-work.ts';

export function bibtexOf(work: FoundWork): string {
  const fields: [string, string | undefined][] = [
    ['author', authorsOf(work.people)],
    ['title', doubly(work.subtitle === undefined ? work.title : `${work.title}: ${work.subtitle}`)],
    [containerField(work.type), work.container && safe(work.container)],
    ['volume', work.volume && safe(work.volume)],
    ['number', work.number && safe(work.number)],
    ['pages', work.pages && safe(work.pages.replace(/^(\w+)\s*[-–—]+\s*(\w+)$/, '$1--$2'))],
    ['publisher', isArticle(work.type) ? undefined : work.publisher && safe(work.publisher)],
    ['year', work.years[0] === undefined ? undefined : String(work.years[0])],
    ['doi', work.doi && safe(work.doi)],
    ['eprint', work.arxiv],
    ['archiveprefix', work.arxiv === undefined ? undefined : 'arXiv'],
  ];
  const given = fields.filter((field): field is [string, string] => (field[1] ?? '') !== '');
  const key = keyOf({ fields: new Map(given.map(([name, value]) => [name, { value, line: 1 }])) });
  const lines = given.map(([name, value]) => `  ${name} = {${value}},\n`).join('');
  return `@${work.type}{${key},\n${lines}}`;
}

function isArticle(type: string): boolean {
  return type === 'article';
}

function containerField(type: string): string {
  if (isArticle(type)) return 'journal';
  return type === 'inproceedings' || type === 'incollection' ? 'booktitle' : 'howpublished';
}

/** A comma, or an `and`, within a name would make two of one. */
function authorsOf(people: readonly string[]): string {
  return people
    .map((name) => (/\sand\s/i.test(name) || !name.includes(',') ? `{${safe(name)}}` : safe(name)))
    .join(' and ');
}

/** Styles write titles in small letters unless braces keep them: names of things would lose their capitals. */
function doubly(title: string): string {
  return `{${safe(title)}}`;
}

const ESCAPED = /[&%$#_]/g;

function safe(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\{}]/g, '')
    .replace(/~/g, ' ')
    .replace(/\^/g, '')
    .replace(ESCAPED, '\\$&')
    .trim();
}
