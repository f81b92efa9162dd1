/** Works that are looked for by words (O6): what the sources find, the first of each before the second of any. */
import type { FoundWork } from '../domain/references/found-work.ts';
import { bare } from '../domain/references/plain-text.ts';
import type { Source } from '../domain/references/sources.ts';
import type { Asking } from './host.ts';
import type { Sources } from './open-sources.ts';

export interface SearchAsked {
  words: string;
  /** Works that are given at most. */
  most: number;
  /** The first and the last year; absent: any. */
  from?: number | undefined;
  to?: number | undefined;
}

export interface SearchResult {
  works: FoundWork[];
  /** Who was asked and gave no answer. */
  unanswered: Source[];
}

/** @throws the reason of `asking.signal`, and nothing else */
export async function searchWorks(
  sources: Sources,
  { words, most, from, to }: SearchAsked,
  asking: Asking,
): Promise<SearchResult> {
  // Of years that are not wanted more are asked for than are given.
  const each = from === undefined && to === undefined ? most : Math.min(50, most * 3);
  const asked = sources.names.filter((source) => source !== 'doi');
  const answers = await Promise.all(
    asked.map(async (source) => ({ source, answer: await sources.bySearch(source, words, each, asking) })),
  );
  const lists = answers.map(({ answer }) =>
    answer.kind === 'works' ? answer.works.filter((work) => isWithin(work, from, to)) : [],
  );
  return {
    works: merged(lists).slice(0, most),
    unanswered: answers.flatMap(({ source, answer }) => (answer.kind === 'unanswered' ? [source] : [])),
  };
}

function isWithin({ years }: FoundWork, from: number | undefined, to: number | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  return years.some((year) => year >= (from ?? year) && year <= (to ?? year));
}

/** One after the other of each list; what two lists have is given once, with what either says of it. */
function merged(lists: readonly FoundWork[][]): FoundWork[] {
  const works: FoundWork[] = [];
  const byMark = new Map<string, FoundWork>();
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let at = 0; at < longest; at += 1) {
    for (const list of lists) {
      const work = list[at];
      if (work === undefined) continue;
      const marks = marksOf(work);
      const same = marks.map((mark) => byMark.get(mark)).find((one) => one !== undefined);
      // A copy: what a source gave is kept for the next who asks.
      const kept = same ?? { ...work };
      if (same === undefined) works.push(kept);
      else complete(kept, work);
      for (const mark of [...marks, ...marksOf(kept)]) byMark.set(mark, kept);
    }
  }
  return works;
}

function marksOf({ doi, arxiv, title, people: [first = ''] }: FoundWork): string[] {
  return [
    ...(doi === undefined ? [] : [`doi ${doi}`]),
    ...(arxiv === undefined ? [] : [`arxiv ${arxiv}`]),
    `title ${bare(title)} ${bare(first.split(',')[0] ?? '').slice(0, 4)}`,
  ];
}

/** What a published work and its preprint say of each other: that of the first stands, the rest is added. */
function complete(work: FoundWork, { abstract, doi, arxiv, retracted }: FoundWork): void {
  if (retracted) work.retracted = true;
  if (abstract !== undefined) work.abstract ??= abstract;
  if (doi !== undefined) work.doi ??= doi;
  if (arxiv !== undefined) work.arxiv ??= arxiv;
}
