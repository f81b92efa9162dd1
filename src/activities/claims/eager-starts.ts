/** What this process has begun ahead of the activities that will ask for it (eager-start.ts). */

import type { Answered } from '../../domain/next-step.ts';

/** The step of which the workflow was told last, 0 before the first; `turn` is null until there is one. */
export interface WorkflowAt {
  turn: number | null;
  step: number;
}

/** Something that is under way for one agent. */
export interface EagerRun {
  /** Moves on while it runs. */
  workflow: WorkflowAt;
  /** The answers that it came to, in their order. */
  answers: Answered[];
  /** An activity waits for it: what others hold is waited for, too, instead of left to the activity that will come. */
  isAwaited: boolean;
  /** Resolves when it has come to its end, however it did. */
  ended: Promise<void>;
  /** False once the process is going away. */
  isWanted(): boolean;
}

export interface EagerStarts {
  /** From now on `begin` begins; before, and after `close`, it does nothing. */
  open(): void;
  /**
   * Begins something for an agent of a Work, and gives it; undefined where nothing may begin. Where something is under
   * way for it in the same turn, that one hears how far the workflow is, and is given.
   */
  begin(
    of: { workId: string; agent: string },
    workflow: WorkflowAt,
    start: (run: EagerRun) => Promise<void>,
  ): EagerRun | undefined;
  /** Begins no more, and resolves when those under way have settled. */
  close(): Promise<void>;
}

/** `onFailure` is for the log only: what went wrong is in the claim, where its activity finds it. */
export function createEagerStarts(onFailure: (workId: string, error: unknown) => void): EagerStarts {
  const running = new Set<Promise<void>>();
  /** The newest of each agent. */
  const runs = new Map<string, EagerRun>();
  let opened = false;
  return {
    open() {
      opened = true;
    },
    begin({ workId, agent }, workflow, start) {
      if (!opened) return undefined;
      const name = `${workId} ${agent}`;
      const other = runs.get(name);
      if (other !== undefined && other.workflow.turn !== null && other.workflow.turn === workflow.turn) {
        other.workflow.step = Math.max(other.workflow.step, workflow.step);
        return other;
      }
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const run: EagerRun = {
        workflow: { ...workflow },
        answers: [],
        isAwaited: false,
        ended,
        isWanted: () => opened,
      };
      runs.set(name, run);
      running.add(ended);
      void start(run)
        .catch((error: unknown) => onFailure(workId, error))
        .finally(() => {
          if (runs.get(name) === run) runs.delete(name);
          running.delete(ended);
          resolve();
        });
      return run;
    },
    async close() {
      opened = false;
      await Promise.all(running);
    },
  };
}
