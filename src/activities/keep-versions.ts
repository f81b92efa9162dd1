/**
 * Snapshots of a Work's files as a turn goes on (T4). None costs a turn: what could not be kept is logged, and absent.
 * And files that come back as a turn begins (T10), without which it does not.
 */
import { pendingRestores } from '../db/restores.ts';
import { finishRestore } from '../versions/restore.ts';
import { type Cause, keepAll, keepFiles, keepTurnStart, type Place } from '../versions/versions.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';

type Dependencies = Pick<ActivityDependencies, 'db' | 'dataDir' | 'workspaceOf' | 'limits' | 'log'>;

/** Keeps the files as a turn begins. */
export async function keepBeforeTurn(deps: Dependencies, workId: string, turn: number): Promise<void> {
  await unlessItFails(deps, workId, async () =>
    keepTurnStart(placeOf(deps, workId, await deps.workspaceOf(workId)), turn),
  );
}

/** The files that a turn was to begin with could not be brought back, for a reason that its person may read. */
export class FilesNotRestored extends Error {
  override readonly name = 'FilesNotRestored';
}

/**
 * Brings back what the turn is to begin with, and finishes what was left of any other restore, before anybody looks at the
 * files (T10). Whoever takes this step over goes on with it; what a stop leaves, a job finishes.
 * @throws FilesNotRestored
 */
export async function bringFilesBack(deps: Dependencies, workId: string): Promise<void> {
  for (const id of await pendingRestores(deps.db, workId)) {
    const place = placeOf(deps, workId, await deps.workspaceOf(workId));
    try {
      await finishRestore(place, id);
    } catch (error) {
      throw error instanceof WorkspaceError ? new FilesNotRestored(error.message) : error;
    }
  }
}

/** Keeps the files that a tool's call changed. */
export async function keepAfterTool(
  deps: Dependencies,
  { workId, toolCallId }: { workId: string; toolCallId: string },
  workspace: Workspace,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  await unlessItFails(deps, workId, () =>
    keepFiles(placeOf(deps, workId, workspace), { reason: 'tool', toolCallId }, paths),
  );
}

/** Keeps all files before a run, which may read any of them, or after the run of `toolCallId`, which changed some. */
export async function keepAroundRun(
  deps: Dependencies,
  { workId, toolCallId }: { workId: string; toolCallId?: string },
  workspace: Workspace,
  seen: Snapshot,
): Promise<void> {
  const cause: Cause = { reason: 'run', toolCallId };
  await unlessItFails(deps, workId, () => keepAll(placeOf(deps, workId, workspace), cause, seen));
}

function placeOf({ db, dataDir, limits }: Dependencies, workId: string, workspace: Workspace): Place {
  return { db, dataDir, workId, workspace, shares: limits.disk };
}

async function unlessItFails(
  { log }: Dependencies,
  workId: string,
  keep: () => Promise<unknown>,
): Promise<void> {
  try {
    await keep();
  } catch (err) {
    log.warn({ workId, err }, 'a version of the files could not be kept');
  }
}
