/** Runs a tool that touches only the Work's files (F6). Its failure is a result for the model (R6). */
import { findChange, recordChange } from '../db/runs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { claimedCall } from './tool-call.ts';
import { runFileTool } from './tools/run-file-tool.ts';
import type { ToolInput, ToolStep } from './types.ts';

export function runTool(deps: ActivityDependencies) {
  return (input: ToolInput): Promise<ToolStep> =>
    claimedCall(deps, input, async ({ claim, attempt }) => {
      const began = performance.now();
      const call = { workId: input.workId, toolCallId: input.toolCallId };
      const outcome = await runFileTool(claim.name, claim.arguments, {
        workspace: await deps.workspaceOf(input.workId),
        journal: {
          find: (path) => findChange(deps.db, call, path),
          record: (entry) => recordChange(deps.db, call, entry),
        },
        agent: claim.agent,
        signal: attempt.signal,
      });
      return { ...outcome, durationMs: Math.round(performance.now() - began) };
    });
}
