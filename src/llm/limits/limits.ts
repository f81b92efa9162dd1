/** What a model takes, gives and costs, each with where the figure comes from (M7, M19, M20). */
import type { Prices } from '../../domain/model-prices.ts';

/**
 * `settings`: the person (or the operator) said so. `learned`: the server, as it refused a longer conversation.
 * `server`: it was asked. `table`: our own, made from public data. `default`: nobody has said anything.
 */
export type LimitSource = 'settings' | 'learned' | 'server' | 'table' | 'default';

export interface Sourced<Value> {
  value: Value;
  source: LimitSource;
}

export interface ModelLimits {
  /** Tokens that prompt and answer may fill together. */
  contextWindow: Sourced<number>;
  /** Most tokens of one answer; null: not known, and nothing is asked for. */
  maxOutput: Sourced<number> | null;
  /** Of a million tokens; null: no cost is reckoned. */
  prices: Sourced<Prices> | null;
}

/** What one source says; absent: nothing. */
export interface KnownLimits {
  contextWindow?: number | undefined;
  maxOutput?: number | undefined;
  prices?: Prices | undefined;
}

/** A window for models of which nothing is known: what a turn needs, and most servers have. */
export const DEFAULT_WINDOW = 32_768;

/** The first source that says something, for each figure by itself; an answer is never longer than the window. */
export function limitsFrom(sources: readonly [LimitSource, KnownLimits][]): ModelLimits {
  const first = <Field extends keyof KnownLimits>(field: Field) => {
    for (const [source, known] of sources) {
      const value = known[field];
      if (value !== undefined) return { value: value as NonNullable<KnownLimits[Field]>, source };
    }
    return null;
  };
  const contextWindow = first('contextWindow') ?? { value: DEFAULT_WINDOW, source: 'default' };
  const maxOutput = first('maxOutput');
  return {
    contextWindow,
    maxOutput: maxOutput && { ...maxOutput, value: Math.min(maxOutput.value, contextWindow.value) },
    prices: first('prices'),
  };
}
