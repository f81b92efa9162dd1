/**
 * What becomes of a reference that is looked up (O6): by its DOI where it has one, else, and where that does not exist
 * or is another work's, by its title. Who gives no answer is named: it is never taken for "not found".
 */
import {
  type Compared,
  type ComparedField,
  differences,
  titleLikeness,
} from '../domain/references/compare-work.ts';
import type { FoundWork } from '../domain/references/found-work.ts';
import { familyOf } from '../domain/references/plain-text.ts';
import type { Source } from '../domain/references/sources.ts';
import { briefOf, type ReferenceVerdict } from '../domain/references/verdict.ts';
import type { Answer, Asking } from './host.ts';
import type { Sources } from './open-sources.ts';

export interface LookedUp {
  entry: Compared;
  /** Its BibTeX type. */
  type: string;
}

/** Of these, the sources list few. */
const SELDOM_LISTED = new Set([
  'misc',
  'online',
  'electronic',
  'www',
  'software',
  'manual',
  'booklet',
  'unpublished',
  'patent',
  'standard',
  'mastersthesis',
  'techreport',
  'report',
]);
const TITLE_AGREES = 0.9;
/** Works of an answer that are held against the title: five are asked for. */
const MOST_COMPARED = 8;

/** @throws the reason of `asking.signal`, and nothing else */
export async function lookUp(
  sources: Sources,
  { entry, type }: LookedUp,
  asking: Asking,
): Promise<ReferenceVerdict> {
  const doi = entry.doi ?? (entry.arxiv === null ? null : `10.48550/arxiv.${entry.arxiv.toLowerCase()}`);
  if (doi === null && entry.title === '') return { verdict: 'not_checkable', reason: 'nothing_to_ask_by' };
  const silent = new Set<Source>();
  const byDoi = doi === null ? null : await workOfDoi(sources, doi, asking, silent, entry);
  if (byDoi?.kind === 'work') {
    const { work } = byDoi;
    const fields = differences(entry, work);
    if (!fields.includes('title')) return await settled(work, fields);
    const meant = await workByTitle(sources, entry, asking, new Set());
    return meant !== undefined && meant.fields.length === 0
      ? await settled(meant.work, ['doi'])
      : { verdict: 'mismatch', fields, source: work.source, found: briefOf(work), ...named(silent) };
  }
  const found = entry.title === '' ? undefined : await workByTitle(sources, entry, asking, silent);
  if (found !== undefined) {
    const isWrongDoi = entry.doi !== null && byDoi?.kind === 'absent' && found.work.doi !== entry.doi;
    return await settled(found.work, isWrongDoi ? [...found.fields, 'doi'] : found.fields);
  }
  if (silent.size > 0) {
    const reason = Date.now() >= asking.until ? 'no_time' : 'no_answer';
    return { verdict: 'unchecked', reason, ...named(silent) };
  }
  if (byDoi?.kind === 'no_record') return { verdict: 'not_checkable', reason: 'doi_without_record' };
  const isSeldom = SELDOM_LISTED.has(type) || /\p{Script=Han}/u.test(entry.title);
  if (doi === null && isSeldom) return { verdict: 'not_checkable', reason: 'kind_not_listed' };
  return { verdict: 'not_found' };

  async function settled(work: FoundWork, fields: ComparedField[]): Promise<ReferenceVerdict> {
    const known = { source: work.source, found: briefOf(work) };
    const notice = await noticeOf(sources, work, asking, silent);
    if (notice !== undefined) return { ...known, verdict: 'retracted', source: notice };
    const also = named(silent);
    return fields.length === 0
      ? { verdict: 'verified', ...known, ...also }
      : { verdict: 'mismatch', fields, ...known, ...also };
  }
}

function named(silent: ReadonlySet<Source>): { unanswered?: Source[] } {
  return silent.size === 0 ? {} : { unanswered: [...silent] };
}

type OfDoi =
  | { kind: 'work'; work: FoundWork }
  | { kind: 'absent' }
  | { kind: 'no_record' }
  | { kind: 'unknown' };

/**
 * The record of a DOI, by whoever gives it first. doi.org alone can say that there is no such DOI.
 * @param entry what the record is to be of, where that is known: a source that answers with another DOI than it was
 *   asked for is believed only where that is the same work under another name
 */
export async function workOfDoi(
  sources: Sources,
  doi: string,
  asking: Asking,
  silent: Set<Source>,
  entry?: Compared,
): Promise<OfDoi> {
  let kind: 'absent' | 'no_record' | 'unknown' = 'unknown';
  for (const source of sources.names) {
    if (source === 'arxiv') continue;
    const answer = await sources.byDoi(source, doi, asking);
    if (source === 'doi' && answer.kind === 'absent') return { kind: 'absent' };
    if (source === 'doi' && answer.kind === 'no_record') kind = 'no_record';
    const [work] = worksIn(answer);
    if (work !== undefined && isOf(work, doi, entry)) return { kind: 'work', work };
    if (answer.kind === 'unanswered' || work !== undefined) silent.add(source);
  }
  // Where doi.org is not asked, that nobody knows the DOI says as much as can be had.
  if (!sources.names.includes('doi') && silent.size === 0) kind = 'no_record';
  return { kind };
}

function isOf(work: FoundWork, doi: string, entry: Compared | undefined): boolean {
  if (work.doi === undefined || work.doi === doi) return true;
  return entry !== undefined && differences(entry, work).length === 0;
}

interface ByTitle {
  work: FoundWork;
  fields: ComparedField[];
}

/** The first work that agrees, else the one that differs least; one of which author and year differ is another work. */
async function workByTitle(
  sources: Sources,
  entry: Compared,
  asking: Asking,
  silent: Set<Source>,
): Promise<ByTitle | undefined> {
  let nearest: ByTitle | undefined;
  const asked = { title: entry.title, family: familyOf(entry.firstAuthor) };
  for (const source of sources.names) {
    const answer = await sources.byTitle(source, asked, asking);
    if (answer.kind === 'unanswered') silent.add(source);
    for (const work of worksIn(answer).slice(0, MOST_COMPARED)) {
      if (titleLikeness(entry.title, work) < TITLE_AGREES) continue;
      const fields = differences(entry, work);
      if (fields.length === 0) return { work, fields };
      if (fields.length === 1) nearest ??= { work, fields };
    }
  }
  return nearest;
}

function worksIn(answer: Answer): FoundWork[] {
  return answer.kind === 'works' ? answer.works : [];
}

/** Who says that the work was retracted. Crossref has Retraction Watch's notices; OpenAlex is asked where it is silent. */
async function noticeOf(
  sources: Sources,
  work: FoundWork,
  asking: Asking,
  silent: Set<Source>,
): Promise<Source | undefined> {
  if (work.retracted) return work.source;
  const { doi } = work;
  if (doi === undefined || work.source === 'crossref' || doi.startsWith('10.48550/')) return undefined;
  for (const source of ['crossref', 'openalex'] as const) {
    if (!sources.names.includes(source)) continue;
    const answer = await sources.byDoi(source, doi, asking);
    if (answer.kind === 'unanswered') {
      silent.add(source);
      continue;
    }
    const [same] = worksIn(answer);
    return same?.retracted === true && (same.doi === undefined || same.doi === doi) ? source : undefined;
  }
  return undefined;
}
