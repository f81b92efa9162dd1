/**
 * What the workflows call, and what they are told: ids, counts, short labels and codes, never content (R1).
 * Every activity is idempotent by the ids in its input (R3).
 */

import type { Answered } from '../domain/next-step.ts';
import type { ScheduledTime } from '../domain/schedules/schedule.ts';

export interface ModelStepInput {
  workId: string;
  /** null: the running turn, or a new one for the oldest queued message. */
  turn: number | null;
  /** 'main', or the id of the code_agent call that this agent serves. */
  agent: string;
  /** null: where the agent stands, which is its last stored answer if it has one. */
  step: number | null;
}

export type ModelStep =
  /** No turn runs and nothing is queued. */
  | { kind: 'idle' }
  /** The Work was deleted. */
  | { kind: 'gone' }
  /** The turn had ended before this step. */
  | { kind: 'over' }
  | { kind: 'stopped'; turn: number }
  /** A person is asked first whether it may go on (H4): to be asked for again once something has changed. */
  | { kind: 'asking'; turn: number }
  | { kind: 'limit'; turn: number }
  | Answered;

/** A round of review (H5), from 1; `after`: the step whose answer it stands behind. */
export interface ReviewInput {
  workId: string;
  turn: number;
  round: number;
  after: number;
}

export interface ToolInput {
  workId: string;
  turn: number;
  toolCallId: string;
  /**
   * The workflow waits where a person is asked first (H2). One of older code does not, and does not say so: its call is
   * refused instead. null: nobody is asked and nothing refused yet, for the workflow's own activity is still to come.
   */
  mayAsk?: true | null;
}

/** 'over': the turn ended meanwhile. A tool's own failure is no failure of the activity (R6). */
export type ToolStep =
  | { kind: 'done'; ok: boolean }
  /** A person is asked first whether it may be made (H2): to be asked for again once something has changed. */
  | { kind: 'asking' }
  | { kind: 'stopped' }
  | { kind: 'over' };

/** `waiting`: a person is to answer, within `inMs` where there is a deadline. */
export type AskStep = ToolStep | { kind: 'waiting'; inMs?: number };

/** Why a turn, or a code agent, ends without a final answer of its own. */
export type EndCode = 'step_limit' | 'step_failed';

export interface FinishInput {
  workId: string;
  turn: number;
  end: { outcome: 'stopped' } | { outcome: 'failed'; code: EndCode };
  /** How long attempts that still run may take to come to their end (R8); absent: they had their time. */
  graceMs?: number;
}

export interface CodeAgentEnd extends ToolInput {
  end: 'answered' | 'step_limit';
}

/** Of an export (P20): the order is a row. */
export interface ExportInput {
  exportId: string;
}

/** Of a verification (P19): the order is a row. */
export interface VerifyInput {
  verificationId: string;
}

/** Of looking a Work's references up (O6). */
export interface LookUpInput {
  workId: string;
}

/** Of a time at which a schedule came (H7). */
export interface ScheduledTimeInput extends ScheduledTime {
  /** The time itself: ISO 8601 UTC, whenever this is done. */
  firesAt: string;
}

export interface Activities {
  /**
   * Claims the step, calls the model, streams and stores its answer. Where what follows took a moment only, it gives the
   * last answer of those that were stored meanwhile: all calls of those before it are done.
   */
  callModel(input: ModelStepInput): Promise<ModelStep>;
  /** Has the paper reviewed, and says whether the turn ended with that. */
  review(input: ReviewInput): Promise<ModelStep>;
  /** Runs a tool that touches files. */
  runTool(input: ToolInput): Promise<ToolStep>;
  /** Asks a person, unless that was done, and says how it stands. */
  askPerson(input: ToolInput): Promise<AskStep>;
  /** Ends the turn as stopped or failed; `queued` where a message waits, or another turn has begun. */
  finishTurn(input: FinishInput): Promise<{ queued: boolean }>;
  /** Answers a code_agent call from what its agent said and made. */
  finishCodeAgent(input: CodeAgentEnd): Promise<ToolStep>;
  /** Makes the file of an export. */
  makeExport(input: ExportInput): Promise<void>;
  /** Says that it could not be made. */
  failExport(input: ExportInput): Promise<void>;
  /** Makes a Work's runs again, and compares. */
  makeAgain(input: VerifyInput): Promise<void>;
  /** Says that it could not be done. */
  failVerification(input: VerifyInput): Promise<void>;
  /** Looks a Work's references up, and keeps what was found out. */
  lookUpBibliography(input: LookUpInput): Promise<void>;
  /** Sends the message of a schedule, once for each of its times, or writes down why not. */
  takeScheduledTime(input: ScheduledTimeInput): Promise<void>;
}

/** Activities of the queue whose slots are the machine's cores and memory. */
export interface CodeActivities {
  /** Runs Python in the sandbox, or reattaches to the run that an earlier attempt started. */
  runPython(input: ToolInput): Promise<ToolStep>;
}

/** ApplicationFailure types that workflows tell apart. */
export const FAILURE = {
  /** The model step failed for good; the row of its claim says why. */
  stepFailed: 'step_failed',
  /** The worker that ran the activity died (R9). */
  workerLost: 'worker_lost',
} as const;
