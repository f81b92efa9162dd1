/** What is said of a reference that was looked up (O6). "Not found" is never "fabricated", and no answer is no verdict. */
import type { Compared, ComparedField } from './compare-work.ts';
import type { FoundWork } from './found-work.ts';
import { SOURCE_NAMES, type Source } from './sources.ts';

export const VERDICTS = [
  'verified',
  'mismatch',
  'not_found',
  'not_checkable',
  'retracted',
  'unchecked',
] as const;

/** What the source says of the work, short enough to be shown. */
export interface FoundBrief {
  title: string;
  author?: string;
  year?: number;
  doi?: string;
  container?: string;
}

export interface ReferenceVerdict {
  verdict: (typeof VERDICTS)[number];
  /** Of a mismatch: what differs. */
  fields?: ComparedField[];
  /** Who knows the work. */
  source?: Source;
  found?: FoundBrief;
  /** Who was asked and gave no answer that can be used: had they, the verdict might be another. */
  unanswered?: Source[];
  /** Of `not_checkable` and `unchecked`: why. */
  reason?: UncheckedReason;
}

export type UncheckedReason =
  | 'nothing_to_ask_by'
  | 'kind_not_listed'
  | 'doi_without_record'
  | 'no_answer'
  | 'no_time';

export function briefOf({ title, subtitle, people, years, doi, container }: FoundWork): FoundBrief {
  const [author] = people;
  const [year] = years;
  return {
    title: (subtitle === undefined ? title : `${title}: ${subtitle}`).slice(0, 300).toWellFormed(),
    ...(author === undefined ? {} : { author: author.slice(0, 100).toWellFormed() }),
    ...(year === undefined ? {} : { year }),
    ...(doi === undefined ? {} : { doi }),
    ...(container === undefined ? {} : { container: container.slice(0, 200).toWellFormed() }),
  };
}

/** What the same words of an entry give, whatever else stands in it: by this its verdict is kept. */
export function fingerprintOf({ title, firstAuthor, year, doi, arxiv }: Compared): string {
  return JSON.stringify([title, firstAuthor, year, doi, arxiv]);
}

const FIELD_NAMES: Record<ComparedField, string> = {
  title: 'title',
  author: 'first author',
  year: 'year',
  doi: 'DOI',
};

/** A sentence about the reference @key. */
export function verdictInWords(
  key: string,
  entry: Compared,
  { verdict, fields, source, found, unanswered, reason }: ReferenceVerdict,
): string {
  const by = source === undefined ? '' : ` (${SOURCE_NAMES[source]})`;
  const silent = unanswered === undefined ? '' : ` No answer came from ${named(unanswered)}.`;
  switch (verdict) {
    case 'verified':
      return `@${key} is known${by}, and title, first author and year agree.${unsaidDoi(entry, found)}${silent}`;
    case 'mismatch': {
      const says = (fields ?? []).map((field) => differing(field, entry, found)).join('; ');
      return `@${key} differs from what is known of it${by}: ${says}. Mend it, or cite the work that was meant.${silent}`;
    }
    case 'retracted':
      return `@${key} was retracted${by}: do not rest anything on it.`;
    case 'not_found':
      return `@${key} was found nowhere; it may exist all the same, for the sources do not list everything. Make sure of it.`;
    case 'not_checkable':
      return `@${key} cannot be looked up: ${WHY[reason ?? 'kind_not_listed']}`;
    case 'unchecked':
      return `@${key} is not looked up yet: ${WHY[reason ?? 'no_answer']}${silent}`;
  }
}

function unsaidDoi(entry: Compared, found: FoundBrief | undefined): string {
  return entry.doi === null && found?.doi !== undefined ? ` Its DOI is ${found.doi}.` : '';
}

const WHY: Record<UncheckedReason, string> = {
  nothing_to_ask_by: 'it has neither a DOI nor a title.',
  kind_not_listed: 'works of its kind are seldom listed, and it has no DOI.',
  doi_without_record: 'its DOI leads to no record that a program can read, and no other source lists it.',
  no_answer: 'the sources gave no answer.',
  no_time: 'there was no time left.',
};

function differing(field: ComparedField, entry: Compared, found: FoundBrief | undefined): string {
  if (field === 'doi' && found?.doi === undefined) return `the DOI ${shown(entry.doi)} does not exist`;
  const ours = { title: entry.title, author: entry.firstAuthor, year: entry.year, doi: entry.doi }[field];
  const theirs = found?.[field];
  return `the ${FIELD_NAMES[field]} is ${shown(theirs)}, and not ${shown(ours)}`;
}

function shown(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return 'another';
  return typeof value === 'number'
    ? String(value)
    : `"${value.replace(/\s+/g, ' ').slice(0, 160).toWellFormed()}"`;
}

function named(sources: readonly Source[]): string {
  return sources.map((source) => SOURCE_NAMES[source]).join(', ');
}
