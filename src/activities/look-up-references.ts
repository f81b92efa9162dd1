/** References of a Work that are looked up on the internet, and what was found out about each, kept (O6). */
import { type KeptVerdict, keepVerdict, verdictsOf } from '../db/reference-verdicts.ts';
import type { BibEntry } from '../domain/references/bibtex.ts';
import { comparedOf } from '../domain/references/compare-work.ts';
import { fingerprintOf, type ReferenceVerdict } from '../domain/references/verdict.ts';
import { lookUp } from '../literature/look-up.ts';
import type { Sources } from '../literature/open-sources.ts';
import type { Person } from '../threads/fair-gate.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** References that are looked up at a time: each source is asked one thing at a time all the same. */
const AT_A_TIME = 4;
/** After so long a work may have been retracted, or been listed. */
const FRESH_MS = 30 * 24 * 3_600_000;

export interface ReferencesAsked {
  workId: string;
  entries: readonly BibEntry[];
  person: Person;
  signal: AbortSignal;
  /** Milliseconds that all of it may take: what has no verdict then is unchecked. */
  ms: number;
}

/**
 * The verdict of each entry, by its place among them: the kept one, where it is fresh. What is found out is kept at
 * once, so whoever does this again after a crash asks for the rest only.
 * @throws the reason of `signal`
 */
export async function lookUpReferences(
  { db }: Pick<ActivityDependencies, 'db'>,
  sources: Sources,
  { workId, entries, person, signal, ms }: ReferencesAsked,
): Promise<ReferenceVerdict[]> {
  const until = Date.now() + ms;
  const kept = new Map((await verdictsOf(db, workId)).map((one) => [one.fingerprint, one]));
  const verdicts: ReferenceVerdict[] = [];
  const left = entries.entries();
  const oneAfterTheOther = async () => {
    for (const [at, entry] of left) verdicts[at] = await verdictOf(entry);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, oneAfterTheOther));
  return verdicts;

  async function verdictOf({ fields, type }: BibEntry): Promise<ReferenceVerdict> {
    const entry = comparedOf({ fields });
    const fingerprint = fingerprintOf(entry);
    const known = kept.get(fingerprint);
    if (known !== undefined && isFresh(known)) return known.verdict;
    const verdict = await lookUp(sources, { entry, type }, { person, signal, until });
    // What nobody could say takes no verdict's place, and what there was no time for is none.
    const isWorthKeeping = verdict.verdict !== 'unchecked' || known === undefined;
    if (isWorthKeeping && verdict.reason !== 'no_time')
      await keepVerdict(db, workId, { fingerprint, verdict });
    return verdict;
  }
}

/** Whether it holds; what is unchecked, or lacks the word of a source, does not. */
export function isFresh({ verdict: { verdict, unanswered }, lookedUpAt }: KeptVerdict): boolean {
  if (verdict === 'unchecked' || unanswered !== undefined) return false;
  return lookedUpAt.getTime() > Date.now() - FRESH_MS;
}
