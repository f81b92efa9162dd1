/** How the answer to what a person said ends, for interfaces that translate the log (I10). Pure. */
import { type Act, type Ask, fenced, shownCall } from '../../domain/asks.ts';
import type { LogEvent, TurnError, TurnOutcome } from '../../domain/events.ts';
import { addUsage, type Usage } from '../../domain/messages.ts';

/** With its turn; or with a question, which the person answers by what they say next (H1). */
export type AnswerEnding =
  | { outcome: TurnOutcome; usage: Usage; error?: TurnError }
  | { outcome: 'asking'; usage: Usage; ask: Ask };

/**
 * Gives what says of an answer's events whether they end it. What is used is the turn's, or where the turn has several
 * parts, the part's: what its model calls took.
 */
export function createAnswerEnding(): (event: LogEvent) => AnswerEnding | undefined {
  let isPart = false;
  let used: Usage = { inputTokens: 0, outputTokens: 0 };
  return (event) => {
    switch (event.kind) {
      case 'ask.answered':
        isPart = true;
        return undefined;
      case 'message.completed':
        if (event.message.usage) used = addUsage(used, event.message.usage);
        return undefined;
      case 'ask.raised': {
        const { kind: _kind, seq: _seq, turn: _turn, at: _at, ...ask } = event;
        return { outcome: 'asking', usage: used, ask };
      }
      case 'turn.completed': {
        const { outcome, usage, error } = event;
        return { outcome, usage: isPart ? used : usage, ...(error ? { error } : {}) };
      }
      default:
        return undefined;
    }
  };
}

/** A question as text, for clients that show nothing else. */
export function questionText({ question, options, default: fallback, deadline, act }: Ask): string {
  const choice = options?.length ? `\n\n${options.map((option) => `- ${option}`).join('\n')}` : '';
  const end =
    deadline === undefined
      ? ''
      : `\n\n*(Without an answer by ${deadline}${fallback === undefined ? ' the agent decides' : `: ${fallback}`}.)*`;
  return question + wouldBe(act) + choice + end;
}

/** A call as it would be made. */
function wouldBe(act: Act | undefined): string {
  const call = shownCall(act);
  return call === undefined ? '' : `\n\n${fenced(call)}`;
}
