/**
 * What a container cannot say of its run itself, in a folder under PA_DATA with the container's name:
 *
 *   order.json      what it was told to run, and when. A warm container's labels cannot hold it
 *   starter-N.json  who may start it: number N counts only when N-1 has died without starting it
 *   verdict.json    why it was killed from outside: written before the kill, so that it is known afterwards
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEnding } from '../../domain/messages.ts';
import { identityOf, isRunning, type ProcessIdentity, thisMachine } from '../processes.ts';
import type { RunKey, RunLimits } from '../types.ts';
import { readOnceWritten, writeOnce } from '../write-once.ts';

export interface Order {
  key: RunKey;
  script: string;
  limits: RunLimits;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Verdict {
  kind: Extract<RunEnding, 'timed_out' | 'disk_limit' | 'output_limit' | 'cancelled'>;
  /** For `disk_limit`: what was found. */
  used?: string;
}

export function recordFolder(stateDir: string, name: string): string {
  return join(stateDir, 'docker', name);
}

export function readOrder(folder: string): Order | null {
  return readOnceWritten(join(folder, 'order.json'));
}

/** Keeps the order that was given first, and returns it. */
export function keepOrder(folder: string, order: Order): Order {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeOnce(join(folder, 'order.json'), order);
  return readOrder(folder) ?? order;
}

export function readVerdict(folder: string): Verdict | null {
  return readOnceWritten(join(folder, 'verdict.json'));
}

/** The first verdict stands. */
export function giveVerdict(folder: string, verdict: Verdict): void {
  if (existsSync(folder)) writeOnce(join(folder, 'verdict.json'), verdict);
}

/** Far above what starting takes: after that a process of another machine, which cannot be seen, counts as dead. */
const FOREIGN_START_MS = 20_000;

function isThisProcess({ pid, machine }: ProcessIdentity): boolean {
  return pid === process.pid && machine === thisMachine();
}

/** Workers in containers of their own share the engine and this folder, but do not see each other's processes. */
function mayStillStart(starter: ProcessIdentity, path: string): boolean {
  if (starter.machine === thisMachine()) return isRunning(starter);
  return Date.now() - statSync(path).mtimeMs < FOREIGN_START_MS;
}

/**
 * Asks for the right to start the container: a container that has ended could be started again by mistake, so
 * only one process at a time may. @returns false while another that is alive has it.
 */
export function mayStartContainer(folder: string): boolean {
  for (let number = 1; ; number += 1) {
    const path = join(folder, `starter-${number}.json`);
    if (writeOnce(path, identityOf(process.pid))) return true;
    const starter = readOnceWritten<ProcessIdentity>(path);
    if (starter && mayStillStart(starter, path)) return isThisProcess(starter);
  }
}

export function removeRecord(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function recordNames(stateDir: string): string[] {
  const folder = join(stateDir, 'docker');
  return existsSync(folder) ? readdirSync(folder) : [];
}
