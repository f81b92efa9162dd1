/** The processes that one supervisor has started: each with its log and its line in the pid file, stopped in order. */
import { join } from 'node:path';
import type { DataFolder } from '../setup/data-folder.ts';
import { elapsed, type OnProgress } from '../setup/progress.ts';
import { SetupError } from '../setup/setup-error.ts';
import { type Child, type ChildPlan, nameOf, startChild } from './child.ts';
import { openLogFile } from './log-file.ts';
import { openPidFile } from './pid-file.ts';
import { type ProcessName, type Role, STOP_ORDER } from './roles.ts';
import { lineForTerminal } from './terminal.ts';

export interface Children {
  /** Starts a process and waits until it serves. @throws SetupError */
  run(plan: ChildPlan): Promise<void>;
  /** Process ids by name. */
  pids(): Record<string, number>;
  /** From here on nothing more is started. */
  refuseMore(): void;
  /** Stops all of them, those that others need last. */
  stop(): Promise<void>;
  /** Kills all of them at once. */
  kill(): void;
  /** Ends all processes of a role, which are started again. */
  restart(role: Role): void;
}

/** What is told of them. None of these may throw. */
export interface ChildrenHooks {
  /** One was started, or has ended. */
  onChange(): void;
  /** One that had said its id came down by itself; it is started again when this settles. */
  onCrashed(name: ProcessName, id: string, how: string): Promise<void>;
}

export function createChildren(folder: DataFolder, say: OnProgress, hooks: ChildrenHooks): Children {
  const pidFile = openPidFile(folder.processes, say);
  const children: Child[] = [];
  const logs: { close(): void }[] = [];
  let closed = false;
  return {
    async run(plan) {
      if (closed) throw new SetupError('stopped before everything had started');
      const began = performance.now();
      const { role } = plan;
      const name = nameOf(plan);
      const show = (line: string) => {
        const shown = lineForTerminal(role, line);
        if (shown !== undefined) say(shown);
      };
      const log = openLogFile(join(folder.logs, `${name}.log`), show, say);
      logs.push(log);
      const child = startChild(plan, {
        log,
        say,
        onStarted(started, pid) {
          pidFile.started(started, pid);
          hooks.onChange();
        },
        onEnded(ended) {
          pidFile.ended(ended);
          hooks.onChange();
        },
        onCrashed: (id, how) => hooks.onCrashed(name, id, how),
      });
      children.push(child);
      await child.untilReady();
      say(`${name}: up in ${elapsed(began)}`);
    },
    pids: pidFile.pids,
    refuseMore() {
      closed = true;
    },
    async stop() {
      closed = true;
      for (const role of STOP_ORDER) {
        await Promise.all(children.filter((child) => child.role === role).map((child) => child.stop()));
      }
      for (const log of logs) log.close();
    },
    kill() {
      closed = true;
      for (const child of children) child.kill();
    },
    restart(role) {
      for (const child of children) if (child.role === role) child.restart();
    },
  };
}
