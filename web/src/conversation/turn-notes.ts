/** What this page saw in the events and the conversation does not keep. */
import { type ShallowRef, shallowReactive, shallowRef } from 'vue';
import type { LogEvent } from '../../../src/domain/events.ts';

/** Earlier messages were compacted to fit the model's window; in tokens. */
export interface Compaction {
  before: number;
  after: number;
}

/** Four fifths of a budget are used (H4). */
export type BudgetWarning = Pick<
  Extract<LogEvent, { kind: 'budget.warned' }>,
  'scope' | 'unit' | 'used' | 'limit'
>;

export interface TurnNotes {
  follow(event: LogEvent | null): void;
  /** When this page saw a call begin (milliseconds since the epoch): the log's times are another machine's clock. */
  startedAt(toolCallId: string): number | undefined;
  /** The last time that a turn compacted earlier messages. */
  compactions: ReadonlyMap<number, Compaction>;
  /** The last budget of which a turn was warned. */
  warnings: ReadonlyMap<number, BudgetWarning>;
  /** The message from which the conversation was last run again: it and what followed are no longer part of it. */
  rewoundFrom: Readonly<ShallowRef<string | null>>;
}

export function createTurnNotes(now: () => number): TurnNotes {
  const starts = new Map<string, number>();
  const compactions = shallowReactive(new Map<number, Compaction>());
  const warnings = shallowReactive(new Map<number, BudgetWarning>());
  const rewoundFrom = shallowRef<string | null>(null);
  return {
    follow(event) {
      if (event?.kind === 'tool.called') starts.set(event.toolCallId, now());
      else if (event?.kind === 'conversation.rewound') rewoundFrom.value = event.beforeMessageId;
      else if (event?.kind === 'context.compacted' && event.turn !== null) {
        compactions.set(event.turn, { before: event.tokensBefore, after: event.tokensAfter });
      } else if (event?.kind === 'budget.warned' && event.turn !== null) {
        const { scope, unit, used, limit } = event;
        warnings.set(event.turn, { scope, unit, used, limit });
      }
    },
    startedAt: (toolCallId) => starts.get(toolCallId),
    compactions,
    warnings,
    rewoundFrom,
  };
}
