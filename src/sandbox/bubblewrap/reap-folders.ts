/** Ends what should not run any more, and removes what nobody will ask about (S4, D7). */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { timedOut } from '../ending.ts';
import { isRunning } from '../processes.ts';
import type { SeenFor } from '../sightings.ts';
import type { Wanted } from '../types.ts';
import { removeOldCgroups } from './cgroup.ts';
import { isLongOver } from './follow-run.ts';
import { killRunner } from './kill-runner.ts';
import { isOrder, readState, release, removeFolder, settle } from './run-folder.ts';

/** Folders that are being made or removed; one that is older than this was left by a process that died. */
const DRAFT_MS = 60_000;

/** One round of the reaper over a machine's folders; `seenFor` is that round's. */
export async function reapFolders(root: string, wanted: Wanted, seenFor: SeenFor): Promise<void> {
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    if (/\.(draft|trash)-/.test(name)) {
      if (seenFor(folder) > DRAFT_MS) rmSync(folder, { recursive: true, force: true });
    } else {
      await reapFolder(folder, wanted, seenFor);
    }
  }
  removeOldCgroups(seenFor);
}

/** Ends the run of this folder, if it goes on, and removes the folder. */
export function removeRun(folder: string): void {
  killRunner(readState(folder, 'runner.json'));
  removeFolder(folder);
}

async function reapFolder(folder: string, wanted: Wanted, seenFor: SeenFor): Promise<void> {
  const box = readState(folder, 'box.json');
  const order = readState(folder, 'order.json');
  const runner = readState(folder, 'runner.json');
  if (!order || !isOrder(order)) {
    // A warm sandbox belongs to its owner, and to the process that asked for it.
    if (!box || order || !isRunning(box.creator) || !(await wanted.agent(box.owner))) release(folder);
  } else if (!(await wanted.run(order.key))) {
    removeRun(folder);
  } else if (isLongOver(order.limits, seenFor(folder)) && !readState(folder, 'ending.json')) {
    // Its runner should have ended it: it hangs, or was stopped.
    killRunner(runner);
    settle(folder, 'ending.json', { ran: true, ending: timedOut(order.limits, order.limits.deadlineMs) });
  }
}
