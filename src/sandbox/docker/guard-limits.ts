/** What the worker enforces on a running container from outside: deadline, disk, and a person's stop (S4, S6, S9). */
import type Docker from 'dockerode';
import type { RunLimits } from '../types.ts';
import { overWorkspaceLimits } from '../workspace-usage.ts';
import { signalContainer } from './container.ts';
import { giveVerdict, type Order, type Verdict } from './run-record.ts';

const DISK_EVERY_MS = 300;
/** The relay asks at the deadline and kills 5 s later (S4); one that does not is overruled. */
export const OVERRULE_MS = 7_000;
/** A program that a person stops has this long (S9). */
const CANCEL_GRACE_MS = 300;

export interface Guarded {
  engine: Docker;
  name: string;
  folder: string;
  workspace: string;
  order: Order;
  signal: AbortSignal;
}

/** When a run has to be over even if its relay does not end it, in milliseconds since 1970. */
export function overruleTime(at: number, limits: RunLimits): number {
  return at + limits.deadlineMs + OVERRULE_MS;
}

/** Begins to watch. Call what it returns when the container has ended. */
export function guardLimits({ engine, name, folder, workspace, order, signal }: Guarded): () => void {
  const timers = new Set<NodeJS.Timeout>();
  let watching = true;

  /** The engine may be away at this moment: whoever follows the run notices that, and it is tried again. */
  const send = (kind: 'SIGTERM' | 'SIGKILL') => {
    signalContainer(engine, name, kind).catch(() => {
      if (watching) timers.add(setTimeout(() => send(kind), 500));
    });
  };
  const end = (verdict: Verdict, graceMs: number) => {
    if (!watching) return;
    giveVerdict(folder, verdict);
    send(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    if (graceMs > 0) timers.add(setTimeout(() => send('SIGKILL'), graceMs));
  };
  const watchDisk = async () => {
    const used = await overWorkspaceLimits(workspace, order.limits);
    if (used) end({ kind: 'disk_limit', used }, 0);
    else if (watching) timers.add(setTimeout(watchDisk, DISK_EVERY_MS));
  };
  const stop = () => end({ kind: 'cancelled' }, CANCEL_GRACE_MS);

  timers.add(setTimeout(watchDisk, DISK_EVERY_MS));
  const left = overruleTime(order.at, order.limits) - Date.now();
  timers.add(setTimeout(() => end({ kind: 'timed_out' }, 0), Math.max(0, left)));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  return () => {
    watching = false;
    signal.removeEventListener('abort', stop);
    for (const timer of timers) clearTimeout(timer);
  };
}
