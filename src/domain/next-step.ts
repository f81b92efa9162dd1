/**
 * What an agent does after an answer: the one decision of its loop. The workflow makes it, and so does whoever begins
 * ahead of the workflow, so that nothing is begun that the workflow will not ask for.
 */
import { type CallRef, groupsOf } from './calls.ts';

/** The agent that talks with the person, or one that serves a code_agent call of it. */
export type AgentKind = 'main' | 'code';

export interface StepLimits {
  /** Answers that an agent may give in a turn. */
  maxSteps: number;
}

/** Who runs a call: the tools, which touch files only; the sandbox; an agent of its own; or a person, who answers it. */
export type Runner = 'tool' | 'python' | 'agent' | 'person';

export interface CallGroup {
  runner: Runner;
  calls: CallRef[];
}

export interface NextStep {
  /** One group after the other; the calls of a group at once. */
  groups: CallGroup[];
  afterwards:
    | { kind: 'ask'; step: number }
    | { kind: 'limit' }
    | { kind: 'end' }
    /** A reviewer reads the paper first; where the turn goes on then, it is asked for `step`. */
    | { kind: 'review'; round: number; step: number };
}

/** Whether an agent may be asked for this step, counted from 1. */
export function mayAsk(step: number, { maxSteps }: StepLimits): boolean {
  return step <= maxSteps;
}

/** A stored answer, as the workflow is told of it. */
export interface Answered {
  kind: 'answered';
  turn: number;
  step: number;
  calls: CallRef[];
  finish: string;
  inputTokens: number;
  outputTokens: number;
  /** The turn ended with this answer. */
  ended: boolean;
  /** A message waited for a turn when it did. */
  queued: boolean;
  /** Answers that the agent may give in the turn; absent in histories of before 1 December 2026. */
  maxSteps?: number;
  /** Steps before this one that were done in the same activity, each with its calls, for Temporal's UI. */
  before?: string[];
  /** The round of review that is due before the turn may end (H5). */
  review?: number;
}

/** What follows an answer; `ended` where it ended its turn, `review` where a round of review is due. */
export function whatNext(
  answer: { step: number; calls: readonly CallRef[]; ended: boolean; review?: number },
  limits: StepLimits & { agent: AgentKind },
): NextStep {
  const groups = groupsOf(answer.calls).map((calls) => ({ runner: runnerOf(calls, limits.agent), calls }));
  // An answer of the main agent that calls nothing and did not end the turn was steered on; a code agent's is its last.
  const isLast = answer.ended || (limits.agent === 'code' && groups.length === 0);
  const step = answer.step + 1;
  if (isLast) return { groups, afterwards: { kind: 'end' } };
  if (answer.review !== undefined)
    return { groups, afterwards: { kind: 'review', round: answer.review, step } };
  return { groups, afterwards: mayAsk(step, limits) ? { kind: 'ask', step } : { kind: 'limit' } };
}

/** A tool that its agent does not have is run by the tools, which tell the model that there is none. */
function runnerOf([first]: CallRef[], agent: AgentKind): Runner {
  if (agent === 'main' && (first?.mode === 'agent' || first?.mode === 'person')) return first.mode;
  if (agent === 'code' && first?.mode === 'python') return 'python';
  return 'tool';
}
