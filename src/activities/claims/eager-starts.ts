/** What this process has begun ahead of the activities that will ask for it (eager-start.ts). */

/** The step of which the workflow was told last, 0 before the first; `turn` is null until there is one. */
export interface WorkflowAt {
  turn: number | null;
  step: number;
}

/** Something that is under way for one agent. */
export interface EagerRun {
  /** Moves on while it runs. */
  workflow: WorkflowAt;
  /** False once the process is going away. */
  isWanted(): boolean;
}

export interface EagerStarts {
  /** From now on `begin` begins; before, and after `close`, it does nothing. */
  open(): void;
  /**
   * Begins something for an agent of a Work; nobody waits for it. Where something is under way for it in the same
   * turn, that one hears how far the workflow is, and nothing else begins.
   */
  begin(
    of: { workId: string; agent: string },
    workflow: WorkflowAt,
    start: (run: EagerRun) => Promise<void>,
  ): void;
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
      if (!opened) return;
      const name = `${workId} ${agent}`;
      const other = runs.get(name);
      if (other !== undefined && other.workflow.turn !== null && other.workflow.turn === workflow.turn) {
        other.workflow.step = Math.max(other.workflow.step, workflow.step);
        return;
      }
      const run = { workflow: { ...workflow }, isWanted: () => opened };
      runs.set(name, run);
      const under: Promise<void> = start(run)
        .catch((error: unknown) => onFailure(workId, error))
        .finally(() => {
          if (runs.get(name) === run) runs.delete(name);
          running.delete(under);
        });
      running.add(under);
    },
    async close() {
      opened = false;
      await Promise.all(running);
    },
  };
}
