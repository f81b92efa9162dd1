/** What a run of code left behind: files, and what it told of itself (S8, T2). */
import type { KeptRecord } from '../db/runs.ts';
import type { FileChange } from '../domain/messages.ts';
import { recordOfRun } from '../recording/record-run.ts';
import { releaseRunRoom } from '../room/room.ts';
import type { Ending, RunLimits, Sandbox } from '../sandbox/types.ts';
import { overWorkspaceLimits } from '../sandbox/workspace-usage.ts';
import { DISK_RESERVE_BYTES, freeBytes } from '../workspace/disk-room.ts';
import { diff, type Snapshot } from '../workspace/snapshot.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type AttemptEnded, whyEnded } from './claims/attempt-ended.ts';
import type { Attempt } from './claims/attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type FilesLeft, filesLeft } from './file-list.ts';
import type { EnvironmentOf } from './run-environment.ts';
import type { NoOutcome } from './tool-call.ts';
import type { ToolInput } from './types.ts';

/** Milliseconds for which a stopped run's files are still looked at. */
const STOPPED_LOOK_MS = 1_500;

/** What a run left, with the state that it left it in; null where that was not looked at any more. */
export interface Looked extends FilesLeft {
  changes: FileChange[];
  after: Snapshot | null;
}

/** What the run found, read and wrote, read whole from what it left, whoever followed it until here (T2). */
export async function recordedOf(
  { environmentOf }: { environmentOf: EnvironmentOf },
  sandbox: Sandbox,
  run: {
    input: ToolInput;
    workspace: Workspace;
    before: Snapshot;
    ending: Ending;
    left: Looked;
  },
): Promise<{ record: KeptRecord }> {
  const { input, left, ...rest } = run;
  const traces = await sandbox.traces(input);
  const { python, ...record } = await recordOfRun({
    ...rest,
    traces,
    after: left.after,
    changes: left.changes,
  });
  return { record: { ...record, environment: await environmentOf(sandbox, python) } };
}

/**
 * What a run changed, in words and as stored. One that filled the workspace, or the disk, has first what it added taken
 * away again, as far as that is needed (SR-C2). A person's stop does not wait for what takes long to look at (SR-H8).
 */
export async function whatItLeft(
  deps: ActivityDependencies,
  workspace: Workspace,
  run: {
    input: ToolInput;
    attempt: Attempt;
    before: Snapshot;
    script: string;
    ending: Ending;
    limits: RunLimits;
  },
): Promise<Looked | NoOutcome> {
  const { input, attempt, before, script, ending, limits } = run;
  const timeout = timeoutOf(attempt);
  try {
    const removed = ending.kind === 'exited' ? 0 : await bringBack(workspace, limits, before, script);
    if (removed > 0)
      deps.log.warn({ ...input, removed }, 'what a run added was removed: the workspace was over its limits');
    await releaseRunRoom({ db: deps.db, workId: input.workId, workspace }, input.toolCallId);
    const after = await workspace.snapshot({ previous: before, signal: timeout.signal });
    const changes = diff(before, after);
    const left = { ...(await filesLeft(workspace, changes)), changes, after };
    return removed === 0 ? left : { ...left, words: `${removedInWords(removed)}\n\n${left.words}` };
  } catch (error) {
    if (!timeout.signal.aborted) throw error;
    const why = whyEnded(attempt);
    if (why === 'fenced') return 'fenced';
    if (why !== 'stopped') throw attempt.signal.reason;
    const words = 'It was stopped before its files had been looked at.';
    return { files: [], words, changes: [], after: null };
  } finally {
    timeout.release();
  }
}

/** Aborts a little after the attempt was stopped, or at once when it ended otherwise. */
function timeoutOf({ signal }: Attempt): { signal: AbortSignal; release: () => void } {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onEnd = () => {
    const wait = (signal.reason as AttemptEnded).why === 'stopped' ? STOPPED_LOOK_MS : 0;
    timer = setTimeout(() => over.abort(signal.reason), wait);
  };
  if (signal.aborted) onEnd();
  else signal.addEventListener('abort', onEnd, { once: true });
  return {
    signal: over.signal,
    release() {
      signal.removeEventListener('abort', onEnd);
      clearTimeout(timer);
    },
  };
}

/** Takes away what a run added beyond the limits. @returns how many files and folders that were */
async function bringBack(
  workspace: Workspace,
  limits: RunLimits,
  before: Snapshot,
  script: string,
): Promise<number> {
  const { workspaceBytes, workspaceFiles } = limits;
  if ((await overWorkspaceLimits(workspace.root, limits)) === null) return 0;
  return await workspace.trim({
    before,
    keep: [script],
    target: {
      bytes: workspaceBytes,
      entries: workspaceFiles,
      diskBytes: Math.max(0, DISK_RESERVE_BYTES - (await freeBytes(workspace.root))),
    },
  });
}

function removedInWords(count: number): string {
  const what = count === 1 ? '1 file or folder' : `${count.toLocaleString('en')} files and folders`;
  return `To bring the workspace back within its limits, ${what} that this run had added or changed were removed, the newest first.`;
}
