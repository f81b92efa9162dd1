/**
 * What the worker enforces on a running container from outside: deadline, what it writes into its log, disk, and a
 * person's stop (S4, S5, S6, S9).
 */
import type Docker from 'dockerode';
import { CANCEL_GRACE_MS, type RunLimits, TOLD_BYTES } from '../types.ts';
import { watchUsage } from '../watch-usage.ts';
import { signalContainer } from './container.ts';
import { giveVerdict, type Order, type Verdict } from './run-record.ts';

/** The relay asks at the deadline and kills 5 s later (S4); one that does not is overruled. */
export const OVERRULE_MS = 7_000;

export interface Guarded {
  engine: Docker;
  name: string;
  folder: string;
  workspace: string;
  order: Order;
  signal: AbortSignal;
  /** Takes a line about what went wrong beside the run. */
  log: (line: string) => void;
}

/**
 * For how many milliseconds a run is watched before it is ended even if its relay does not end it. From when it is
 * watched, not from when it began: by the machine's clock, which may jump, it may look over that has just begun.
 */
export function overruledAfter({ deadlineMs }: RunLimits): number {
  return deadlineMs + OVERRULE_MS;
}

/** The relay looks at what was printed every 4 ms (sandbox/relay.py), and each frame has a head of its own. */
const FRAME_HEADS_PER_MS = 24;

/**
 * More than an honest relay's log can hold: output and what a run tells, which may come twice, as base64, and the heads
 * of a frame each time it looks.
 */
export function mostLogBytes({ outputBytes, deadlineMs }: RunLimits): number {
  return 2 * (outputBytes + 2 * TOLD_BYTES) + FRAME_HEADS_PER_MS * deadlineMs;
}

export interface Guard {
  /** The log holds this much: more than a relay writes was written past it. */
  logHolds(bytes: number): void;
  /** To be called when the container has ended. */
  release(): void;
}

/** Begins to watch. */
export function guardLimits({ engine, name, folder, workspace, order, signal, log }: Guarded): Guard {
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
    try {
      giveVerdict(folder, verdict);
    } catch (error) {
      // It ends in any case, be it as `lost`: the disk that has no room for a note may be what it is ended for.
      log(`${name}: why it is ended (${verdict.kind}) could not be noted: ${(error as Error).message}`);
    }
    send(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    if (graceMs > 0) timers.add(setTimeout(() => send('SIGKILL'), graceMs));
  };
  const stop = () => end({ kind: 'cancelled' }, CANCEL_GRACE_MS);

  const unwatch = watchUsage(workspace, order.limits, {
    onOver: (used) => end({ kind: 'disk_limit', used }, 0),
    log,
  });
  timers.add(setTimeout(() => end({ kind: 'timed_out' }, 0), overruledAfter(order.limits)));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  let flooded = false;
  return {
    logHolds(bytes) {
      if (flooded || bytes <= mostLogBytes(order.limits)) return;
      flooded = true;
      end({ kind: 'output_limit' }, 0);
    },
    release() {
      watching = false;
      unwatch();
      signal.removeEventListener('abort', stop);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
