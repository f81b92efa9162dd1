/** What this page saw in the events and the conversation does not keep. */
import { type ShallowRef, shallowReactive, shallowRef } from 'vue';
import type { LogEvent } from '../../../src/domain/events.ts';

/** Earlier messages were compacted to fit the model's window; in tokens. */
export interface Compaction {
  before: number;
  after: number;
}

/** When this page was told of a turn's beginning and end: ISO 8601, by the log's clock. */
export interface TurnTimes {
  began?: string;
  ended?: string;
}

/** A stretch of reasoning within a step: from when to when it came, in milliseconds by the log's clock. */
interface Thought {
  from: number;
  to: number;
}

/** Four fifths of a budget are used (H4). */
export type BudgetWarning = Pick<
  Extract<LogEvent, { kind: 'budget.warned' }>,
  'scope' | 'unit' | 'used' | 'limit'
>;

export interface TurnNotes {
  follow(event: LogEvent | null): void;
  /** A moment of the log by this page's clock, in milliseconds since the epoch: the two need not agree. */
  here(at: string): number;
  /** When a call that this page was told of began, by the page's clock. */
  startedAt(toolCallId: string): number | undefined;
  turns: ReadonlyMap<number, TurnTimes>;
  /** How long the `nth` stretch of reasoning of that step took so far, in milliseconds; undefined where it came before this page. */
  thoughtFor(messageId: string, nth: number): number | undefined;
  /** The last time that a turn compacted earlier messages. */
  compactions: ReadonlyMap<number, Compaction>;
  /** The last budget of which a turn was warned. */
  warnings: ReadonlyMap<number, BudgetWarning>;
  /** The message from which the conversation was last run again: it and what followed are no longer part of it. */
  rewoundFrom: Readonly<ShallowRef<string | null>>;
}

export function createTurnNotes(now: () => number): TurnNotes {
  const starts = new Map<string, string>();
  const turns = shallowReactive(new Map<number, TurnTimes>());
  const thoughts = shallowReactive(new Map<string, readonly Thought[]>());
  /** The steps whose last words were reasoning. */
  const thinking = new Set<string>();
  const compactions = shallowReactive(new Map<number, Compaction>());
  const warnings = shallowReactive(new Map<number, BudgetWarning>());
  const rewoundFrom = shallowRef<string | null>(null);
  /** How far this page's clock is ahead, in milliseconds. What comes late, such as after a lost connection, says too much. */
  let ahead = Number.POSITIVE_INFINITY;
  const here = (at: string) => Date.parse(at) + (Number.isFinite(ahead) ? ahead : 0);

  function think(messageId: string, at: number): void {
    const before = thoughts.get(messageId) ?? [];
    const last = thinking.has(messageId) ? before.at(-1) : undefined;
    const next = { from: last?.from ?? at, to: at };
    thoughts.set(messageId, last === undefined ? [...before, next] : before.with(-1, next));
    thinking.add(messageId);
  }

  return {
    follow(event) {
      if (event === null) return;
      const at = Date.parse(event.at);
      ahead = Math.min(ahead, now() - at);
      if (event.kind === 'reasoning.delta') think(event.messageId, at);
      else if (event.kind === 'text.delta' || event.kind === 'tool.delta') thinking.delete(event.messageId);
      else if (event.kind === 'turn.started' && event.turn !== null)
        turns.set(event.turn, { began: event.at });
      else if (event.kind === 'turn.completed' && event.turn !== null)
        turns.set(event.turn, { ...turns.get(event.turn), ended: event.at });
      else if (event.kind === 'tool.called') starts.set(event.toolCallId, event.at);
      else if (event.kind === 'conversation.rewound') rewoundFrom.value = event.beforeMessageId;
      else if (event.kind === 'context.compacted' && event.turn !== null) {
        compactions.set(event.turn, { before: event.tokensBefore, after: event.tokensAfter });
      } else if (event.kind === 'budget.warned' && event.turn !== null) {
        const { scope, unit, used, limit } = event;
        warnings.set(event.turn, { scope, unit, used, limit });
      }
    },
    here,
    startedAt(toolCallId) {
      const at = starts.get(toolCallId);
      return at === undefined ? undefined : here(at);
    },
    turns,
    thoughtFor(messageId, nth) {
      const thought = thoughts.get(messageId)?.[nth];
      return thought && thought.to - thought.from;
    },
    compactions,
    warnings,
    rewoundFrom,
  };
}
