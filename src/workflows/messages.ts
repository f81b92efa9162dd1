/** What may be said to the workflow of a Work, and its names. Shared by the workflow and by those who talk to it. */
import { defineQuery, defineSignal } from '@temporalio/workflow';

/**
 * The workflow types: of a Work, of a code agent, of an export, of a verification, of looking references up, and of one time
 * of a schedule.
 */
export const WORK_WORKFLOW = 'work';
export const CODE_AGENT_WORKFLOW = 'codeAgent';
export const EXPORT_WORKFLOW = 'exportWork';
export const VERIFY_WORKFLOW = 'verifyWork';
export const LOOK_UP_WORKFLOW = 'lookUpWork';
export const SCHEDULED_TIME_WORKFLOW = 'scheduledTime';

/** The task queue of workflows, model calls and file tools; and that of code runs (their slots are scarce). */
export const WORK_QUEUE = 'paperagent';
export const CODE_QUEUE = 'paperagent-code';

/** The name under which Temporal knows the versions of our workers. */
export const DEPLOYMENT = 'paperagent';

/**
 * Everything a Work's workflow needs is its id: the rest is in Postgres (R2). A continued run is also told which
 * turn has ended, so that a stop which comes late for that one hits no other.
 */
export interface WorkInput {
  workId: string;
  ended?: number;
  /** The namespace knows the search attributes, so that the workflow may say its status in one. */
  attributes?: true;
}

export { workflowIdOf } from '../domain/work-names.ts';

/** "Look into Postgres": a message was queued, a question answered, or a turn left unfinished. Carries nothing (R1). */
export const wake = defineSignal('wake');

/** A person asked to stop this turn; the row in Postgres says so too (R8). */
export const stop = defineSignal<[turn: number]>('stop');

/** "You have been idle for long": a workflow that waits for nothing but a wake ends; the next wake starts another (R2). */
export const rest = defineSignal('rest');

/** What the workflow says it is doing. */
export interface WorkState {
  phase: 'waiting' | 'model' | 'tools' | 'asking' | 'stopping';
  turn: number | null;
  step: number | null;
  /** Names of the tools that run, with their labels. */
  tools: string[];
}

export const state = defineQuery<WorkState>('state');

/** Values of the search attribute PaperAgentStatus. */
export type StatusAttribute = 'idle' | 'running' | 'asking' | 'stopping';

/** Search attributes, as the set-up registers them (F17). */
export const SEARCH_ATTRIBUTES = {
  work: 'PaperAgentWork',
  owner: 'PaperAgentOwner',
  status: 'PaperAgentStatus',
} as const;
