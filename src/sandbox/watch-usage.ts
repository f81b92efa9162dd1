/** Looks at the workspace of a running program again and again, until that is over its limits (S6). */
import type { RunLimits } from './types.ts';
import { diskShort, overWorkspaceLimits } from './workspace-usage.ts';

const EVERY_MS = 300;
/** The disk is everybody's: within this time a program writes some 50 MiB, a tenth of the reserve. */
const DISK_EVERY_MS = 40;

export interface UsageHooks {
  /** Called once, with what was found, such as `1100 MiB`. */
  onOver: (used: string) => void;
  /** Takes a line: a look failed, and will be had again. The same failure is told once. */
  log: (line: string) => void;
}

/**
 * Begins to watch. A look that fails says nothing about the program, and nobody waits for it: it is told, and had
 * again. @returns what ends the watch; nothing is called after that.
 */
export function watchUsage(workspace: string, limits: RunLimits, { onOver, log }: UsageHooks): () => void {
  const timers = new Map<number, NodeJS.Timeout>();
  let watching = true;
  let told = '';

  const unwatch = () => {
    watching = false;
    for (const timer of timers.values()) clearTimeout(timer);
  };

  const every = (ms: number, look: () => Promise<string | null>) => {
    const again = async () => {
      try {
        const used = await look();
        if (used !== null && watching) {
          unwatch();
          onOver(used);
        }
      } catch (error) {
        const why = (error as Error).message;
        if (watching && why !== told)
          log(`a workspace's size could not be seen, and is looked at again: ${why}`);
        told = why;
      }
      if (watching) timers.set(ms, setTimeout(again, ms));
    };
    timers.set(ms, setTimeout(again, ms));
  };

  every(DISK_EVERY_MS, () => diskShort(workspace));
  every(EVERY_MS, () => overWorkspaceLimits(workspace, limits));
  return unwatch;
}
