/** Runs a tool that touches only the Work's files (F6), or one of a server (I6). Its failure is a result for the model (R6). */

import { toolKey } from '../db/claims.ts';
import { Fenced } from '../db/event-writer.ts';
import { seePersonEdit } from '../db/person-edits.ts';
import { findChange, recordChange } from '../db/runs.ts';
import { skillFilesForWork } from '../db/skills.ts';
import type { ToolClaim } from '../db/tool-calls.ts';
import { nameByPaper } from '../db/works.ts';
import { isOfferedName } from '../domain/offered-tools.ts';
import { withFileRoom } from '../room/room.ts';
import { PAPER, titleOfPaper } from '../workspace/paper.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { AttemptEnded } from './claims/attempt-ended.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { keepPlan } from './keep-plan.ts';
import { keepAfterTool } from './keep-versions.ts';
import { offeredTool } from './offered-tool.ts';
import {
  type CallBody,
  type CallOutcome,
  type ClaimedCall,
  callClaim,
  claimedCall,
  type NoOutcome,
} from './tool-call.ts';
import { toolLiterature } from './tool-literature.ts';
import { runFileTool } from './tools/run-file-tool.ts';
import { untracedNote } from './tools/untraced-note.ts';
import type { ToolInput, ToolStep } from './types.ts';
import { unlessEnded } from './unless-ended.ts';

export function runTool(deps: ActivityDependencies) {
  return (input: ToolInput): Promise<ToolStep> => claimedCall(deps, input, toolOf(deps, input));
}

/**
 * The same before its activity has come (eager-start.ts): whether the call is done. `claimed` is what was claimed of it
 * as it was stored, where it was.
 */
export async function toolEagerly(
  deps: ActivityDependencies,
  input: ToolInput,
  isAwaited?: () => boolean,
  claimed?: ToolClaim,
): Promise<boolean> {
  const claim = callClaim(deps, { ...input, mayAsk: null }, toolOf(deps, input), { claimed });
  const step = await deps.claims.tryOnce(claim, isAwaited);
  return step?.kind === 'done';
}

/** The plan, or a tool of a server that the person connected, which the MainAgent alone has; or a tool that touches files. */
function toolOf(deps: ActivityDependencies, input: ToolInput): CallBody {
  return (call) => {
    const { agent, name } = call.claim;
    if (agent === 'main' && name === 'update_plan') return keepPlan(call);
    return (agent === 'main' && isOfferedName(name) ? offeredTool : fileTool)(deps, input)(call);
  };
}

function fileTool(deps: ActivityDependencies, { workId, toolCallId }: ToolInput): CallBody {
  return async ({ claim, attempt }: ClaimedCall): Promise<CallOutcome | NoOutcome> => {
    const began = performance.now();
    const call = { workId, toolCallId, attempt: claim.attempt };
    const workspace = await deps.workspaceOf(workId);
    const place = { db: deps.db, workId, workspace, shares: deps.limits.disk };
    const tool = runFileTool(claim.name, claim.arguments, {
      workspace,
      withRoom: (path, bytes, write) =>
        withFileRoom(place, { replaces: path, most: bytes, least: bytes }, async (room) => {
          const written = await write(room.id);
          room.stored(bytes);
          return written;
        }),
      markdown: deps.markdown,
      checkPaper: async (file) => {
        const asked = { workId, file, style: null };
        const asking = { person: claim.person, signal: attempt.signal };
        return (await deps.paperChecker.check(asked, workspace, asking)).items;
      },
      skillFiles: (name) => skillFilesForWork(deps.db, workId, name),
      literature: toolLiterature(deps, { workId, person: claim.person, signal: attempt.signal }),
      person: claim.person,
      journal: {
        find: (path) => findChange(deps.db, call, path),
        record: async (entry) => {
          if (!(await recordChange(deps.db, call, entry)))
            throw new Fenced({ workId, key: toolKey(toolCallId), attempt: claim.attempt });
        },
      },
      personEdited: (path) => seePersonEdit(deps.db, call, path),
      agent: claim.agent,
      signal: attempt.signal,
    });
    try {
      const made = tool.then(async (outcome) => {
        const changed = outcome.files.map(({ path }) => path);
        await keepAfterTool(deps, { workId, toolCallId }, workspace, changed);
        if (changed.includes(PAPER)) await nameByItsPaper(deps, workId, workspace);
        if (!outcome.ok || claim.agent !== 'main') return outcome;
        const { name, arguments: args, person } = claim;
        const edit = { name, arguments: args, workId, person, signal: attempt.signal };
        return { ...outcome, result: outcome.result + (await untracedNote(deps, edit, workspace)) };
      });
      // A tool that is not waited for any more runs on, and its aborted signal keeps it from writing.
      const outcome = await unlessEnded(attempt.signal, made);
      return { ...outcome, durationMs: Math.round(performance.now() - began) };
    } catch (error) {
      if (error instanceof Fenced) return 'fenced';
      if (error instanceof AttemptEnded && error.why !== 'shutdown') return error.why;
      throw error;
    }
  };
}

/** A name costs no call: what cannot be named now is named by the next that writes into the paper. */
async function nameByItsPaper(
  { db, log }: Pick<ActivityDependencies, 'db' | 'log'>,
  workId: string,
  workspace: Workspace,
): Promise<void> {
  try {
    const title = await titleOfPaper(workspace);
    if (title !== null) await nameByPaper(db, workId, title);
  } catch (err) {
    log.warn({ workId, err }, 'a Work could not be named by its paper');
  }
}
