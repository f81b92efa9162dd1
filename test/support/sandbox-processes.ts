/** Looks for programs that got out of a sandbox, or stayed after it. */
import { readdirSync, readFileSync } from 'node:fs';

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
