/** When a failed model call is made again (R7). */
import type { ModelError } from '../llm/errors.ts';

const MAX_TRIES = 6;
const MAX_TOTAL_MS = 5 * 60_000;
/** An address that does not answer at all is not waited for as long. */
const MAX_UNREACHABLE_MS = 30_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Milliseconds until the next try, or undefined when there is none. `attempt` counts from 1; `ageMs` is the time
 * since the step's first attempt began (up to the start of this one).
 */
export function retryDelay(
  error: ModelError,
  { attempt, ageMs }: { attempt: number; ageMs: number },
): number | undefined {
  if (!error.retryable) return undefined;
  const unreachable = error.code === 'model_unreachable';
  const wait = error.retryAfterMs ?? Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  if (ageMs + wait > (unreachable ? MAX_UNREACHABLE_MS : MAX_TOTAL_MS)) return undefined;
  if (attempt >= (error.mostTries ?? (unreachable ? Number.POSITIVE_INFINITY : MAX_TRIES))) return undefined;
  return wait;
}
