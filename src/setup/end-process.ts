/** Ending a process that is not our child. */
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type NotedProcess } from '../os/process-lock.mjs';
import { killUnlessGone } from '../system-error.ts';

/** Asks the process to end, waits until it has, and kills it when it takes longer than `withinMs`. */
export async function endProcess(
  noted: NotedProcess,
  signal: NodeJS.Signals,
  withinMs: number,
): Promise<void> {
  killUnlessGone(noted.pid, signal);
  const deadline = performance.now() + withinMs;
  while (isAlive(noted)) {
    if (performance.now() > deadline) killUnlessGone(noted.pid, 'SIGKILL');
    await delay(20);
  }
}
