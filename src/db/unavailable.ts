/** What to do while Postgres is away: what was produced is kept and stored as soon as it is back. */
import { setTimeout as delay } from 'node:timers/promises';

/** SQLSTATEs that say "not now" rather than "never": lost connections, a server that starts or stops, a lock. */
const PASSING = /^(08|57P0|40001|40P01|55P03|53)/;
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Whether an error of pg means that the same statement may succeed later. */
export function isUnavailable(error: unknown): boolean {
  // Told by shape: an error may come from another realm (jest gives each test file one of its own).
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return PASSING.test(code) || SOCKET_CODES.has(code);
  // pg reports a connection that ends under a query, answers no more, or cannot be made in time, without a code.
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Query read timeout|timeout expired)/i.test(
    String(message),
  );
}

/**
 * Runs an idempotent statement again until Postgres answers it, waiting 50 ms to 1 s between tries.
 * @throws what is no passing failure, and the signal's reason when it is aborted.
 */
export async function persist<T>(statement: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let wait = 50; ; wait = Math.min(wait * 2, 1_000)) {
    try {
      return await statement();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      signal?.throwIfAborted();
      await delay(wait, undefined, signal ? { signal } : {});
    }
  }
}
