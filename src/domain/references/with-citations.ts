/**
 * The paper with its citations as a reader knows them: numbers in brackets, by the order in which works are cited, and
 * the list of them (O6). How an export writes them is its style's to say; here it is one plain form.
 */
import { CITATION_GROUP, citedIn } from '../markdown/citations.ts';
import { languageOf } from '../markdown/language-of.ts';
import { writtenLines } from '../markdown/written-lines.ts';
import { type BibEntry, readBibtex } from './bibtex.ts';
import { yearOf } from './check-references.ts';
import { doiOf, peopleOf, plainValue } from './plain-text.ts';

/** A span of code or a comment, which stay, or a group that is no link's text. */
const KEPT_OR_GROUP = new RegExp(`\`+[^\`]*\`+|<!--.*?(?:-->|$)|${CITATION_GROUP}(?![([:])`, 'g');
const HEADING =
  /^ {0,3}#{1,6}\s+(?:[\d.]+\s+)?(?:references|bibliography|works cited|literature|参考文献)\s*#*\s*$/i;
/** Authors that are named before the rest is "et al.". */
const MOST_AUTHORS = 3;

/** @param bib the text of references.bib; a work that it has not is named as missing */
export function withCitations(source: string, bib: string): string {
  const entries = new Map(readBibtex(bib).entries.map((entry) => [entry.key, entry]));
  const numbers = new Map<string, number>();
  let heading = -1;
  const made = writtenLines(source).map(({ text, from }, index) => {
    if (from === null) return text;
    if (HEADING.test(text)) heading = index;
    return text.includes('[') ? text.slice(0, from) + text.slice(from).replace(KEPT_OR_GROUP, shown) : text;
  });
  if (numbers.size === 0) return made.join('\n');
  const list = [...numbers].map(([key, number]) => `${bracketed(number)} ${described(entries.get(key))}`);
  // One paragraph, so that the blocks behind it are counted as in the text.
  const text = list.join('  \n');
  if (heading < 0)
    return `${made.join('\n').trimEnd()}\n\n## ${languageOf(source) === 'zh' ? '参考文献' : 'References'}\n\n${text}\n`;
  return [...made.slice(0, heading + 1), '', text, '', ...made.slice(heading + 1)].join('\n');

  function shown(all: string, group: string | undefined): string {
    const cited = group === undefined ? null : citedIn(group);
    if (cited === null) return all;
    const unknown = cited.filter(({ key }) => !entries.has(key));
    if (unknown.length > 0)
      return `**${bracketed(unknown.map(({ key }) => escaped(`@${key}?`)).join('; '))}**`;
    const parts = cited.map(({ key, prefix, suffix }) => {
      const number = numbers.get(key) ?? numbers.size + 1;
      numbers.set(key, number);
      return `${prefix === '' ? '' : `${prefix} `}${number}${suffix}`;
    });
    return bracketed(parts.join('; '));
  }
}

/** As entities: brackets are Markdown's, and TeX's behind a backslash. */
function bracketed(text: string | number): string {
  return `&#91;${text}&#93;`;
}

function described(entry: BibEntry | undefined): string {
  if (entry === undefined) return '';
  const field = (...names: string[]) =>
    names.map((name) => plainValue(entry.fields.get(name)?.value ?? '')).find((text) => text !== '') ?? '';
  const people = peopleOf(entry.fields.get('author')?.value ?? entry.fields.get('editor')?.value ?? '');
  const authors =
    people.length > MOST_AUTHORS
      ? [...people.slice(0, MOST_AUTHORS), 'et al.'].join('; ')
      : people.join('; ');
  const where = field('journal', 'journaltitle', 'booktitle', 'school', 'institution', 'howpublished');
  const number = field('number');
  const volume = `${field('volume')}${number === '' ? '' : `(${number})`}`;
  const doi = doiOf(entry.fields.get('doi')?.value ?? '');
  const details = [
    where === '' ? '' : `*${escaped(where)}*`,
    ...[volume, field('pages'), field('publisher'), yearOf(entry.fields) ?? ''].map(escaped),
  ].filter((text) => text !== '');
  const link =
    doi === null
      ? ''
      : `[doi:${escaped(doi)}](https://doi.org/${encodeURI(doi).replace(/[()]/g, encodeURIComponent)})`;
  return [escaped(authors), escaped(field('title')), details.join(', '), link]
    .filter((text) => text !== '')
    .map((text) => (text.endsWith('.') ? text : `${text}.`))
    .join(' ');
}

/** Words that mean nothing to Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>$~^&|#!]/g, (char) => `&#${char.charCodeAt(0)};`);
}
