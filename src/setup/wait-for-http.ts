/** Waiting for a server by asking it. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `url` until it answers with success.
 * @throws when `signal` is aborted, with its reason
 */
export async function waitForHttp(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await succeeds(url, signal)) return;
    await delay(40);
  }
}

async function succeeds(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // it does not listen yet
  }
}
