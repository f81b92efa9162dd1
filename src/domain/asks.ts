/** What an agent asks a person in the middle of a turn (H1, docs/people.md). */

import type { BudgetScope, BudgetUnit } from './budgets.ts';

/** What a question is to allow, exactly. `spend`: to go on up to `upTo` where a budget's `limit` is used up (H4). */
export interface Act {
  kind: 'spend';
  scope: BudgetScope;
  unit: BudgetUnit;
  used: number;
  limit: number;
  upTo: number;
}

/** A question that a turn waits with. */
export interface Ask {
  askId: string;
  /** The call that waits for the answer. */
  toolCallId?: string;
  question: string;
  /** Answers to choose from; other words are an answer, too. */
  options?: string[];
  /** What is taken at the deadline; without a deadline, what the agent would choose. */
  default?: string;
  /** ISO 8601 UTC; without one the turn waits for as long as it takes. */
  deadline?: string;
  /** What would be done: the answer allows it or not. */
  act?: Act;
}

/** Who ended the wait: a person, the deadline, or the end of the turn. */
export type AnsweredBy = 'person' | 'deadline' | 'stop';
