/** How a turn, or a code agent, ends when its model gave no final answer of its own, and what a code agent made. */

import { setTimeout as delay } from 'node:timers/promises';
import { agentAgeMs, filesOfAgent } from '../db/code-agents.ts';
import { readConversation } from '../db/messages.ts';
import { finishTurn as finishTurnRows, isAttended, isTurnRunning } from '../db/turns.ts';
import type { TurnError } from '../domain/events.ts';
import { textOf } from '../domain/messages.ts';
import { framed } from './activity-frame.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { filesLeft } from './file-list.ts';
import { clearSandboxes, releaseWarmSandbox } from './sandbox-lifecycle.ts';
import { claimedCall } from './tool-call.ts';
import { tellTurnEnded } from './turn-ended.ts';
import type { CodeAgentEnd, EndCode, FinishInput, ToolStep } from './types.ts';

export function finishTurn(deps: ActivityDependencies) {
  return (input: FinishInput): Promise<{ queued: boolean }> =>
    // Without a turn to fail, whatever goes wrong is tried again: a turn must end (D2).
    framed(deps, { workId: input.workId, turn: () => null }, async () => {
      const { workId, turn, end, graceMs = 0 } = input;
      if (!(await untilUnattended(deps, { workId, turn }, graceMs))) {
        deps.log.warn({ workId, turn, graceMs }, 'an attempt still runs as its turn ends');
      }
      const error = end.outcome === 'failed' ? errorOf(end.code, deps.limits.maxSteps) : null;
      const { queued, ended } = await finishTurnRows(deps.db, {
        workId,
        turn,
        outcome: end.outcome,
        error,
      });
      if (ended) tellTurnEnded(deps, { workId, turn }, end.outcome);
      deps.claims.stop(workId, turn);
      clearSandboxes(deps, { workId, turn });
      // Where a turn began by itself meanwhile (eager-start.ts), its workflow has to look for it as well.
      return { queued: queued || (await isTurnRunning(deps.db, workId)) };
    });
}

/** How often a stopped turn's attempts are looked at: each look is one short statement. */
const LOOK_EVERY_MS = 15;

/**
 * Waits until nobody is at the turn any more, so that what they had to store is stored; not longer than `ms`.
 * @returns false where somebody still is
 */
async function untilUnattended(
  deps: ActivityDependencies,
  { workId, turn }: { workId: string; turn: number },
  ms: number,
): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await delay(LOOK_EVERY_MS)) {
    if (!(await isAttended(deps.db, workId, turn))) return true;
  }
  return ms === 0;
}

/** The sentence for a person; null where the step that failed has left its own. */
function errorOf(code: EndCode, maxSteps: number): TurnError | null {
  switch (code) {
    case 'step_failed':
      return null;
    case 'step_limit':
      return {
        code,
        message: `The turn was ended after ${maxSteps} steps without a final answer. What was written is kept; send a message to go on.`,
      };
  }
}

export function finishCodeAgent(deps: ActivityDependencies) {
  return (input: CodeAgentEnd): Promise<ToolStep> =>
    claimedCall(deps, input, async () => {
      const { workId, turn, toolCallId, end } = input;
      const conversation = await readConversation(deps.db, workId, toolCallId);
      const said = conversation.findLast((message) => textOf(message) !== '');
      const left = await filesLeft(
        await deps.workspaceOf(workId),
        await filesOfAgent(deps.db, workId, toolCallId),
      );
      const text =
        end === 'answered'
          ? said === undefined
            ? 'The code agent ended without a summary.'
            : textOf(said)
          : `The code agent was ended after ${deps.limits.maxSteps} steps without finishing. Its last words: ${said ? textOf(said) : '(none)'}`;
      releaseWarmSandbox(deps, { workId, turn, toolCallId });
      const durationMs = await agentAgeMs(deps.db, workId, toolCallId);
      deps.trace.agentEnded({ workId, turn, agent: toolCallId, durationMs });
      return {
        ok: end === 'answered',
        result: `${text}\n\n${left.words}`,
        files: left.files,
        durationMs,
      };
    });
}
