/** What an agent asks a person in the middle of a turn (H1, docs/people.md). */

import type { BudgetScope, BudgetUnit } from './budgets.ts';
import type { ToolArguments } from './messages.ts';
import type { ActKind } from './policy.ts';

/** What a question is to allow, exactly. */
export type Act = Spend | Call;

/** To go on up to `upTo` where a budget's `limit` is used up (H4). */
export interface Spend {
  kind: 'spend';
  scope: BudgetScope;
  unit: BudgetUnit;
  used: number;
  limit: number;
  upTo: number;
}

/** A call of a tool, as it would be made (H2). */
export interface Call {
  kind: ActKind;
  tool: string;
  arguments: ToolArguments;
}

/** A call as it is shown to whoever is to allow it: all of it, and its code as it would be run. */
export function callText({ kind, arguments: given }: Call): string {
  const text =
    typeof given === 'string' ? given : kind === 'code' ? codeText(given) : JSON.stringify(given, null, 2);
  // What would hide or turn around what follows is read as what it is.
  return text.replace(
    /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function codeText({ code, ...others }: { [name: string]: unknown }): string {
  const said = Object.entries(others).filter(([, value]) => value !== null);
  const lines = said.length === 0 ? '' : `# ${JSON.stringify(Object.fromEntries(said))}\n`;
  return lines + (typeof code === 'string' ? code : (JSON.stringify(code) ?? ''));
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
