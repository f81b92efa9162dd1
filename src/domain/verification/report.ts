/** What is said of a paper once its runs were made again: by figure and by number (T13). */
import type { Provenance } from '../provenance/types.ts';
import { factKey } from './compare-facts.ts';
import type { FileCompared, RunVerified, VerifyReport } from './types.ts';

/** Numbers of a report; a paper that has more has its first ones in it. */
const MOST_NUMBERS = 2_000;

export function reportOf(
  runs: RunVerified[],
  paper: Pick<Provenance, 'numbers' | 'figures'> | null,
): VerifyReport {
  const byNumber = new Map(runs.map((run) => [run.number, run]));
  const numbers = (paper?.numbers ?? []).flatMap(({ text, run, fact }) => {
    if (run === undefined || fact === undefined) return [];
    return { text, run, fact: fact.name, result: resultOf(byNumber.get(run), factKey(fact)) };
  });
  const figures = (paper?.figures ?? []).flatMap(({ path, run, state }): FileCompared[] => {
    if (state === 'untraced') return [];
    const made = run === undefined ? undefined : byNumber.get(run);
    const file = made?.files.find((candidate) => candidate.path === path);
    if (state === 'edited')
      return [{ path, result: 'differs', note: 'it was changed after the run that made it' }];
    if (state === 'missing')
      return [{ path, result: 'missing', note: 'the paper shows a file that is not there' }];
    if (file !== undefined) return [file];
    return [{ path, result: 'not_run', ...(made?.note === undefined ? {} : { note: made.note }) }];
  });
  return { runs, figures, numbers: numbers.slice(0, MOST_NUMBERS) };
}

function resultOf(run: RunVerified | undefined, key: string) {
  if (run === undefined || run.result === 'not_run') return 'not_run';
  return run.facts[key] ?? 'same_bytes';
}
