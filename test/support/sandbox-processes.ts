/** Looks for programs that got out of a sandbox, or stayed after it. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of the machine's processes whose command line holds all of `markers`. */
export function processesWith(...markers: string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return markers.every((marker) => command.includes(marker));
      } catch {
        return false; // It ended while it was looked at.
      }
    })
    .map(Number);
}

/** Polls until `holds` does. @throws when it does not in time. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const limit = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`not in ${ms} ms: ${what}`);
    await sleep(20);
  }
}
