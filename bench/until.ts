/** Waiting for a state that tells nobody when it is reached. */
import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer, every `everyMs`. @throws after `withinMs`, naming `what` */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { what, withinMs, everyMs = 20 }: { what: string; withinMs: number; everyMs?: number },
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs / 1000} s`);
    await delay(everyMs);
  }
}
