/** What this page saw in the events and the conversation does not keep. */
import type { LogEvent } from '../../../src/domain/events.ts';

export interface TurnNotes {
  follow(event: LogEvent | null): void;
  /** When this page saw a call begin (milliseconds since the epoch): the log's times are another machine's clock. */
  startedAt(toolCallId: string): number | undefined;
}

export function createTurnNotes(now: () => number): TurnNotes {
  const starts = new Map<string, number>();
  return {
    follow(event) {
      if (event?.kind === 'tool.called') starts.set(event.toolCallId, now());
    },
    startedAt: (toolCallId) => starts.get(toolCallId),
  };
}
