/**
 * How much a model takes, as far as it is known: what its settings say, corrected by what it reports. Counts are in
 * our tokens (o200k) unless said otherwise.
 */
import type { Usage } from '../../domain/messages.ts';
import type { ModelEndpoint } from '../../llm/types.ts';

/** Room that is left for the answer: a quarter of the window, and no more than the longest answers need. */
const MOST_FOR_ANSWER = 16_384;
/** The most tokens of a vendor for one of ours: encodings do not differ by more. */
const LARGEST_RATIO = 3;
/** The share of a refused request's tokens that the next may have. */
const AFTER_REFUSAL = 0.6;
/** The least that refusals make of a budget: a shorter request is not refused for its length. */
const LEAST_AFTER_REFUSAL = 2_048;

/** Tokens that a prompt may fill in a window. */
export function promptBudget(window: number): number {
  return window - Math.min(MOST_FOR_ANSWER, Math.floor(window / 4));
}

export interface WindowKnowledge {
  /** Our tokens that a request to this model may hold. */
  budget(endpoint: ModelEndpoint): number;
  /** Our tokens as this model counts them. */
  inItsTokens(endpoint: ModelEndpoint, tokens: number): number;
  /** A request of so many tokens was answered with this usage. */
  answered(endpoint: ModelEndpoint, tokens: number, usage: Usage): void;
  /** A request of so many tokens was refused as too long. */
  refused(endpoint: ModelEndpoint, tokens: number): void;
}

/** What one process has learned of its models; forgetting it costs a refused call at most. */
export function createWindowKnowledge(): WindowKnowledge {
  const learned = new Map<string, { ratio: number; cap: number }>();
  const nameOf = ({ baseUrl, model }: ModelEndpoint) => `${baseUrl} ${model}`;
  const of = (endpoint: ModelEndpoint) =>
    learned.get(nameOf(endpoint)) ?? { ratio: 1, cap: Number.POSITIVE_INFINITY };

  const budget = (endpoint: ModelEndpoint) => {
    const { ratio, cap } = of(endpoint);
    return Math.floor(Math.min(promptBudget(endpoint.contextWindow) / ratio, cap));
  };

  return {
    budget,
    inItsTokens: (endpoint, tokens) => Math.round(tokens * of(endpoint).ratio),
    answered(endpoint, tokens, usage) {
      if (usage.estimated || usage.inputTokens === 0) return;
      // Never below 1: a vendor that reports too little must not make requests too long.
      const ratio = Math.min(LARGEST_RATIO, Math.max(1, usage.inputTokens / tokens));
      learned.set(nameOf(endpoint), { ...of(endpoint), ratio });
    },
    refused(endpoint, tokens) {
      const cap = Math.max(
        LEAST_AFTER_REFUSAL,
        Math.floor(Math.min(budget(endpoint), tokens) * AFTER_REFUSAL),
      );
      learned.set(nameOf(endpoint), { ...of(endpoint), cap });
    },
  };
}
