/** The works of references.bib as a person looks them over, each with what was found out about it (O6). */
import { readBibtex } from './bibtex.ts';
import { yearOf } from './check-references.ts';
import { comparedOf } from './compare-work.ts';
import { peopleOf, plainValue } from './plain-text.ts';
import { fingerprintOf, type ReferenceVerdict, verdictInWords } from './verdict.ts';

export interface ListedReference {
  key: string;
  /** Where it stands in references.bib, from 1. */
  line: number;
  title: string;
  /** Of its first author. */
  author: string;
  year: string;
  /** `unchecked` where nobody has asked yet. */
  verdict: ReferenceVerdict;
  /** The verdict in a sentence. */
  message: string;
}

/** Works that are listed: who has more looks at the file. */
export const MOST_LISTED = 500;

/** In the file's order. @param verdicts by fingerprint */
export function listReferences(
  source: string,
  verdicts: readonly (readonly [string, ReferenceVerdict])[],
): { items: ListedReference[]; total: number } {
  const known = new Map(verdicts);
  const { entries } = readBibtex(source);
  const items = entries.slice(0, MOST_LISTED).map((entry): ListedReference => {
    const compared = comparedOf(entry);
    const kept = known.get(fingerprintOf(compared));
    const verdict: ReferenceVerdict = kept ?? { verdict: 'unchecked' };
    const people = peopleOf(entry.fields.get('author')?.value ?? entry.fields.get('editor')?.value ?? '');
    return {
      key: entry.key.slice(0, 200),
      line: entry.line,
      title: plainValue(entry.fields.get('title')?.value ?? '')
        .slice(0, 300)
        .toWellFormed(),
      author: (people[0] ?? '').slice(0, 100).toWellFormed(),
      year: (yearOf(entry.fields) ?? '').slice(0, 20),
      verdict,
      message:
        kept === undefined
          ? `@${entry.key} is not looked up yet.`
          : verdictInWords(entry.key, compared, kept),
    };
  });
  return { items, total: entries.length };
}
