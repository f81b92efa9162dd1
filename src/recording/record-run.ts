/** What a run that has ended left of itself, put together: what it told, printed and wrote (T2, T3). */
import type { FileChange } from '../domain/messages.ts';
import type { Fact } from '../domain/provenance/types.ts';
import { MOST_FACTS, type RunRecord } from '../domain/runs.ts';
import type { Ending, RunTraces } from '../sandbox/types.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { fileFacts, isResultFile, RESULT_FILE_BYTES } from './file-facts.ts';
import { readsOf, writesOf } from './files-of-run.ts';
import { joinPrinted } from './join-printed.ts';
import { printedFacts } from './printed-facts.ts';
import { readTold } from './told.ts';

/** Result files of a run that are read for facts. */
const MOST_RESULT_FILES = 50;

export interface RunLeft {
  traces: RunTraces;
  ending: Ending;
  workspace: Workspace;
  before: Snapshot;
  /** Null where nobody could wait until it had been looked at. */
  after: Snapshot | null;
  changes: readonly FileChange[];
}

/** @returns the record, and the version of Python that the run said */
export async function recordOfRun(left: RunLeft): Promise<RunRecord & { python: string | null }> {
  const { traces, ending, before, after, changes } = left;
  const told = readTold(traces.told, ending.kind === 'exited');
  const printed = printedFacts(traces.stdout.toString('utf8'), MOST_FACTS);
  const joined = joinPrinted(told.facts, printed.facts);
  const facts = [...joined.recorded];
  let moreFacts = told.moreFacts;
  const add = (found: readonly Fact[], more = false) => {
    const room = MOST_FACTS - facts.length;
    facts.push(...found.slice(0, room));
    moreFacts ||= more || found.length > room;
  };
  add(joined.printed, printed.more);
  add(await factsInFiles(left));
  const unseen = after === null ? 'it was stopped before its files had been looked at' : told.unseen;
  return {
    exitCode: ending.code ?? null,
    reads: after === null ? null : readsOf(told, before, after),
    ...(unseen === undefined ? {} : { unseen }),
    writes: writesOf(told, changes),
    facts,
    moreFacts,
    python: told.python ?? null,
  };
}

async function factsInFiles({ workspace, changes }: RunLeft): Promise<Fact[]> {
  const results = changes.filter(
    ({ path, change, size = 0 }) =>
      change !== 'removed' && isResultFile(path) && size > 0 && size <= RESULT_FILE_BYTES,
  );
  const facts: Fact[] = [];
  for (const { path } of results.slice(0, MOST_RESULT_FILES)) {
    try {
      const bytes = await workspace.read(path, { maxBytes: RESULT_FILE_BYTES });
      facts.push(...fileFacts(path, bytes.toString('utf8')));
    } catch (error) {
      // It went away or grew since it was listed: then its numbers are not what the run left.
      if (!(error instanceof WorkspaceError)) throw error;
    }
  }
  return facts;
}
