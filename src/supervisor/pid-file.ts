/**
 * The pid file: which processes this instance has started, written under PA_DATA the moment they start, so that a
 * supervisor which comes after one that was killed can find and end them.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isAlive, type NotedProcess, startTimeOf } from '../os/process-lock.mjs';
import { endProcess } from '../setup/end-process.ts';
import { type ProcessName, type Role, roleOf } from './roles.ts';

const schema = z.record(z.string(), z.object({ pid: z.number().int(), startTime: z.string() }));

export interface PidFile {
  /** Synchronous, so that no kill finds a process that was started and is not in the file. */
  started(name: ProcessName, pid: number): void;
  ended(name: ProcessName): void;
  /** Process ids by name. */
  pids(): Record<string, number>;
}

/**
 * Begins a new file; the processes in that of an earlier supervisor must have been ended (`endOrphans`). A disk with no
 * room keeps no process from being looked after: that the file is behind is told to `report`, once, and the next write
 * has all of them.
 */
export function openPidFile(file: string, report: (line: string) => void): PidFile {
  const running = new Map<ProcessName, NotedProcess>();
  let told = false;
  const write = () => {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(running)), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      told = false;
    } catch (error) {
      if (!told) report(`which processes run could not be noted: ${(error as Error).message}`);
      told = true;
    }
  };
  return {
    started(name, pid) {
      running.set(name, { pid, startTime: startTimeOf(pid) ?? '' });
      write();
    },
    ended(name) {
      running.delete(name);
      write();
    },
    pids: () => Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])),
  };
}

/** Those that are computed with go first; those that hold data are asked after them, and more gently. */
const SHUTDOWN_STAGES: readonly { roles: readonly Role[]; signal: NodeJS.Signals; withinMs: number }[] = [
  { roles: ['api', 'worker', 'demo-model'], signal: 'SIGTERM', withinMs: 3_000 },
  // To Postgres SIGINT means: end every session now, and stop in order.
  { roles: ['temporal', 'postgres'], signal: 'SIGINT', withinMs: 8_000 },
];

/**
 * Ends what a killed supervisor left running, told apart from strangers by process id and start time.
 * @returns the names of those that were still there
 */
export async function endOrphans(file: string): Promise<string[]> {
  const noted = readPidFile(file);
  const found: string[] = [];
  for (const { roles, signal, withinMs } of SHUTDOWN_STAGES) {
    const alive = Object.entries(noted).filter(
      ([name, process]) => (roles as readonly string[]).includes(roleOf(name)) && isAlive(process),
    );
    found.push(...alive.map(([name]) => name));
    await Promise.all(alive.map(([, process]) => endProcess(process, signal, withinMs)));
  }
  rmSync(file, { force: true });
  return found;
}

function readPidFile(file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {}; // none, or damaged: nothing is known of anyone
  }
}
