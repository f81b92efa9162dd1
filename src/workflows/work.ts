/**
 * The actor of a Work: one long-lived workflow that owns a conversation. It is woken by signals, looks into
 * Postgres through its activities, and takes one turn after the other. Started from its id alone it goes on
 * where the Work stands (R2).
 */

import { TemporalFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { FinishInput, ModelStep } from '../activities/types.ts';
import type { CallRef } from '../domain/calls.ts';
import type { Runner } from '../domain/next-step.ts';
import { codeWorkflowIdOf } from '../domain/work-names.ts';
import { activities } from './activity-calls.ts';
import { type CallEnd, type LoopEnd, runAgentLoop } from './agent-loop.ts';
import type { codeAgent } from './code-agent.ts';
import { describe } from './details.ts';
import { CODE_AGENT_WORKFLOW, rest, state, stop, type WorkInput, type WorkState, wake } from './messages.ts';
import { statusAttribute } from './status.ts';

/** How long a stopped activity may take to come to its end before the fence is raised without it (R8). */
const STOP_GRACE_MS = 2_000;

/** Guards what a stop does since it waits for those only who are at the turn (docs/workflow-changes.md). */
const STOP_AT_ONCE = 'stop-at-once';

/** Guards the end of a workflow that is let rest: code before it did not hear of that (docs/workflow-changes.md). */
const REST = 'rest';

/** Events after which the history is begun anew: between turns, and in one that waits for a person. */
const LONG_HISTORY = 1_000;

export async function work({ workId, ended: endedBefore = 0, attributes }: WorkInput): Promise<void> {
  let woken = true;
  /** Wakes so far: whoever waits in the middle of a turn looks again at each. */
  let wakes = 0;
  let resting = false;
  /** The highest turn that somebody asked to stop, and the highest that is known to have ended. */
  let stopAsked = 0;
  let ended = endedBefore;
  /** Whether attempts at the turn may still be coming to their end. */
  let stoppedAtOnce = false;
  let now: WorkState = { phase: 'waiting', turn: null, step: null, tools: [] };

  const showStatus = statusAttribute(attributes === true);
  const show = (next: WorkState) => {
    now = next;
    describe(now);
    showStatus(now);
  };
  setHandler(wake, () => {
    woken = true;
    wakes += 1;
  });
  setHandler(stop, (turn) => {
    stopAsked = Math.max(stopAsked, turn);
  });
  setHandler(rest, () => {
    resting = true;
  });
  setHandler(state, () => now);

  for (;;) {
    show({ phase: 'waiting', turn: null, step: null, tools: [] });
    if ((await wokenOrResting()) === 'resting') return;
    woken = false;
    const turn = await takeTurn();
    if (turn === 'gone') return;
    ended = Math.max(ended, turn.ended);
    if (turn.more) woken = true;
    if (isHistoryLong()) {
      await condition(allHandlersFinished);
      // The new run begins by looking, so a wake that came meanwhile is not lost.
      // Its status is "idle" here, or becomes so with the new run's first look.
      await continueAsNew<typeof work>({ workId, ended, ...(attributes ? { attributes } : {}) });
    }
  }

  /**
   * Waits for what comes next. A wake wins: one that reaches the server before this run's end is known there makes
   * Temporal refuse the end and ask again, and one that comes after it starts a new run.
   */
  async function wokenOrResting(): Promise<'woken' | 'resting'> {
    for (;;) {
      // What was asked of a Work in the middle of a turn is void: it was not idle.
      resting = false;
      await condition(() => woken || resting);
      if (woken) return 'woken';
      if (patched(REST)) return 'resting';
    }
  }

  /** Takes the next turn, if there is one, to its end. */
  async function takeTurn(): Promise<'gone' | { ended: number; more: boolean }> {
    const end = await untilStopped();
    switch (end.kind) {
      case 'gone':
        return 'gone';
      case 'idle':
        return { ended, more: false };
      case 'over':
      case 'anew':
      // Only a code agent leaves the waiting to others.
      case 'asking':
        return { ended, more: true };
      case 'answered':
        return { ended: end.turn, more: end.queued };
      case 'stopped':
        return await finish(end.turn, { outcome: 'stopped' });
      case 'limit':
        return await finish(end.turn, { outcome: 'failed', code: 'step_limit' });
      case 'failed':
        return await finish(end.turn, { outcome: 'failed', code: 'step_failed' });
    }
  }

  async function finish(turn: number, end: FinishInput['end']) {
    show({ ...now, phase: 'stopping', turn });
    const grace = stoppedAtOnce ? { graceMs: STOP_GRACE_MS } : {};
    stoppedAtOnce = false;
    const { queued } = await activities(`turn ${end.outcome}`).finishTurn({ workId, turn, end, ...grace });
    return { ended: turn, more: queued };
  }

  /**
   * The agent's loop, until a stop comes: then it is left behind, for what runs hears of the stop by itself, and
   * what waits to be tried again is not waited for. Whoever ends the turn waits for those who are at it.
   */
  async function untilStopped(): Promise<LoopEnd> {
    const scope = new CancellationScope();
    const loop = scope.run(() =>
      runAgentLoop({
        workId,
        agent: 'main',
        kind: 'main',
        turn: null,
        askFor: (summary, input) => untilGiven(() => activities(summary).callModel(input)),
        review: (input) => untilGiven(() => activities(`review round ${input.round}`).review(input)),
        runCall,
        onPhase: (phase, turn, step, calls) =>
          show({ phase, turn, step, tools: calls.map(({ label }) => label) }),
      }),
    );
    const watch = new CancellationScope();
    const late = watch.run(async (): Promise<LoopEnd> => {
      await condition(() => stopAsked > ended);
      show({ ...now, phase: 'stopping' });
      if (patched(STOP_AT_ONCE)) stoppedAtOnce = true;
      else await sleep(STOP_GRACE_MS);
      return { kind: 'stopped', turn: stopAsked };
    });
    try {
      return await Promise.race([loop, late]);
    } finally {
      watch.cancel();
      scope.cancel();
      await late.catch(ignoreFailure);
      await loop.catch(ignoreFailure);
    }
  }

  async function runCall(turn: number, { id, label }: CallRef, runner: Runner): Promise<CallEnd> {
    if (runner === 'agent') return await runCodeAgent(turn, id, label);
    if (runner === 'person') return await untilAnswered(turn, id, label);
    return await untilAllowed(turn, () =>
      activities(label).runTool({ workId, turn, toolCallId: id, mayAsk: true }),
    );
  }

  /** Asks for a step, and where a person is to allow it first, again once they may have answered (H4). */
  async function untilGiven(ask: () => Promise<ModelStep>): Promise<ModelStep | { kind: 'anew' }> {
    for (;;) {
      const heard = wakes;
      const step = await ask();
      if (step.kind !== 'asking') return step;
      if (isHistoryLong()) return { kind: 'anew' };
      await untilWoken(heard, step.turn);
      show({ ...now, phase: 'model' });
    }
  }

  /** Makes a call, and where a person is to allow it first, again once they may have answered (H2). */
  async function untilAllowed(turn: number, make: () => Promise<CallEnd>): Promise<CallEnd> {
    for (;;) {
      const heard = wakes;
      const end = await make();
      if (end.kind !== 'asking') return end;
      if (isHistoryLong()) return { kind: 'anew' };
      await untilWoken(heard, turn);
      show({ ...now, phase: 'tools' });
    }
  }

  /** Waits for a wake that has come since so many were heard, or for a time. */
  async function untilWoken(heard: number, turn: number, ms?: number): Promise<void> {
    show({ ...now, phase: 'asking', turn });
    const isWoken = () => wakes > heard;
    if (ms === undefined) await condition(isWoken);
    else await condition(isWoken, ms);
  }

  /**
   * Waits for a person, at the cost of nothing but a timer where there is a deadline (H1). The answer is a row; the wake
   * that tells of it may come for other reasons, and what is asked twice is asked once. A run that was woken too often
   * goes on in a new one, which comes back to here by what is stored.
   */
  async function untilAnswered(turn: number, toolCallId: string, label: string): Promise<CallEnd> {
    for (;;) {
      const heard = wakes;
      const step = await activities(label).askPerson({ workId, turn, toolCallId });
      if (step.kind !== 'waiting') return step;
      if (isHistoryLong()) return { kind: 'anew' };
      await untilWoken(heard, turn, step.inMs);
    }
  }

  async function runCodeAgent(turn: number, toolCallId: string, label: string): Promise<CallEnd> {
    for (;;) {
      try {
        return await untilAllowed(turn, () =>
          executeChild<typeof codeAgent>(CODE_AGENT_WORKFLOW, {
            workflowId: codeWorkflowIdOf(toolCallId),
            args: [{ workId, turn, toolCallId, mayAsk: true }],
            parentClosePolicy: ParentClosePolicy.TERMINATE,
            cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
            workflowTaskTimeout: '3s',
            staticSummary: label,
          }),
        );
      } catch (error) {
        // Ended by an operator, or by an error of its own: the turn cannot go on, the Work can.
        if (error instanceof ChildWorkflowFailure && !isCancellation(error)) return { kind: 'failed' };
        // The child of a run that was reset is being terminated: it will be gone in a moment.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        await sleep('500ms');
      }
    }
  }
}

/** Whether the run is to be followed by a new one as soon as nothing is under way. */
function isHistoryLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > LONG_HISTORY;
}

/** What was left behind after a stop, or cancelled because it is not needed, may end as it likes. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof TemporalFailure)) throw error;
}
