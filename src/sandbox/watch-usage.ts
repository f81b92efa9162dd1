/** Looks at the workspace of a running program again and again, until that is over its limits (S6). */
import type { RunLimits } from './types.ts';
import { overWorkspaceLimits } from './workspace-usage.ts';

const EVERY_MS = 300;

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
  let watching = true;
  let told = '';

  const look = async () => {
    try {
      const used = await overWorkspaceLimits(workspace, limits);
      if (used !== null) {
        if (watching) onOver(used);
        return;
      }
    } catch (error) {
      const why = (error as Error).message;
      if (watching && why !== told)
        log(`a workspace's size could not be seen, and is looked at again: ${why}`);
      told = why;
    }
    if (watching) timer = setTimeout(look, EVERY_MS);
  };

  let timer = setTimeout(look, EVERY_MS);
  return () => {
    watching = false;
    clearTimeout(timer);
  };
}
