/**
 * Whether an entry of references.bib and a work that a source knows are one (O6): the title at 0.9 and more, the first
 * author, the year within one. What one of them does not say agrees.
 */
import type { BibEntry } from './bibtex.ts';
import { yearOf } from './check-references.ts';
import type { FoundWork } from './found-work.ts';
import { bare, doiOf, familyOf, peopleOf, plainValue } from './plain-text.ts';

export type ComparedField = 'title' | 'author' | 'year' | 'doi';

/** What is compared of an entry; whatever else is changed of it, what was found out about it holds. */
export interface Compared {
  title: string;
  /** As it is written, such as `Knuth, Donald E.`; empty where there is none. */
  firstAuthor: string;
  year: number | null;
  doi: string | null;
  arxiv: string | null;
}

const TITLE_AGREES = 0.9;
const YEARS_APART = 1;
/** Characters of titles that are held against each other: the work grows with their product. */
const MOST_COMPARED = 300;

export function comparedOf({ fields }: Pick<BibEntry, 'fields'>): Compared {
  const value = (name: string) => fields.get(name)?.value ?? '';
  const [first = ''] = peopleOf(value('author') || value('editor'));
  const year = /\d{4}/.exec(yearOf(fields) ?? '')?.[0];
  const subtitle = plainValue(value('subtitle'));
  const title = plainValue(value('title'));
  return {
    title: subtitle === '' ? title : `${title}: ${subtitle}`,
    firstAuthor: first,
    year: year === undefined ? null : Number(year),
    doi: doiOf(value('doi')),
    arxiv: arxivOf(fields),
  };
}

/** The id in arXiv, without its version; old ones are `math.GT/0309136`. */
function arxivOf(fields: BibEntry['fields']): string | null {
  const eprint = plainValue(fields.get('eprint')?.value ?? '');
  const kind = plainValue(fields.get('archiveprefix')?.value ?? fields.get('eprinttype')?.value ?? '');
  const written = kind === '' || /^arxiv$/i.test(kind) ? eprint : '';
  const elsewhere = ['url', 'journal', 'note', 'howpublished'].map((name) => fields.get(name)?.value ?? '');
  const said = elsewhere.map((text) => /arxiv(?:\.org\/(?:abs|pdf)\/|:\s?)(\S{1,40})/i.exec(text)?.[1] ?? '');
  return [written, ...said].map(arxivId).find((id) => id !== null) ?? null;
}

/** @param written with or without `arXiv:` and a version */
export function arxivId(written: string): string | null {
  const id =
    /^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?\/\d{7})(?:v\d{1,3})?(?:\.pdf|[\s,;.})\]]|$)/i.exec(
      written,
    );
  return id?.[1] ?? null;
}

/** The fields in which they differ; none: they agree. The DOI is not among them: by it a work was found, or was not. */
export function differences(entry: Compared, found: FoundWork): ComparedField[] {
  const fields: ComparedField[] = [];
  if (entry.title !== '' && titleLikeness(entry.title, found) < TITLE_AGREES) fields.push('title');
  if (!sameAuthor(entry.firstAuthor, found.people)) fields.push('author');
  if (!sameYear(entry.year, found.years)) fields.push('year');
  return fields;
}

/** From 0 to 1. A subtitle may be left out on either side. */
export function titleLikeness(title: string, found: Pick<FoundWork, 'title' | 'subtitle'>): number {
  const whole = found.subtitle === undefined ? found.title : `${found.title}: ${found.subtitle}`;
  const given = titlesIn(title);
  const theirs = [...titlesIn(whole), found.title];
  // Two short titles would always be alike: at least one of both is whole.
  const pairs = [...theirs.map((one) => [title, one]), ...given.map((one) => [one, whole])];
  return Math.max(...pairs.map(([a = '', b = '']) => likeness(a, b)));
}

/** As a whole, and without what stands behind the first colon or dash, where that is a title too. */
function titlesIn(title: string): string[] {
  const [main = ''] = title.split(/\s*(?:[:：?]\s|\s[–—-]\s|——)/u, 1);
  return main !== title && folded(main).length >= SHORT ? [title, main] : [title];
}

/** Shorter ones are many works' ("Introduction: …"). */
const SHORT = 12;

function likeness(a: string, b: string): number {
  const [one, other] = [folded(a).slice(0, MOST_COMPARED), folded(b).slice(0, MOST_COMPARED)];
  if (one === '' || other === '') return 0;
  // "Part I" and "Part II" are two works, however long their title is.
  if (numbersIn(a) !== numbersIn(b)) return Math.min(0.89, ratio(one, other));
  return ratio(one, other);
}

function ratio(a: string, b: string): number {
  return 1 - editDistance(a, b) / Math.max(a.length, b.length);
}

const ROMAN: Record<string, string> = { ii: '2', iii: '3', iv: '4', vi: '6', vii: '7', viii: '8', ix: '9' };

function numbersIn(title: string): string {
  const words =
    title
      .normalize('NFKC')
      .toLowerCase()
      .match(/\d+|(?<![\p{L}\p{N}])[ivx]{2,4}(?![\p{L}\p{N}])/gu) ?? [];
  return words.map((word) => ROMAN[word] ?? word).join(' ');
}

/** Letters that have no accent to be taken off, as who has none on the keyboard writes them. */
const PLAIN: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};

function folded(text: string): string {
  return bare(text).replace(/[ßøłæœđðþıς]/g, (letter) => PLAIN[letter] ?? letter);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const GROUP = /\b(?:collaboration|consortium|group|team|committee|organi[sz]ation|members)\b/i;

/** By family name: initials, particles, a second surname and the order of the parts differ from source to source. */
export function sameAuthor(first: string, people: readonly string[]): boolean {
  const [theirs] = people;
  if (first === '' || theirs === undefined || GROUP.test(first) || GROUP.test(theirs)) return true;
  // A Chinese name is no other than its transcription, which cannot be told from here.
  if (isHan(first) !== isHan(theirs)) return true;
  const [ours, others] = [folded(familyOf(first)), folded(familyOf(theirs))];
  if (ours === others || folded(first) === folded(theirs)) return true;
  return partsOf(first).includes(others) || partsOf(familyOf(theirs)).includes(ours);
}

function isHan(name: string): boolean {
  return /\p{Script=Han}/u.test(name);
}

/** Each word of a name that may be a family name by itself. */
function partsOf(name: string): string[] {
  return name
    .split(/[\s,–-]+/)
    .map(folded)
    .filter((part) => part.length > 2);
}

function sameYear(year: number | null, years: readonly number[]): boolean {
  return year === null || years.length === 0 || years.some((one) => Math.abs(one - year) <= YEARS_APART);
}
