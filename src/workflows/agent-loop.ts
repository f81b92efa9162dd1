/**
 * The loop of an agent, MainAgent and CodeAgent alike: ask the model; run the tools it called; ask again, until a
 * final answer, a stop, or a limit. Deterministic: every effect is an activity, every input comes from one.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import {
  FAILURE,
  type ModelStep,
  type ModelStepInput,
  type ReviewInput,
  type ToolStep,
} from '../activities/types.ts';
import type { CallRef } from '../domain/calls.ts';
import { type AgentKind, type CallGroup, type Runner, whatNext } from '../domain/next-step.ts';

export type LoopEnd =
  | { kind: 'idle' }
  | { kind: 'gone' }
  /** The turn was ended by somebody else. */
  | { kind: 'over' }
  | { kind: 'stopped'; turn: number }
  /** A person is asked whether the agent may go on; whoever runs it waits for the answer. */
  | { kind: 'asking'; turn: number }
  | { kind: 'limit'; turn: number }
  /** The history is long, and nothing is under way: the turn goes on in a new run. */
  | { kind: 'anew' }
  /** A model step failed for good. */
  | { kind: 'failed'; turn: number }
  /** A final answer; `ended` where it ended the turn too. */
  | { kind: 'answered'; turn: number; ended: boolean; queued: boolean };

/**
 * How a call ended; 'failed' where a code agent's model failed for good, which fails the turn; 'asking' where a code agent
 * may not go on before a person says so; 'anew' where it waits, and is to go on waiting in a new run of the workflow.
 */
export type CallEnd = ToolStep | { kind: 'failed' } | { kind: 'asking' } | { kind: 'anew' };

export interface Loop {
  workId: string;
  agent: string;
  /** Also the name of the agent in Temporal's UI. */
  kind: AgentKind;
  turn: number | null;
  /** Asks for a step; whoever can wait for a person gives no 'asking'. */
  askFor: (summary: string, input: ModelStepInput) => Promise<ModelStep | { kind: 'anew' }>;
  /** Has the paper reviewed (H5); absent where there is nothing to review. */
  review?: (input: ReviewInput) => Promise<ModelStep | { kind: 'anew' }>;
  /** Runs one call; called in order for what writes, at once for neighbours that only read. */
  runCall: (turn: number, call: CallRef, runner: Runner) => Promise<CallEnd>;
  /** Told what the agent does, for the query and the UI. */
  onPhase: (phase: 'model' | 'tools', turn: number | null, step: number | null, calls: CallRef[]) => void;
}

export async function runAgentLoop(loop: Loop): Promise<LoopEnd> {
  try {
    return await loopUntilEnd(loop);
  } catch (error) {
    const turn = turnThatFailed(error);
    if (turn === undefined) throw error;
    return { kind: 'failed', turn };
  }
}

async function loopUntilEnd(loop: Loop): Promise<LoopEnd> {
  let turn = loop.turn;
  let step: number | null = null;
  for (;;) {
    loop.onPhase('model', turn, step, []);
    const summary: string = step === null ? `model ${loop.kind}` : `model ${loop.kind} step ${step}`;
    const input: ModelStepInput = { workId: loop.workId, turn, agent: loop.agent, step };
    const answer = await loop.askFor(summary, input);
    if (answer.kind !== 'answered') return answer;
    turn = answer.turn;
    // Older answers do not say how many steps there may be: the activity says so when it is asked for one too many.
    const { maxSteps = Number.POSITIVE_INFINITY } = answer;
    const { groups, afterwards } = whatNext(answer, { maxSteps, agent: loop.kind });
    if (groups.length > 0) {
      loop.onPhase('tools', turn, answer.step, answer.calls);
      const end = await runGroups(loop, turn, groups);
      if (end.kind === 'over' || end.kind === 'anew') return { kind: end.kind };
      if (end.kind !== 'done') return { kind: end.kind, turn };
    }
    switch (afterwards.kind) {
      case 'end':
        return { kind: 'answered', turn, ended: answer.ended, queued: answer.queued };
      case 'limit':
        return { kind: 'limit', turn };
      case 'review': {
        const { round } = afterwards;
        const said = await loop.review?.({ workId: loop.workId, turn, round, after: answer.step });
        if (said === undefined) throw new Error(`a ${loop.kind} agent is not reviewed`);
        if (said.kind !== 'answered') return said;
        if (said.ended) return { kind: 'answered', turn, ended: true, queued: said.queued };
        step = afterwards.step;
        break;
      }
      case 'ask':
        step = afterwards.step;
    }
  }
}

/** Runs an answer's calls, one group after the other, until one does not end as a call should. */
async function runGroups(loop: Loop, turn: number, groups: CallGroup[]): Promise<CallEnd> {
  for (const { runner, calls } of groups) {
    const ends = await Promise.all(calls.map((call) => loop.runCall(turn, call, runner)));
    const end = ends.find(({ kind }) => kind !== 'done');
    if (end) return end;
  }
  return { kind: 'done', ok: true };
}

/** The turn that cannot go on, where an activity says so (its failure's first detail). */
export function turnThatFailed(error: unknown): number | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURE.stepFailed) return undefined;
  const [turn] = cause.details ?? [];
  return typeof turn === 'number' ? turn : undefined;
}
