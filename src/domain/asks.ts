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
  /** All of them, or of long ones the beginning (`shown_act` in functions/policies.sql). */
  arguments: ToolArguments;
  /** Characters that follow those that are here. */
  more?: number;
}

/**
 * A call as it is shown to whoever is to allow it: its code as it would be run, and of a long one how much more there is,
 * first, for whoever does not read to its end.
 */
export function callText({ kind, arguments: given, more }: Call): string {
  const text =
    typeof given === 'string' ? given : kind === 'code' ? codeText(given) : JSON.stringify(given, null, 2);
  // What would hide or turn around what follows is read as what it is.
  const seen = text.replace(
    /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (more === undefined) return seen;
  return `[Not all is shown here: ${more} characters more follow at the end. The whole stands in the call's card.]\n${seen}`;
}

/** The call that a question is to allow, as it is shown; undefined where it is none. */
export function shownCall(act: Act | undefined): string | undefined {
  return act === undefined || act.kind === 'spend' ? undefined : callText(act);
}

/** Text in a block of code that nothing in it closes. */
export function fenced(text: string): string {
  let fence = '```';
  for (const [ticks] of text.matchAll(/`{3,}/g)) if (ticks.length >= fence.length) fence = `${ticks}\``;
  return `${fence}\n${text}\n${fence}`;
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
