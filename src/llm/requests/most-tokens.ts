/** How many tokens an answer may have (M7). */
import type { ModelRequest } from '../types.ts';

/** What other encodings and a template's own words may add to a prompt as it was counted. */
const MARGIN = 1_024;
/** A limit below this would cut answers rather than bound them. */
const LEAST = 1_024;

/** Fields by which a person may have set it. */
const OWN_FIELDS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'];

/**
 * The model's own most, or what its window leaves, whichever is less; undefined where the model is not known, or
 * the person has set it.
 */
export function mostTokens({ endpoint, promptTokens = 0 }: ModelRequest): number | undefined {
  const { maxOutput, params = {} } = endpoint;
  if (maxOutput === undefined || OWN_FIELDS.some((field) => Object.hasOwn(params, field))) return undefined;
  const left = endpoint.contextWindow - promptTokens - MARGIN;
  return Math.max(LEAST, Math.min(maxOutput, left));
}
