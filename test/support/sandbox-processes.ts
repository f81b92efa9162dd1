/** Looks for programs that got out of a sandbox, or stayed after it. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of the machine's processes whose command line holds `marker`. */
export function processesWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
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
  ms = 10_000,
): Promise<void> {
  const limit = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`not in ${ms} ms: ${what}`);
    await sleep(20);
  }
}
