/** What processes use of the machine, read from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's unit of processor time in /proc: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Seconds of processor time since it began. */
  cpuSeconds: number;
  rssMB: number;
  /** Its own memory and its share of what it shares with others: these can be added up. */
  pssMB: number;
}

/** @throws where the process has gone */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may hold anything, come the state (3) and on: utime is field 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
  return { cpuSeconds, rssMB: field('Rss'), pssMB: field('Pss') };
}

/** A process with all that it has started, added up; those that end meanwhile count as nothing. */
export function usageOfTree(pid: number): Usage {
  const total: Usage = { cpuSeconds: 0, rssMB: 0, pssMB: 0 };
  for (const one of [pid, ...descendants(pid)]) {
    const usage = unlessGone(() => usageOf(one));
    if (usage === undefined) continue;
    total.cpuSeconds += usage.cpuSeconds;
    total.rssMB += usage.rssMB;
    total.pssMB += usage.pssMB;
  }
  return total;
}

/** Processor seconds used since `before` was taken, by those that live at both times. */
export function cpuSince(before: ReadonlyMap<number, number>): number {
  let used = 0;
  for (const [pid, seconds] of before) {
    const now = unlessGone(() => usageOf(pid).cpuSeconds);
    if (now !== undefined) used += now - seconds;
  }
  return used;
}

/** Processor seconds of a process and of each that it has started, by process id. */
export function cpuOfTree(pid: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const one of [pid, ...descendants(pid)]) {
    const seconds = unlessGone(() => usageOf(one).cpuSeconds);
    if (seconds !== undefined) found.set(one, seconds);
  }
  return found;
}

/** Those that a process has started, and they in turn, whose command line ends in this. */
export function descendantsRunning(pid: number, ending: string): number[] {
  return descendants(pid).filter((one) => {
    const line = unlessGone(() => readFileSync(`/proc/${one}/cmdline`, 'utf8'));
    return line?.replace(/\0$/, '').endsWith(ending);
  });
}

/** The most memory that a process has held at once, in MB; undefined where it has gone. */
export function peakOf(pid: number): number | undefined {
  const status = unlessGone(() => readFileSync(`/proc/${pid}/status`, 'utf8'));
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status ?? '')?.[1];
  return peak === undefined ? undefined : Number(peak) / 1024;
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (hasGone(error)) return undefined;
    throw error;
  }
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = unlessGone(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const found: number[] = [];
  const look = (of: number) => {
    for (const [child, parent] of parents) {
      if (parent !== of) continue;
      found.push(child);
      look(child);
    }
  };
  look(pid);
  return found;
}

function hasGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
}
