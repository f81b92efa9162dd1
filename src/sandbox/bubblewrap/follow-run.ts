/** Reads what a runner writes: output as it comes, from where the reader left off, then the ending (S5). */
import { watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { killUnlessGone } from '../../system-error.ts';
import { cancelled, lost } from '../ending.ts';
import { isRunning, thisMachine } from '../processes.ts';
import { type OutputChunk, type OutputProgress, type RunLimits, SandboxUnavailable } from '../types.ts';
import { wholeLines } from '../whole-utf8.ts';
import { killRunner } from './kill-runner.ts';
import { isOrder, type Outcome, readState, settle } from './run-folder.ts';

const PIECE_BYTES = 64 * 1024;
const LOOK_EVERY_MS = 100;
/** A runner that has not said its name by then never will. */
const RUNNER_START_MS = 15_000;
/** A stopped run has this long to end before its runner, and with it the sandbox, is killed (S9). */
const CANCEL_MS = 800;
/** How long after the deadline a runner that cannot be asked, being on another machine, counts as dead. */
const UNSEEN_MS = 30_000;

export interface Following {
  folder: string;
  progress: OutputProgress;
  signal: AbortSignal;
  /** Aborted, the run is left as it is, for another to follow. */
  detach: AbortSignal | undefined;
  onOutput: (chunk: OutputChunk) => Promise<void>;
}

/** Something happened in the folder, or it is time to look again. */
function folderEvents(folder: string): { next: () => Promise<void>; close: () => void } {
  let happened = false;
  let wake = () => {};
  const watcher = watch(folder, () => {
    happened = true;
    wake();
  });
  // The folder being removed is found by looking.
  watcher.on('error', () => undefined);
  return {
    async next() {
      if (!happened)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_EVERY_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      happened = false;
    },
    close: () => watcher.close(),
  };
}

/** Hands on what a file holds after `from`; returns where the next call goes on. */
async function deliver(
  file: FileHandle,
  stream: 'stdout' | 'stderr',
  from: number,
  final: boolean,
  onOutput: Following['onOutput'],
): Promise<number> {
  const piece = Buffer.alloc(PIECE_BYTES);
  let at = from;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at);
    const pieces = wholeLines(piece.subarray(0, bytesRead), final && bytesRead < PIECE_BYTES);
    if (pieces.length === 0) return at;
    for (const { text, bytes } of pieces) {
      at += bytes;
      await onOutput({ stream, text, bytes: at });
    }
  }
}

/**
 * Resolves with the outcome once all output has been handed on.
 * @throws the reason of `detach`
 */
export async function followRun({ folder, progress, signal, detach, onOutput }: Following): Promise<Outcome> {
  const files = { stdout: await open(join(folder, 'stdout')), stderr: await open(join(folder, 'stderr')) };
  const events = folderEvents(folder);
  const at = { ...progress };
  const abort = abortion(folder, signal);
  const began = performance.now();
  try {
    for (;;) {
      const outcome = readState(folder, 'ending.json');
      for (const stream of ['stdout', 'stderr'] as const)
        at[stream] = await deliver(files[stream], stream, at[stream], outcome !== null, onOutput);
      if (outcome) return outcome;
      detach?.throwIfAborted();
      abort.check();
      noticeDeath(folder, performance.now() - began);
      await events.next();
    }
  } finally {
    events.close();
    await files.stdout.close();
    await files.stderr.close();
  }
}

/** Passes an abort on to the runner, and kills it when it does not obey in time. */
function abortion(folder: string, signal: AbortSignal): { check: () => void } {
  let askedAt: number | undefined;
  const check = () => {
    const runner = signal.aborted ? readState(folder, 'runner.json') : null;
    if (!runner || runner.machine !== thisMachine() || !isRunning(runner)) return;
    if (askedAt === undefined) {
      askedAt = performance.now();
      killUnlessGone(runner.pid, 'SIGTERM');
    } else if (performance.now() - askedAt > CANCEL_MS) {
      killRunner(runner);
      settle(folder, 'ending.json', {
        ran: true,
        ending: cancelled(Math.round(performance.now() - askedAt)),
      });
    }
  };
  signal.addEventListener('abort', check, { once: true });
  return { check };
}

/** Writes the ending of a run whose runner died without one. */
function noticeDeath(folder: string, watchedMs: number): void {
  const runner = readState(folder, 'runner.json');
  if (!runner) {
    if (watchedMs > RUNNER_START_MS)
      throw new SandboxUnavailable(`the sandbox runner did not start: see ${join(folder, 'runner.log')}`);
  } else if (runner.machine === thisMachine() ? !isRunning(runner) : isOrderLongOver(folder, watchedMs)) {
    settle(folder, 'ending.json', { ran: true, ending: lost('the process that held its sandbox is gone') });
  }
}

function isOrderLongOver(folder: string, watchedMs: number): boolean {
  const order = readState(folder, 'order.json');
  return order !== null && isOrder(order) && isLongOver(order.limits, watchedMs);
}

/** Whether a run that has been watched for so long is so far past its deadline that nobody can be holding it any more. */
export function isLongOver({ deadlineMs }: RunLimits, watchedMs: number): boolean {
  return watchedMs > deadlineMs + UNSEEN_MS;
}
