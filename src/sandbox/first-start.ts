/** What is looked at and settled in a workspace before code runs in it for the first time. */
import { diskLimit } from './ending.ts';
import { ownWorkspace } from './own-workspace.ts';
import type { Ending, RunLimits } from './types.ts';
import { workspaceRoom } from './workspace-usage.ts';

/** So that a script can write its few lines, also to /tmp, where a Work has next to nothing left. */
const LEAST_FILE_BYTES = 1024 ** 2;

/**
 * Makes a workspace ready for a run. One that is over its limits runs nothing: each run would add what it can before
 * anybody looks (SR-C2).
 * @returns the limits that the run gets, or how it ends without having begun
 */
export async function readyForRun(
  workspace: string,
  limits: RunLimits,
): Promise<{ limits: RunLimits } | { refused: Ending }> {
  const room = await workspaceRoom(workspace, limits);
  if (room.over) return { refused: diskLimit(limits, 0, room.used) };
  await ownWorkspace(workspace);
  const fileBytes = Math.min(limits.fileBytes, Math.max(LEAST_FILE_BYTES, room.bytesLeft));
  return { limits: { ...limits, fileBytes } };
}
