/**
 * A control group for one sandbox, where this process may make one (in practice: root): memory, processes and
 * processors, enforced by the kernel. Version 2, or 1 with a folder for each controller.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenFor } from '../sightings.ts';

const ROOT = '/sys/fs/cgroup';
/** Processes and threads of one sandbox. */
export const MAX_PROCESSES = 128;
const PERIOD_US = 100_000;
const PARENTS = ['', 'memory', 'pids', 'cpu'].map((controller) => join(ROOT, controller, 'paperagent'));
const NEW_MS = 60_000;

export interface Cgroup {
  /** Files into which the first process writes its own id. */
  entries: string[];
  setMemoryLimit(bytes: number): void;
  /** How many processes the kernel has ended for want of memory. */
  oomKills(): number;
  /** The most memory held at once, in bytes, where the kernel keeps it. */
  peakBytes(): number | undefined;
  /** Removes the group. It holds no process any more when the sandbox has ended. */
  remove(): void;
}

function numberIn(path: string, pattern: RegExp): number | undefined {
  const found = existsSync(path) ? pattern.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

function removeAll(folders: string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Still busy for an instant after the last process: the reaper's next round removes it.
    }
  }
}

function version2(name: string, processors: number): Cgroup {
  const parent = join(ROOT, 'paperagent');
  const group = join(parent, name);
  mkdirSync(parent, { recursive: true });
  for (const folder of [ROOT, parent])
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+memory +pids +cpu');
  mkdirSync(group);
  writeFileSync(join(group, 'pids.max'), String(MAX_PROCESSES));
  writeFileSync(join(group, 'cpu.max'), `${PERIOD_US * processors} ${PERIOD_US}`);
  writeFileSync(join(group, 'memory.oom.group'), '1');
  return {
    entries: [join(group, 'cgroup.procs')],
    setMemoryLimit(bytes) {
      writeFileSync(join(group, 'memory.max'), String(bytes));
      if (existsSync(join(group, 'memory.swap.max'))) writeFileSync(join(group, 'memory.swap.max'), '0');
    },
    oomKills: () => numberIn(join(group, 'memory.events'), /^oom_kill (\d+)/m) ?? 0,
    peakBytes: () => numberIn(join(group, 'memory.peak'), /(\d+)/),
    remove: () => removeAll([group]),
  };
}

function version1(name: string, processors: number): Cgroup {
  const [memory, pids, cpu] = ['memory', 'pids', 'cpu'].map((controller) => {
    const group = join(ROOT, controller, 'paperagent', name);
    mkdirSync(group, { recursive: true });
    return group;
  }) as [string, string, string];
  writeFileSync(join(pids, 'pids.max'), String(MAX_PROCESSES));
  writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
  writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(PERIOD_US * processors));
  const swap = join(memory, 'memory.memsw.limit_in_bytes');
  return {
    entries: [memory, pids, cpu].map((group) => join(group, 'cgroup.procs')),
    setMemoryLimit(bytes) {
      writeFileSync(join(memory, 'memory.limit_in_bytes'), String(bytes));
      if (existsSync(swap)) writeFileSync(swap, String(bytes));
    },
    oomKills: () => numberIn(join(memory, 'memory.oom_control'), /^oom_kill (\d+)/m) ?? 0,
    peakBytes: () => numberIn(join(memory, 'memory.max_usage_in_bytes'), /(\d+)/),
    remove: () => removeAll([memory, pids, cpu]),
  };
}

/** @returns null where groups cannot be made by this process: memory is then sampled. */
export function makeCgroup(name: string, processors = 1): Cgroup | null {
  try {
    if (existsSync(join(ROOT, 'memory'))) return version1(name, processors);
    return existsSync(join(ROOT, 'cgroup.controllers')) ? version2(name, processors) : null;
  } catch {
    return null; // Not root, a read-only /sys in a container, or a controller that is missing.
  }
}

/** The command line by which a program is in the group from its first moment on. */
export function entering(cgroup: Cgroup | null, command: readonly string[]): string[] {
  const enter = (cgroup?.entries ?? []).map((file) => `echo $$ > '${file}' && `).join('');
  return ['/bin/sh', '-c', `${enter}exec "$@"`, 'sh', ...command];
}

/** Removes a group if it holds no process any more. */
export function removeCgroup(name: string): void {
  removeAll(PARENTS.map((parent) => join(parent, name)).filter(existsSync));
}

/** Removes the groups that killed runners left. One that is new may be about to get its first process. */
export function removeOldCgroups(seenFor: SeenFor): void {
  for (const parent of PARENTS.filter(existsSync))
    for (const { name } of readdirSync(parent, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      const group = join(parent, name);
      if (seenFor(group) > NEW_MS) removeAll([group]);
    }
}
