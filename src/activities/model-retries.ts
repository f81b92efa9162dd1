/** When a failed model call is made again (R7, M17). Times are milliseconds. */
import type { ModelError } from '../llm/errors.ts';

/** Waits where the server names none; the last one is repeated. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000] as const;
const LAST_WAIT_MS = 60_000;
const MAX_TRIES = 10;
/** The longest wait that a server may name, and five minutes around it. */
const MAX_TOTAL_MS = 25 * 60_000;
/** An address that does not answer at all is not waited for as long. */
const MAX_UNREACHABLE_MS = 30_000;

/**
 * Milliseconds until the next try, or undefined when there is none. A wait that the server named is sat out, and it
 * is made longer where it did not help before. `attempt` counts from 1; `ageMs` is the time since the step's first
 * attempt began (up to the start of this one).
 */
export function retryDelay(
  error: ModelError,
  { attempt, ageMs }: { attempt: number; ageMs: number },
): number | undefined {
  if (!error.retryable) return undefined;
  const unreachable = error.code === 'model_unreachable';
  const named = error.retryAfterMs;
  const wait = named === undefined ? waitAfter(attempt) : Math.max(named, waitAfter(attempt - 1));
  if (ageMs + wait > (unreachable ? MAX_UNREACHABLE_MS : MAX_TOTAL_MS)) return undefined;
  if (attempt >= (error.mostTries ?? MAX_TRIES)) return undefined;
  return wait;
}

function waitAfter(attempt: number): number {
  return attempt < 1 ? 0 : (WAITS_MS[attempt - 1] ?? LAST_WAIT_MS);
}
