/** What the sources on the internet say of the works that a paper cites (O6), as far as they were asked. */
import type { Bibliography } from '../../domain/references/bibtex.ts';
import { comparedOf } from '../../domain/references/compare-work.ts';
import { fingerprintOf, type ReferenceVerdict, verdictInWords } from '../../domain/references/verdict.ts';
import { type CheckItem, item } from '../item.ts';

export interface LookedUpReferences {
  /** Whether works can be looked up here: else that one is unchecked is not worth a word. */
  online: boolean;
  /** By fingerprint. */
  verdicts: [string, ReferenceVerdict][];
}

const CODES: Partial<Record<ReferenceVerdict['verdict'], string>> = {
  retracted: 'bib_retracted',
  mismatch: 'bib_mismatch',
  not_found: 'bib_not_found',
};

/** Keys that a sentence names. */
const MOST_NAMED = 5;

/** At the line where the work is cited first. */
export function verdictItems(
  references: Bibliography | null,
  cited: ReadonlyMap<string, number | undefined>,
  { online, verdicts }: LookedUpReferences,
): CheckItem[] {
  const known = new Map(verdicts);
  const unchecked: string[] = [];
  const items = (references?.entries ?? []).flatMap((entry) => {
    const { key } = entry;
    if (!cited.has(key)) return [];
    const compared = comparedOf(entry);
    const verdict = known.get(fingerprintOf(compared));
    if (verdict === undefined || verdict.verdict === 'unchecked') unchecked.push(key);
    const code = verdict === undefined ? undefined : CODES[verdict.verdict];
    if (verdict === undefined || code === undefined) return [];
    const line = cited.get(key);
    const at = { about: key, ...(line === undefined ? {} : { line }) };
    return [item(code, verdictInWords(key, compared, verdict), at)];
  });
  return online && unchecked.length > 0 ? [...items, uncheckedItem(unchecked)] : items;
}

function uncheckedItem(keys: readonly string[]): CheckItem {
  const named = keys.slice(0, MOST_NAMED).map((key) => `@${key}`);
  const more = keys.length - named.length;
  const which = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return item('bib_unchecked', `Not looked up yet, whether they exist as cited: ${which}.`, { about: which });
}
