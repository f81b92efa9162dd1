/**
 * Which processes this instance has started, noted under PA_DATA the moment they start, so that a supervisor
 * which comes after one that was killed can find and end them.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isAlive, type NotedProcess, startTimeOf } from '../../../scripts/process-lock.mjs';
import { endProcess } from '../setup/end-process.ts';
import { ROLES, type Role } from './roles.ts';

const schema = z.partialRecord(z.enum(ROLES), z.object({ pid: z.number().int(), startTime: z.string() }));

export interface ProcessNotes {
  /** Notes a process down; synchronous, so that no kill finds it started and not noted. */
  started(role: Role, pid: number): void;
  ended(role: Role): void;
  /** Process ids by role. */
  pids(): Partial<Record<Role, number>>;
}

/** Begins new notes; those of an earlier supervisor must have been dealt with (`endOrphans`). */
export function openProcessNotes(file: string): ProcessNotes {
  const running: Partial<Record<Role, NotedProcess>> = {};
  const write = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(running));
    renameSync(`${file}.new`, file);
  };
  return {
    started(role, pid) {
      running[role] = { pid, startTime: startTimeOf(pid) ?? '' };
      write();
    },
    ended(role) {
      delete running[role];
      write();
    },
    pids: () => Object.fromEntries(Object.entries(running).map(([role, { pid }]) => [role, pid])),
  };
}

/** Those that are computed with go first; those that hold data are asked after them, and more gently. */
const WAVES: readonly { roles: readonly Role[]; signal: NodeJS.Signals; withinMs: number }[] = [
  { roles: ['api', 'worker', 'demo-model'], signal: 'SIGTERM', withinMs: 3_000 },
  // To Postgres SIGINT means: end every session now, and stop in order.
  { roles: ['temporal', 'postgres'], signal: 'SIGINT', withinMs: 8_000 },
];

/**
 * Ends what a killed supervisor left running, told apart from strangers by process id and start time.
 * @returns the roles that were still there
 */
export async function endOrphans(file: string): Promise<Role[]> {
  const noted = readNotes(file);
  const found: Role[] = [];
  for (const { roles, signal, withinMs } of WAVES) {
    const alive = roles.filter((role) => noted[role] !== undefined && isAlive(noted[role]));
    found.push(...alive);
    await Promise.all(alive.map((role) => endProcess(noted[role] as NotedProcess, signal, withinMs)));
  }
  rmSync(file, { force: true });
  return found;
}

function readNotes(file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {}; // none, or damaged: nothing is known of anyone
  }
}
