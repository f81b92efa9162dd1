/** What of a paper stands in no run, message or file, as it is told behind an edit of it (T11). */
import { decisionsAbout } from '../db/anchor-decisions.ts';
import type { Database } from '../db/database.ts';
import { isTelling } from '../domain/provenance/telling.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { givenNumbers } from './given-numbers.ts';
import type { ProvenanceThreads } from './jobs.ts';
import { runsOf } from './runs-of-work.ts';
import { literalsOfNewest } from './trace-paper.ts';

/** As many are told at once. */
const MOST_TOLD = 10;
const PAPER_BYTES = 512 * 1024;

export interface Untraced {
  /** Those that stand in what was just written. */
  written: string[];
  /** Those of the paper's other parts. */
  elsewhere: string[];
}

/**
 * The numbers of the file that are untraced, ten at most, without repeats: those of three digits or with a decimal, for
 * shorter ones are told from nothing.
 * @throws WorkspaceError, UnreadableMarkdown
 */
export async function untracedIn(
  db: Database,
  threads: ProvenanceThreads,
  { workId, file, written }: { workId: string; file: string; written: string },
  workspace: Workspace,
  asking: Asking,
): Promise<Untraced> {
  const source = (await workspace.read(file, { maxBytes: PAPER_BYTES })).toString('utf8');
  const { runs, scripts } = await runsOf(db, workId);
  const job = {
    source,
    runs,
    // Whether a number is stale is not asked here.
    files: {},
    given: await givenNumbers(db, workId, workspace),
    literals: literalsOfNewest({ runs, scripts }),
    decisions: await decisionsAbout(db, workId, file),
  };
  const { numbers } = await threads.run('traced', [job], asking);
  const untraced = numbers.filter(
    ({ state, reason, text }) => state === 'untraced' && reason !== 'ambiguous' && isTelling(text),
  );
  const texts = [...new Set(untraced.map(({ text }) => text))];
  const ofWritten = texts.filter((text) => written.includes(text)).slice(0, MOST_TOLD);
  const others = texts.filter((text) => !written.includes(text));
  return { written: ofWritten, elsewhere: others.slice(0, MOST_TOLD - ofWritten.length) };
}
