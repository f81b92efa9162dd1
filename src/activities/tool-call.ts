/** A tool call that is done once: claimed, run, its one outcome stored (D5), whatever dies meanwhile. */
import {
  claimTool,
  completeTool,
  releaseClaim,
  type ToolClaim,
  type ToolOutcome,
  toolKey,
} from '../db/turns.ts';
import { persist } from '../db/unavailable.ts';
import { claimant, framed, waitForHolder } from './activity-frame.ts';
import type { Attempt } from './attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ToolInput, ToolStep } from './types.ts';

export interface ClaimedCall {
  claim: Extract<ToolClaim, { kind: 'claimed' }>;
  attempt: Attempt;
}

/** What a tool made of its call; `output` is what a run printed, as far as it is kept. */
export type CallOutcome = ToolOutcome & { output?: string };

/**
 * Runs `body` under the call's claim and stores what it gives. Where the outcome is stored already, or another
 * living worker is at it, that one counts.
 */
export async function claimedCall(
  deps: ActivityDependencies,
  input: ToolInput,
  body: (call: ClaimedCall) => Promise<CallOutcome | 'stopped' | 'fenced'>,
): Promise<ToolStep> {
  const { workId, turn, toolCallId } = input;
  const key = toolKey(toolCallId);
  return await framed(deps, { workId, turn: () => turn }, async () => {
    for (;;) {
      deps.attempts.throwIfShutDown();
      const claim = await claimTool(deps.db, input, claimant(deps));
      switch (claim.kind) {
        case 'over':
        case 'stopped':
          return { kind: claim.kind };
        case 'done':
          return { kind: 'done', ok: claim.result.ok };
        case 'busy':
          await waitForHolder(deps, { ...claim, workId, key });
          continue;
        case 'claimed': {
          const began = performance.now();
          const end = await deps.attempts.run({ workId, turn, key }, async (attempt) => {
            const outcome = await body({ claim, attempt }).catch(async (error: unknown) => {
              await persist(() => releaseClaim(deps.db, { workId, key, attempt: claim.attempt }));
              throw error;
            });
            if (typeof outcome === 'string') return outcome;
            const { output = null, ...rest } = outcome;
            const stored = await persist(() =>
              completeTool(deps.db, { workId, toolCallId, attempt: claim.attempt, outcome: rest, output }),
            );
            return stored.kind === 'fenced' ? 'fenced' : rest.ok;
          });
          deps.log.info(
            {
              workId,
              turn,
              toolCallId,
              tool: claim.name,
              attempt: claim.attempt,
              end,
              ms: Math.round(performance.now() - began),
            },
            'a tool call ended',
          );
          if (end === 'stopped') return { kind: 'stopped' };
          if (end !== 'fenced') return { kind: 'done', ok: end };
        }
      }
    }
  });
}
