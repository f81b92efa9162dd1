/** The sentences that tell a model, and a person, how a run ended (P7: the words and the figure are fixed). */
import { constants } from 'node:os';
import type { Ending, RunLimits } from './types.ts';

const MIB = 1024 ** 2;

/** `20 s`, `1.5 s`, `250 ms`: a duration as a person says it. */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1000).toFixed(1))} s`;
}

/** `1024 MiB`, `0.5 MiB`, `300 bytes`. */
export function mebibytes(bytes: number): string {
  if (bytes < 0.05 * MIB) return `${bytes} bytes`;
  return `${bytes < 10 * MIB ? Number((bytes / MIB).toFixed(1)) : Math.round(bytes / MIB)} MiB`;
}

/** What a shell shows for a process that a signal ended is 128 plus the signal's number. */
export function exited(code: number, durationMs: number): Ending {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  const message =
    code === 0
      ? `finished in ${seconds(durationMs)}`
      : `exited with code ${code}${signal ? ` (killed by ${signal})` : ''} after ${seconds(durationMs)}`;
  return { kind: 'exited', code, message, durationMs };
}

export function timedOut(limits: RunLimits, durationMs: number): Ending {
  return { kind: 'timed_out', message: `timed out after ${seconds(limits.deadlineMs)}`, durationMs };
}

export function outOfMemory(limits: RunLimits, durationMs: number, peakBytes?: number): Ending {
  const peak = peakBytes ? `, the peak was ${mebibytes(peakBytes)}` : '';
  return {
    kind: 'out_of_memory',
    message: `out of memory: the limit is ${mebibytes(limits.memoryBytes)}${peak}`,
    durationMs,
  };
}

export function outputLimit(limits: RunLimits, durationMs: number): Ending {
  return {
    kind: 'output_limit',
    message: `output limit: more than ${mebibytes(limits.outputBytes)} was printed; print a summary, or write it to a file`,
    durationMs,
  };
}

/** `used`: what was found, such as `1100 MiB` or `10,001 files`. A run of 0 ms was over the limit before it began. */
export function diskLimit(limits: RunLimits, durationMs: number, used: string): Ending {
  const allowed = `${mebibytes(limits.workspaceBytes)} and ${limits.workspaceFiles.toLocaleString('en')} files`;
  return {
    kind: 'disk_limit',
    message:
      durationMs === 0
        ? `disk limit: the workspace may hold ${allowed}, and it was filled with ${used} already: no code runs in it until files are deleted`
        : `disk limit: the workspace may hold ${allowed}, and the run had filled it with ${used}`,
    durationMs,
  };
}

export function cancelled(durationMs: number): Ending {
  return { kind: 'cancelled', message: `stopped after ${seconds(durationMs)}`, durationMs };
}

/** @param why what is known, e.g. `the process that held it is gone`. */
export function lost(why: string, durationMs = 0): Ending {
  return {
    kind: 'lost',
    message: `lost: ${why}; whether the code finished is not known, and it was not run again`,
    durationMs,
  };
}
