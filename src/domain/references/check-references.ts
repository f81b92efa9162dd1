/** What is wrong with references.bib, told from it alone (O6): syntax, fields, DOI, year, duplicates, unused keys. */
import type { BibEntry, Bibliography } from './bibtex.ts';
import { bare, doiOf, plainValue } from './plain-text.ts';

export interface ReferenceProblem {
  code:
    | 'bibliography_unreadable'
    | 'bib_key_twice'
    | 'bib_field_missing'
    | 'bib_doi_wrong'
    | 'bib_year_wrong'
    | 'bib_same_work'
    | 'bib_unused';
  message: string;
  /** Of the entry; absent where it is about the file. */
  key?: string;
}

/** What a reader needs to find a work; one of each group. */
const NEEDED: Record<string, string[][]> = {
  article: [['author'], ['title'], ['journal', 'journaltitle', 'eprint'], ['year', 'date']],
  book: [['author', 'editor'], ['title'], ['publisher'], ['year', 'date']],
  inbook: [['author', 'editor'], ['title'], ['publisher', 'booktitle'], ['year', 'date']],
  incollection: [['author'], ['title'], ['booktitle'], ['year', 'date']],
  inproceedings: [['author'], ['title'], ['booktitle', 'eventtitle'], ['year', 'date']],
  conference: [['author'], ['title'], ['booktitle'], ['year', 'date']],
  phdthesis: [['author'], ['title'], ['school', 'institution'], ['year', 'date']],
  mastersthesis: [['author'], ['title'], ['school', 'institution'], ['year', 'date']],
  thesis: [['author'], ['title'], ['institution', 'school'], ['year', 'date']],
  techreport: [['author'], ['title'], ['institution', 'publisher'], ['year', 'date']],
  online: [['title'], ['url', 'doi', 'eprint']],
};
const NEEDED_BY_ALL = [['title']];
const MOST_PROBLEMS = 200;
const FIRST_YEAR = 1400;
const UNPUBLISHED = /^(?:in press|forthcoming|to appear|n\.?\s?d\.?|待刊|出版中)$/i;

/**
 * @param cited keys that the paper cites
 * @param thisYear a work of the year after the next does not exist
 */
export function checkReferences(
  { entries, faults }: Bibliography,
  cited: ReadonlySet<string>,
  thisYear: number,
): ReferenceProblem[] {
  const problems: ReferenceProblem[] = faults.map(({ line, message }) => ({
    code: 'bibliography_unreadable',
    message: `references.bib, line ${line}: ${message}`,
  }));
  const keys = new Set<string>();
  const works = new Map<string, string>();
  for (const entry of entries) {
    const { key } = entry;
    const say = (code: ReferenceProblem['code'], message: string) => problems.push({ code, message, key });
    if (keys.has(key)) {
      say('bib_key_twice', `The key @${key} stands twice in references.bib (line ${entry.line}).`);
      continue;
    }
    keys.add(key);
    for (const { code, message } of problemsOf(entry, thisYear)) say(code, message);
    const twin = sameWorkIn(works, entry);
    if (twin !== undefined) say('bib_same_work', `@${key} is the same work as @${twin}: cite one of them.`);
    if (!cited.has(key)) say('bib_unused', `@${key} of references.bib is never cited.`);
    if (problems.length > MOST_PROBLEMS) break;
  }
  return problems.slice(0, MOST_PROBLEMS);
}

function* problemsOf({ type, key, fields }: BibEntry, thisYear: number): Generator<ReferenceProblem> {
  const has = (name: string) => plainValue(fields.get(name)?.value ?? '') !== '';
  if (!has('crossref') && !has('xdata')) {
    const missing = (NEEDED[type] ?? NEEDED_BY_ALL).filter((group) => !group.some(has));
    if (missing.length > 0)
      yield {
        code: 'bib_field_missing',
        message: `@${key} has no ${missing.map((group) => group.slice(0, 2).join(' or ')).join(', no ')}.`,
      };
  }
  const doi = fields.get('doi')?.value;
  if (doi !== undefined && doiOf(doi) === null)
    yield {
      code: 'bib_doi_wrong',
      message: `The DOI of @${key} has not the form of one: "${plainValue(doi).slice(0, 80)}".`,
    };
  const year = yearOf(fields);
  if (year !== null && !isYear(year, thisYear))
    yield { code: 'bib_year_wrong', message: `The year of @${key} is none: "${year.slice(0, 40)}".` };
}

/** As it is written; null where there is none. */
export function yearOf(fields: BibEntry['fields']): string | null {
  const written = fields.get('year')?.value ?? fields.get('date')?.value.replace(/[-/].*$/s, '');
  return written === undefined ? null : plainValue(written);
}

function isYear(written: string, thisYear: number): boolean {
  if (UNPUBLISHED.test(written)) return true;
  const year = /^(?:c\.?\s?)?(\d{4})[a-z]?$/.exec(written)?.[1];
  return year !== undefined && Number(year) >= FIRST_YEAR && Number(year) <= thisYear + 1;
}

/** What tells that two entries are one work: the DOI, or title and year. */
export function workMarks({ fields }: Pick<BibEntry, 'fields'>): string[] {
  const doi = doiOf(fields.get('doi')?.value ?? '');
  const title = bare(plainValue(fields.get('title')?.value ?? ''));
  const year = yearOf(fields) ?? '';
  return [
    ...(doi === null ? [] : [`doi ${doi}`]),
    ...(title.length < SHORT_TITLE ? [] : [`${year} ${title}`]),
  ];
}

/** Many works are called "Introduction". */
const SHORT_TITLE = 8;

/** The key of the entry before it that is the same work; this one is remembered. */
function sameWorkIn(works: Map<string, string>, entry: BibEntry): string | undefined {
  const marks = workMarks(entry);
  const twin = marks.map((mark) => works.get(mark)).find((key) => key !== undefined);
  for (const mark of marks) if (!works.has(mark)) works.set(mark, entry.key);
  return twin;
}
