/**
 * The event log of a Work: one closed union of everything that can happen in it.
 * The field names are the protocol's (docs/protocol.md, "Event kinds"): what is stored is what is sent.
 */
import type { AnsweredBy, Ask } from './asks.ts';
import type { BudgetScope, BudgetUnit } from './budgets.ts';
import type {
  AgentId,
  FileChange,
  Message,
  RunEnding,
  ToolArguments,
  Usage,
  UserMessage,
} from './messages.ts';
import type { PlanStep } from './plans.ts';
import type { Review } from './reviews.ts';
import type { VerifyMode } from './verification/types.ts';
import type { SnapshotReason } from './versions.ts';

/**
 * The `what` of a `retrying` that tells of no failure: the agent waits for a place among all that work here at once, and
 * then it has one. The second ends the first (`reduce`): what follows it may be long in coming.
 */
export const PLACE = { awaited: 'place', found: 'place found' } as const;

export type TurnOutcome = 'done' | 'stopped' | 'failed';

export interface TurnError {
  code: string;
  message: string;
}

/** An event's own fields, by kind. The envelope (seq, turn, at) is `LogEvent`. */
export type EventBody =
  | { kind: 'message.queued'; message: UserMessage }
  | { kind: 'message.changed'; message: UserMessage }
  | { kind: 'message.withdrawn'; id: string }
  | { kind: 'message.steered'; id: string }
  | { kind: 'conversation.rewound'; beforeMessageId: string }
  | { kind: 'turn.started'; messageIds: string[] }
  | {
      kind: 'step.started';
      step: number;
      attempt: number;
      agent: AgentId;
      model: string;
      /** The assistant message that this attempt streams into. */
      messageId: string;
    }
  | { kind: 'step.superseded'; step: number; agent: AgentId; attempt: number; messageId: string }
  | { kind: 'text.delta'; messageId: string; agent: AgentId; text: string }
  | { kind: 'reasoning.delta'; messageId: string; agent: AgentId; text: string }
  | {
      kind: 'tool.delta';
      messageId: string;
      agent: AgentId;
      index: number;
      /** The id that `tool.called` will have, so that the draft and the call are one part. */
      toolCallId: string;
      name?: string;
      text: string;
    }
  | {
      kind: 'tool.called';
      messageId: string;
      agent: AgentId;
      toolCallId: string;
      name: string;
      arguments: ToolArguments;
    }
  | { kind: 'tool.output'; toolCallId: string; stream: 'stdout' | 'stderr'; text: string }
  | {
      kind: 'tool.completed';
      toolCallId: string;
      ok: boolean;
      result: string;
      files: FileChange[];
      durationMs: number;
      ending?: RunEnding;
      /** The number of the run of code that this was (P16). */
      run?: number;
    }
  | ({ kind: 'ask.raised' } & Ask)
  | { kind: 'ask.answered'; askId: string; by: AnsweredBy; text: string; allow?: boolean }
  /** Four fifths of a budget are used; `limit` with what a person has allowed since. Once a turn and budget. */
  | { kind: 'budget.warned'; scope: BudgetScope; unit: BudgetUnit; used: number; limit: number }
  /** All of it (H3); without steps: it was taken away. `toolCallId`: of the call that set it. */
  | { kind: 'plan.changed'; by: 'agent' | 'person'; toolCallId?: string; steps: PlanStep[] }
  /** A round of review (H5); its words are the message's before it. */
  | ({ kind: 'review.completed' } & Omit<Review, 'turn'>)
  | { kind: 'message.completed'; message: Message }
  | { kind: 'context.compacted'; tokensBefore: number; tokensAfter: number; throughMessageId: string }
  | {
      kind: 'retrying';
      agent: AgentId;
      /** What is tried again, or one of PLACE. */
      what: string;
      /** From a closed set: the model's errors, or `worker_restarting`. Older logs have none. */
      code?: string;
      reason: string;
      inMs: number;
    }
  | { kind: 'verification.started'; id: string; mode: VerifyMode }
  /** `reproduced`: nothing differs, is missing or was not run. */
  | {
      kind: 'verification.completed';
      id: string;
      state: 'done' | 'failed' | 'stopped';
      reproduced?: boolean;
    }
  | { kind: 'workspace.snapshot'; id: string; reason: SnapshotReason }
  | {
      kind: 'workspace.restored';
      /** Whose files were brought back, and the one that undoes it. */
      snapshot: string;
      undo: string;
      /** How many differ. */
      files: number;
    }
  | { kind: 'turn.completed'; outcome: TurnOutcome; usage: Usage; error?: TurnError };

export type EventKind = EventBody['kind'];

/** One row of the log. `seq` is gapless per Work; `turn` is null outside a turn; `at` is ISO 8601 UTC. */
export type LogEvent = { seq: number; turn: number | null; at: string } & EventBody;
