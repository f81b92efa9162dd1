/** Runs a tool that touches only the Work's files (F6). Its failure is a result for the model (R6). */
import { seePersonEdit } from '../db/person-edits.ts';
import { findChange, recordChange } from '../db/runs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type CallOutcome, type ClaimedCall, callAhead, claimedCall } from './tool-call.ts';
import { runFileTool } from './tools/run-file-tool.ts';
import type { ToolInput, ToolStep } from './types.ts';

export function runTool(deps: ActivityDependencies) {
  return (input: ToolInput): Promise<ToolStep> => claimedCall(deps, input, fileTool(deps, input));
}

/** The same before its activity has come: whether the call is done. */
export function toolAhead(deps: ActivityDependencies, input: ToolInput): Promise<boolean> {
  return callAhead(deps, input, fileTool(deps, input));
}

function fileTool(deps: ActivityDependencies, { workId, toolCallId }: ToolInput) {
  return async ({ claim, attempt }: ClaimedCall): Promise<CallOutcome> => {
    const began = performance.now();
    const call = { workId, toolCallId };
    const outcome = await runFileTool(claim.name, claim.arguments, {
      workspace: await deps.workspaceOf(workId),
      journal: {
        find: (path) => findChange(deps.db, call, path),
        record: (entry) => recordChange(deps.db, call, entry),
      },
      personEdited: (path) => seePersonEdit(deps.db, call, path),
      agent: claim.agent,
      signal: attempt.signal,
    });
    return { ...outcome, durationMs: Math.round(performance.now() - began) };
  };
}
