/** Waiting for something that tells nobody when it happens. */
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `holds` does, looked at every few milliseconds. @throws when it never does within `ms` */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = 60_000,
): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds()); await delay(5)) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain until ${what}`);
  }
}
