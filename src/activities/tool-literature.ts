/** What the tools of a call may look up on the internet (O6), in its person's name. */
import type { BibEntry } from '../domain/references/bibtex.ts';
import { comparedOf } from '../domain/references/compare-work.ts';
import type { Source } from '../domain/references/sources.ts';
import { verdictInWords } from '../domain/references/verdict.ts';
import { workOfDoi } from '../literature/look-up.ts';
import { searchWorks } from '../literature/search.ts';
import type { Person } from '../threads/fair-gate.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookUpReferences } from './look-up-references.ts';
import type { ToolLiterature } from './tools/types.ts';

/** null where the operator lets nothing be looked up. */
export function toolLiterature(
  { db, literature }: Pick<ActivityDependencies, 'db' | 'literature'>,
  { workId, person, signal }: { workId: string; person: Person; signal: AbortSignal },
): ToolLiterature | null {
  if (literature === undefined) return null;
  return {
    async workOfDoi(doi, ms) {
      const silent = new Set<Source>();
      const found = await workOfDoi(literature, doi, { person, signal, until: Date.now() + ms }, silent);
      return found.kind === 'unknown' ? { kind: 'unknown', silent: [...silent] } : found;
    },
    search: (of, ms) => searchWorks(literature, of, { person, signal, until: Date.now() + ms }),
    async verdictsInWords(entries, ms) {
      const verdicts = await lookUpReferences({ db }, literature, { workId, entries, person, signal, ms });
      return verdicts.flatMap((verdict, at) => {
        const entry = entries[at] as BibEntry;
        return verdictInWords(entry.key, comparedOf(entry), verdict);
      });
    },
  };
}
