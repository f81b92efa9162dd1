/** A tool call as a claim: it is done once, and its one outcome is stored (D5), whatever dies meanwhile. */
import { type Holder, releaseClaim, toolKey } from '../db/claims.ts';
import type { EventStream } from '../db/event-writer.ts';
import { claimTool, completeTool, type ToolClaim, type ToolOutcome } from '../db/tool-calls.ts';
import { persist } from '../db/unavailable.ts';
import type { FairGate } from '../threads/fair-gate.ts';
import { framed, thisActivity } from './activity-frame.ts';
import { AttemptEnded, type EndReason } from './claims/attempt-ended.ts';
import type { Attempt } from './claims/attempts.ts';
import type { Asked, Claimed, ClaimOf, InPlace } from './claims/claim-runner.ts';
import { tellWaiting } from './claims/told-waiting.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ToolInput, ToolStep } from './types.ts';

export interface ClaimedCall {
  claim: Extract<ToolClaim, { kind: 'claimed' }>;
  attempt: Attempt;
  /** For what is shown meanwhile; what is to be stored before the call's end is flushed by the body. */
  stream: EventStream;
  /** To be called when what may be dangerous about its beginning is over; its end says so too. */
  begun: () => void;
}

/** What a tool made of its call; `output` is what a run printed, as far as it is kept. */
export type CallOutcome = ToolOutcome & { output?: string };

/** Why a call got no outcome: its turn is to stop, or another attempt has taken over. */
export type NoOutcome = Exclude<EndReason, 'shutdown'>;

/** Does the call, good or bad; what it throws is tried again. */
export type CallBody = (call: ClaimedCall) => Promise<CallOutcome | NoOutcome>;

/** The activity that runs `body` under the call's claim, in a place of `gate` where it needs one. */
export async function claimedCall(
  deps: ActivityDependencies,
  input: ToolInput,
  body: CallBody,
  gate?: FairGate,
): Promise<ToolStep> {
  return await framed(deps, { workId: input.workId, turn: () => input.turn }, () =>
    deps.claims.runOrWait(callClaim(deps, input, body, { gate }), thisActivity()),
  );
}

/** `claimed`: what was claimed of the call already, for whoever asks first. */
export function callClaim(
  deps: ActivityDependencies,
  input: ToolInput,
  body: CallBody,
  { gate, claimed }: { gate?: FairGate | undefined; claimed?: ToolClaim | undefined } = {},
): ClaimOf<ToolStep> {
  let given = claimed;
  return { workId: input.workId, gate, ask };

  async function ask(by: Holder): Promise<Asked<ToolStep>> {
    const claim = given ?? (await claimTool(deps.db, input, by));
    given = undefined;
    switch (claim.kind) {
      case 'claimed':
        return callAttempt(deps, input, claim, body);
      case 'busy':
        return { ...claim, key: toolKey(input.toolCallId) };
      case 'over':
      case 'asking':
      case 'stopped':
        return { kind: 'settled', result: { kind: claim.kind } };
      case 'done':
        if (claim.crashed)
          deps.log.error({ ...input }, 'a tool call brought too many workers down: it is given up');
        return { kind: 'settled', result: { kind: 'done', ok: claim.result.ok } };
    }
  }
}

/** What was claimed of a call, and the attempt at it. */
function callAttempt(
  deps: ActivityDependencies,
  { workId, turn, toolCallId }: ToolInput,
  claim: ClaimedCall['claim'],
  body: CallBody,
): Claimed<ToolStep> {
  const key = toolKey(toolCallId);
  const { agent, name: tool, attempt: number, person, crashes, begun: atOnce } = claim;
  return {
    kind: 'claimed',
    claim: { turn, key, attempt: number, person, crashes, atOnce },
    async run(attempt, inPlace) {
      const began = performance.now();
      const of = { workId, turn, agent, tool, toolCallId, attempt: number };
      const end = await deps.trace.attempt(of, () => call(attempt, inPlace), wordOf);
      const ms = Math.round(performance.now() - began);
      deps.log.info(
        { workId, turn, toolCallId, tool, attempt: number, end: wordOf(end), ms },
        'a tool call ended',
      );
      return end;
    },
  };

  async function call(attempt: Attempt, inPlace: InPlace): Promise<ToolStep | 'fenced'> {
    const release = () => persist(() => releaseClaim(deps.db, { workId, key, attempt: number }));
    const stream = deps.writer.open(
      { workId, key, attempt: number },
      { onFenced: () => attempt.end('fenced'), onStop: () => attempt.end('stopped') },
    );
    const outcome = await inPlace(
      (begun) => body({ claim, attempt, stream, begun }),
      tellWaiting(stream, agent),
    ).catch(async (error: unknown) => {
      if (error instanceof AttemptEnded && error.why !== 'shutdown') return error.why;
      await release();
      throw error;
    });
    if (typeof outcome === 'string') {
      // Nothing of this attempt is to come: whoever ends the turn need not wait for it.
      await release();
      return outcome === 'stopped' ? { kind: 'stopped' } : outcome;
    }
    const { output = null, ...rest } = outcome;
    const stored = await persist(() =>
      completeTool(deps.db, { workId, toolCallId, attempt: number, outcome: rest, output }),
    );
    return stored.kind === 'fenced' ? 'fenced' : { kind: 'done', ok: rest.ok };
  }
}

/** How an attempt at a call ended, in one word. */
function wordOf(end: ToolStep | 'fenced'): string {
  if (end === 'fenced') return end;
  return end.kind === 'done' ? (end.ok ? 'ok' : 'error') : end.kind;
}
