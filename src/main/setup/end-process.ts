/** Ending a process that is not our child. */
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type NotedProcess } from '../../../scripts/process-lock.mjs';
import { codeOf } from '../../system-error.ts';

/** Asks the process to end, waits until it has, and kills it when it takes longer than `withinMs`. */
export async function endProcess(
  noted: NotedProcess,
  signal: NodeJS.Signals,
  withinMs: number,
): Promise<void> {
  kill(noted, signal);
  const deadline = performance.now() + withinMs;
  while (isAlive(noted)) {
    if (performance.now() > deadline) kill(noted, 'SIGKILL');
    await delay(20);
  }
}

function kill({ pid }: NotedProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
