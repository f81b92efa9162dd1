/** What this page saw in the events and the conversation does not keep. */
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Conversation } from '../../../src/domain/reducer.ts';

export type Outcome = NonNullable<Conversation['lastOutcome']>;

export interface TurnNotes {
  follow(event: LogEvent | null): void;
  /** When this page saw a call begin (milliseconds since the epoch): the log's times are another machine's clock. */
  startedAt(toolCallId: string): number | undefined;
  /** How a turn ended that ended before this page's eyes. */
  outcomeOf(turn: number | null): Outcome | undefined;
}

export function createTurnNotes(now: () => number): TurnNotes {
  const starts = new Map<string, number>();
  const outcomes = new Map<number, Outcome>();
  return {
    follow(event) {
      if (event?.kind === 'tool.called') starts.set(event.toolCallId, now());
      if (event?.kind === 'turn.completed' && event.turn !== null) {
        const { turn, outcome, usage, error } = event;
        outcomes.set(turn, { turn, outcome, usage, ...(error ? { error } : {}) });
      }
    },
    startedAt: (toolCallId) => starts.get(toolCallId),
    outcomeOf: (turn) => (turn === null ? undefined : outcomes.get(turn)),
  };
}
