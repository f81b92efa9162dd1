/** Which runs are made again (T13): those that the paper rests on, with those that made what they read. */
import { isGood } from '../provenance/fact-values.ts';
import type { Provenance, RecordedRun } from '../provenance/types.ts';

/** Runs of one verification; a paper that rests on more has its newest made again. */
export const MOST_VERIFIED = 50;

/**
 * In their order. Where the paper cites none, they are the newest good run of each script.
 * @param paper null where there is no paper that can be read
 */
export function runsToVerify<Run extends RecordedRun>(
  runs: readonly Run[],
  paper: Pick<Provenance, 'numbers' | 'figures'> | null,
): Run[] {
  const good = runs.filter(isGood).sort((a, b) => a.number - b.number);
  const cited = new Set(
    [...(paper?.numbers ?? []), ...(paper?.figures ?? [])].flatMap(({ run }) => run ?? []),
  );
  const first = good.filter(({ number }) => cited.has(number));
  const needed = new Set<Run>();
  const open = first.length > 0 ? first : newestOfEach(good);
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    if (needed.has(run)) continue;
    needed.add(run);
    open.push(...makersBefore(run, good));
  }
  return [...needed].sort((a, b) => a.number - b.number).slice(-MOST_VERIFIED);
}

function newestOfEach<Run extends RecordedRun>(good: readonly Run[]): Run[] {
  return [...new Map(good.map((run) => [run.script, run])).values()];
}

/** The runs whose results a run read; where it may have read any file, the newest before it of every other script. */
function makersBefore<Run extends RecordedRun>(run: Run, good: readonly Run[]): Run[] {
  const before = good.filter(({ number }) => number < run.number);
  const { reads } = run;
  if (reads === null) return newestOfEach(before.filter(({ script }) => script !== run.script));
  return reads.flatMap(({ path }) => {
    const maker = before.findLast(({ writes }) => writes.some((written) => written.path === path));
    return maker ?? [];
  });
}
