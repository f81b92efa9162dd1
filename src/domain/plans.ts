/** What an agent means to do for a larger piece of work, step by step (H3, docs/people.md). */

export const STEP_STATES = ['pending', 'in_progress', 'completed'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** How a step stands, where there is room for one sign. */
export const STEP_SIGNS: Record<StepState, string> = { pending: '○', in_progress: '▸', completed: '✓' };

/** As it is written, by an agent or a person. */
export interface PlannedStep {
  step: string;
  status: StepState;
}

export interface PlanStep extends PlannedStep {
  /** Paths of what was written while the step was under way, the last ones last. */
  made?: string[];
}

export interface Plan {
  /** The `seq` of the event that it came with. */
  version: number;
  by: 'agent' | 'person';
  steps: PlanStep[];
}

export const MAX_PLAN_STEPS = 30;
/** Of a step, in UTF-16 code units. */
export const MAX_STEP_CHARACTERS = 300;

/** A step's words on one line. */
export function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

/** What is wrong with the steps of a plan, as a sentence that says what to do; undefined where nothing is. */
export function planProblem(steps: PlannedStep[]): string | undefined {
  const words = steps.map(({ step }) => step);
  const twice = words.find((step, at) => words.indexOf(step) < at);
  if (twice !== undefined) return `The step "${twice}" is there twice: give each step words of its own.`;
  if (steps.filter(({ status }) => status === 'in_progress').length > 1)
    return 'More than one step is "in_progress": one at a time, the others are "pending" or "completed".';
  return undefined;
}

/**
 * How far a plan has come; `current`: the step that is under way, else the next one, and `number` which one of them that
 * is, from 1; absent where all are done.
 */
export function progressOf(steps: PlannedStep[]): { completed: number; current?: string; number?: number } {
  const completed = steps.filter(({ status }) => status === 'completed').length;
  const next =
    steps.find(({ status }) => status === 'in_progress') ?? steps.find(({ status }) => status === 'pending');
  return next === undefined
    ? { completed }
    : { completed, current: next.step, number: steps.indexOf(next) + 1 };
}
