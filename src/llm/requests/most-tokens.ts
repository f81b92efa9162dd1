/** How many tokens an answer may have (M7). */
import type { ModelRequest } from '../types.ts';

/** What other encodings and a template's own words may add to a prompt as it was counted. */
const MARGIN = 1_024;
/** A limit below this would cut answers rather than bound them. */
const LEAST = 1_024;

/** The model's own most, or what its window leaves, whichever is less; undefined where the model is not known. */
export function mostTokens({ endpoint, promptTokens = 0 }: ModelRequest): number | undefined {
  if (endpoint.maxOutput === undefined) return undefined;
  const left = endpoint.contextWindow - promptTokens - MARGIN;
  return Math.max(LEAST, Math.min(endpoint.maxOutput, left));
}
