/**
 * What is done for sandboxes beside a turn: one is started ahead, what is not needed any more is removed. Nothing
 * waits for it, since the engine may be away, and nothing fails by it: a run starts without what was prepared, and the
 * reaper removes what was left.
 */

import { codeAgentsOf } from '../db/code-agents.ts';
import { endRun, isAgentWanted, runsLeftBy } from '../db/runs.ts';
import type { Person } from '../threads/fair-gate.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ToolInput } from './types.ts';

/** Starts Python ahead while a code agent's model still writes the code (S12). */
export function warmSandbox(deps: ActivityDependencies, workId: string, agent: string, person: Person): void {
  // Whose code would have to wait has no use for it now.
  if (!deps.places.code.isOpenTo(person)) return;
  keepUp(deps, { workId }, 'no sandbox could be started ahead', async () => {
    const { runs } = deps.sandbox;
    await runs?.warm(agent, deps.workspacePath(workId), person.id);
    // Whoever ended the turn while this was being started, perhaps on another worker, found nothing to discard.
    if (!(await isAgentWanted(deps.db, agent))) await runs?.release(agent);
  });
}

/** Drops what was prepared for a code agent, which is the call that it answers. */
export function releaseWarmSandbox(deps: ActivityDependencies, agent: ToolInput): void {
  keepUp(deps, agent, 'what was prepared is removed later', async () => {
    await deps.sandbox.runs?.release(agent.toolCallId);
  });
}

/** Removes what a run left behind; its outcome is stored, so it is not asked for again. */
export function removeRun(deps: ActivityDependencies, run: ToolInput): void {
  keepUp(deps, run, 'what a run left is removed later', async () => {
    await endRun(deps.db, run);
    await deps.sandbox.runs?.remove(run);
  });
}

/** Ends what an ended turn has in sandboxes still. */
export function clearSandboxes(deps: ActivityDependencies, of: { workId: string; turn: number }): void {
  const { runs } = deps.sandbox;
  if (runs === null) return;
  keepUp(deps, of, 'what a turn has in sandboxes is removed later', async () => {
    for (const agent of await codeAgentsOf(deps.db, of.workId, of.turn)) await runs.release(agent);
    for (const toolCallId of await runsLeftBy(deps.db, of)) {
      await runs.endAndRemove({ ...of, toolCallId });
      await endRun(deps.db, { workId: of.workId, toolCallId });
    }
  });
}

/** Begins it; the log has `failure` where it fails. */
function keepUp(deps: ActivityDependencies, of: object, failure: string, work: () => Promise<void>): void {
  work().catch((err: unknown) => {
    deps.log.warn({ ...of, err }, failure);
  });
}
