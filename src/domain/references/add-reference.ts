/** Adds works to references.bib: what stands there stays as it is, and no work stands there twice (O6). */
import { lineEndOf, withLineEnd } from '../markdown/line-ends.ts';
import { type BibEntry, readBibtex } from './bibtex.ts';
import { workMarks, yearOf } from './check-references.ts';
import { bare, familyOf, peopleOf, plainValue } from './plain-text.ts';

export type Added =
  | {
      ok: true;
      source: string;
      /** By their order in what was given. */
      entries: { key: string; how: 'added' | 'there'; title: string }[];
    }
  | { ok: false; reason: string };

/** Entries that are added at once, and characters of them. */
const MOST_AT_ONCE = 20;
const MOST_CHARACTERS = 50_000;
const MOST_BYTES = 1024 ** 2;

/** @param source references.bib as it is; empty where there is none */
export function addReferences(source: string, bibtex: string): Added {
  if (bibtex.length > MOST_CHARACTERS)
    return { ok: false, reason: `At most ${MOST_CHARACTERS} characters are added at once.` };
  const given = readBibtex(bibtex);
  const [fault] = given.faults;
  if (fault !== undefined)
    return { ok: false, reason: `This is no BibTeX that can be read: line ${fault.line}: ${fault.message}` };
  if (given.entries.length === 0)
    return { ok: false, reason: 'No entry was given: send one such as @article{key, title = {…}, …}.' };
  if (given.entries.length > MOST_AT_ONCE)
    return { ok: false, reason: `At most ${MOST_AT_ONCE} entries are added at once.` };
  const known = readBibtex(source).entries;
  const keys = new Set(known.map(({ key }) => key));
  const works = new Map(known.flatMap((entry) => workMarks(entry).map((mark) => [mark, entry.key] as const)));
  const pieces: string[] = [];
  const entries = given.entries.map((entry) => {
    const marks = workMarks(entry);
    const title = plainValue(entry.fields.get('title')?.value ?? '').slice(0, 200);
    const there = marks.map((mark) => works.get(mark)).find((key) => key !== undefined);
    if (there !== undefined) return { key: there, how: 'there' as const, title };
    const key = freeKey(entry, keys);
    keys.add(key);
    for (const mark of marks) works.set(mark, key);
    pieces.push(withKey(bibtex.slice(entry.start, entry.end), entry.key, key));
    return { key, how: 'added' as const, title };
  });
  const end = lineEndOf(source);
  const text = pieces.map((piece) => `${withLineEnd(piece.trim(), end)}${end}`).join(end);
  const made = pieces.length === 0 ? source : `${source}${gapBehind(source, end)}${text}`;
  if (made.length > MOST_BYTES) return { ok: false, reason: 'references.bib would be larger than 1 MiB.' };
  return { ok: true, source: made, entries };
}

/** The entries of references.bib that are the works of some BibTeX: by DOI, by title and year, or by their key. */
export function sameWorks(source: string, bibtex: string): BibEntry[] {
  const given = readBibtex(bibtex).entries;
  const marks = new Set(given.flatMap((entry) => [`key ${entry.key}`, ...workMarks(entry)]));
  return readBibtex(source).entries.filter((entry) =>
    [`key ${entry.key}`, ...workMarks(entry)].some((mark) => marks.has(mark)),
  );
}

function gapBehind(source: string, end: string): string {
  if (source.trim() === '') return '';
  return /(?:\r\n|\n|\r)$/.test(source) ? end : `${end}${end}`;
}

/** The entry's own key where it is free and can be cited, else one of author, year and title: the same each time. */
function freeKey(entry: BibEntry, taken: ReadonlySet<string>): string {
  if (CITABLE.test(entry.key) && !taken.has(entry.key)) return entry.key;
  const made = keyOf(entry);
  if (!taken.has(made)) return made;
  for (let number = 2; ; number += 1) if (!taken.has(`${made}-${number}`)) return `${made}-${number}`;
}

/** What `[@key]` reads as one key, without signs at its ends (src/exports/paper/text-run.ts). */
const CITABLE = /^[\p{L}\p{N}](?:[\p{L}\p{N}_:.+/-]{0,78}[\p{L}\p{N}])?$/u;

/** `knuth1984literate`. */
export function keyOf({ fields }: Pick<BibEntry, 'fields'>): string {
  const [first = ''] = peopleOf(fields.get('author')?.value ?? fields.get('editor')?.value ?? '');
  const family = asciiOf(familyOf(first)) || 'anon';
  const year = /\d{4}/.exec(yearOf(fields) ?? '')?.[0] ?? '';
  const words = plainValue(fields.get('title')?.value ?? '').split(/[^\p{L}\p{N}]+/u);
  const word = words.map(asciiOf).find((one) => one.length > 3 && !SMALL.has(one)) ?? '';
  return `${family}${year}${word}`.slice(0, 60);
}

const SMALL = new Set([
  'with',
  'from',
  'into',
  'over',
  'under',
  'between',
  'towards',
  'toward',
  'using',
  'about',
]);

function asciiOf(text: string): string {
  const letters = bare(text);
  const ascii = letters.replace(/[^a-z0-9]/g, '');
  return ascii === '' ? letters : ascii;
}

function withKey(text: string, from: string, to: string): string {
  const at = text.indexOf(from, text.search(/[{(]/));
  return `${text.slice(0, at)}${to}${text.slice(at + from.length)}`;
}
