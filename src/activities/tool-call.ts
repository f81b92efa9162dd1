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
import type { FairGate } from '../threads/fair-gate.ts';
import { ahead, claimant, framed, waitForHolder } from './activity-frame.ts';
import { type Attempt, AttemptEnded, type EndReason } from './attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { inItsPlace } from './places.ts';
import type { ToolInput, ToolStep } from './types.ts';

export interface ClaimedCall {
  claim: Extract<ToolClaim, { kind: 'claimed' }>;
  attempt: Attempt;
  /** To be called when what may be dangerous about its beginning is over; its end says so too. */
  begun: () => void;
}

/** What a tool made of its call; `output` is what a run printed, as far as it is kept. */
export type CallOutcome = ToolOutcome & { output?: string };

/** Why a call got no outcome: its turn is to stop, or another attempt has taken over. */
export type NoOutcome = Exclude<EndReason, 'shutdown'>;

/** How an attempt at a call ended: what its tool made is stored, good or bad, or there is nothing to store. */
type CallEnd = 'ok' | 'error' | NoOutcome;

type Body = (call: ClaimedCall) => Promise<CallOutcome | NoOutcome>;

/**
 * Runs `body` under the call's claim, in a place of `gate` where it needs one, and stores what it gives. Where the
 * outcome is stored already, or another living worker is at it, that one counts.
 */
export async function claimedCall(
  deps: ActivityDependencies,
  input: ToolInput,
  body: Body,
  gate?: FairGate,
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
          if (claim.crashed) logCrashed(deps, input);
          return { kind: 'done', ok: claim.result.ok };
        case 'busy':
          await waitForHolder(deps, { ...claim, workId, key });
          continue;
        case 'claimed': {
          const end = await attemptCall(deps, input, claim, body, gate);
          if (end !== 'fenced') return stepOf(end);
        }
      }
    }
  });
}

/**
 * The same ahead of the activity that will ask for it, once: false where somebody else is at it, or it is not to be
 * done any more.
 */
export async function callAhead(deps: ActivityDependencies, input: ToolInput, body: Body): Promise<boolean> {
  const claim = await claimTool(deps.db, input, ahead(deps));
  if (claim.kind === 'done') {
    if (claim.crashed) logCrashed(deps, input);
    return true;
  }
  if (claim.kind !== 'claimed') return false;
  const end = await attemptCall(deps, input, claim, body);
  return end === 'ok' || end === 'error';
}

function logCrashed(deps: ActivityDependencies, input: ToolInput): void {
  deps.log.error({ ...input }, 'a tool call brought too many workers down: it is given up');
}

function stepOf(end: Exclude<CallEnd, 'fenced'>): ToolStep {
  return end === 'stopped' ? { kind: 'stopped' } : { kind: 'done', ok: end === 'ok' };
}

/** One attempt at the call. */
async function attemptCall(
  deps: ActivityDependencies,
  { workId, turn, toolCallId }: ToolInput,
  claim: ClaimedCall['claim'],
  body: Body,
  gate?: FairGate,
): Promise<CallEnd> {
  const key = toolKey(toolCallId);
  const began = performance.now();
  const end = await deps.attempts.run({ workId, turn, key }, (attempt) => {
    const of = { workId, turn, agent: claim.agent, tool: claim.name, toolCallId, attempt: claim.attempt };
    return deps.trace.attempt(
      of,
      () => call(attempt),
      (ended) => ended,
    );
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
  return end;

  async function call(attempt: Attempt): Promise<CallEnd> {
    const { person, crashes, begun: atOnce } = claim;
    const beginning = { workId, turn, key, attempt: claim.attempt, person, crashes, atOnce };
    const outcome = await inItsPlace(
      deps,
      gate === undefined ? beginning : { ...beginning, gate },
      attempt,
      (begun) => body({ claim, attempt, begun }),
    ).catch(async (error: unknown) => {
      if (error instanceof AttemptEnded && error.why !== 'shutdown') return error.why;
      await persist(() => releaseClaim(deps.db, { workId, key, attempt: claim.attempt }));
      throw error;
    });
    if (typeof outcome === 'string') {
      // Nothing of this attempt is to come: whoever ends the turn need not wait for it.
      await persist(() => releaseClaim(deps.db, { workId, key, attempt: claim.attempt }));
      return outcome;
    }
    const { output = null, ...rest } = outcome;
    const stored = await persist(() =>
      completeTool(deps.db, { workId, toolCallId, attempt: claim.attempt, outcome: rest, output }),
    );
    if (stored.kind === 'fenced') return 'fenced';
    return rest.ok ? 'ok' : 'error';
  }
}
