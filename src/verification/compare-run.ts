/** What a run that was made again left, beside what it had left (T13). */
import { compareFacts } from '../domain/verification/compare-facts.ts';
import { type FileCompared, type RunVerified, worstOf } from '../domain/verification/types.ts';
import { recordOfRun } from '../recording/record-run.ts';
import type { Ending, RunTraces } from '../sandbox/types.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { COMPARED_BYTES, type Comparer } from './comparer.ts';
import type { Again } from './prepare.ts';
import type { RecordedFiles } from './recorded-files.ts';

export interface MadeAgain {
  run: Again;
  ending: Ending;
  traces: RunTraces;
  scratch: Workspace;
}

export async function compareRun(
  { run, ending, traces, scratch }: MadeAgain,
  { files, comparer }: { files: RecordedFiles; comparer: Comparer },
  asking: Asking,
): Promise<RunVerified> {
  const { number, script } = run;
  // Its script was put there for it.
  const wrote = run.writes.filter(({ change, path }) => change !== 'removed' && path !== script);
  const sizes = new Map<string, number>();
  for (const { path } of wrote) {
    const size = await sizeOf(scratch, path);
    if (size !== null) sizes.set(path, size);
  }
  const changes = wrote.flatMap(({ path, change }) => {
    const size = sizes.get(path);
    return size === undefined ? [] : [{ path, change, size }];
  });
  const record = await recordOfRun({
    ...{ traces, ending, workspace: scratch, changes },
    before: new Map(),
    after: null,
  });
  const compared: FileCompared[] = [];
  for (const file of wrote) {
    const made = sizes.has(file.path) ? await compareFile(file) : { result: 'missing' as const };
    compared.push({ path: file.path, ...made });
  }
  const facts = compareFacts(run.facts, record.facts);
  const isGood = ending.kind === 'exited' && ending.code === 0;
  const results = [...compared.map(({ result }) => result), ...Object.values(facts)];
  return {
    number,
    script,
    result: isGood ? worstOf(results) : worstOf(['differs', ...results]),
    ...(isGood ? {} : { note: `it does not come to its end now: ${ending.message}` }),
    files: compared,
    facts,
  };

  async function compareFile({ path, sha256 }: { path: string; sha256: string | null }) {
    if (sha256 === null) return { result: 'differs' as const, note: 'it was too large to be hashed' };
    if ((await scratch.hash(path)) === sha256) return { result: 'same_bytes' as const };
    const expected = await files.find({ path, sha256 });
    if (expected === null)
      return { result: 'differs' as const, note: 'its bytes differ, and those before are not kept' };
    if (expected.length > COMPARED_BYTES || (sizes.get(path) ?? 0) > COMPARED_BYTES)
      return { result: 'differs' as const, note: 'its bytes differ, and it is too large to be looked into' };
    const got = await scratch.read(path, { maxBytes: COMPARED_BYTES });
    return await comparer.compare({ expected, got }, asking);
  }
}

async function sizeOf(workspace: Workspace, path: string): Promise<number | null> {
  try {
    const { kind, size } = await workspace.stat(path);
    return kind === 'file' ? size : null;
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
