/** Looks at something that no event tells of, until it is as wanted or the time is over; gives what it saw last. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 25;

export async function eventually<T>(
  look: () => Promise<T> | T,
  isWanted: (seen: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isWanted(seen) || performance.now() > end) return seen;
    await delay(LOOK_EVERY_MS);
  }
}
