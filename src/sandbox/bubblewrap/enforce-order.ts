/** Runs one script in a held sandbox within its limits, and finds out how it ended (S4, S5, S6, S10). */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { cancelled, diskLimit, exited, lost, outOfMemory, outputLimit, timedOut } from '../ending.ts';
import { availableMemory, memoryOf } from '../processes.ts';
import { scriptInside } from '../script-path.ts';
import { CANCEL_GRACE_MS, type Ending, TOLD_BYTES } from '../types.ts';
import { watchUsage } from '../watch-usage.ts';
import { overWorkspaceLimits } from '../workspace-usage.ts';
import type { HeldSandbox } from './held-sandbox.ts';
import type { Box, Order, Outcome } from './run-folder.ts';

const MEMORY_EVERY_MS = 25;
/**
 * Memory that the machine keeps, where no control group does: whatever else a run has found to take it by ends before
 * the kernel begins to choose what to end (SR-H4).
 */
const MEMORY_RESERVE_BYTES = 128 * 1024 ** 2;
/** Between asking a program to end and ending it (S4). */
const GRACE_MS = 5_000;

export async function enforceOrder(
  { workspace }: Box,
  held: HeldSandbox,
  { script, limits }: Order,
  stop: AbortSignal,
): Promise<Outcome> {
  const started = performance.now();
  const duration = () => Math.round(performance.now() - started);
  let verdict: ((durationMs: number) => Ending) | undefined;
  let peak = 0;
  let stderrHead = '';
  const timers = new Set<NodeJS.Timeout>();

  /** Only the first reason counts. With a grace the program is asked before it is ended. */
  const end = async (reason: (durationMs: number) => Ending, graceMs = 0) => {
    if (verdict) return;
    verdict = reason;
    if (graceMs === 0) return held.kill();
    timers.add(setTimeout(() => void held.kill(), graceMs));
    await held.askToEnd();
  };
  const outOfMemoryEnding = (ms: number) => outOfMemory(limits, ms, held.cgroup?.peakBytes() ?? peak);

  let room = limits.outputBytes;
  const store = (stream: Readable, name: 'stdout' | 'stderr') => {
    const file = openSync(name, 'a');
    stream.on('data', (piece: Buffer) => {
      if (name === 'stderr' && stderrHead.length < 4096) stderrHead += piece.toString();
      const kept = piece.subarray(0, room);
      room -= kept.length;
      try {
        for (let at = 0; at < kept.length; ) at += writeSync(file, kept, at);
      } catch {
        void end((ms) => diskLimit(limits, ms, 'what it printed: the disk is full'));
      }
      if (kept.length < piece.length) void end((ms) => outputLimit(limits, ms));
    });
    stream.on('close', () => closeSync(file));
  };
  store(held.bwrap.stdout as Readable, 'stdout');
  store(held.bwrap.stderr as Readable, 'stderr');

  storeTold(held.told);

  held.cgroup?.setMemoryLimit(limits.memoryBytes);
  const init = await held.init;
  const watchMemory = () => {
    if (held.cgroup) {
      if (held.cgroup.oomKills() > 0) void end(outOfMemoryEnding);
    } else if (init !== null) {
      peak = Math.max(peak, memoryOf(init, limits.memoryBytes));
      if (peak > limits.memoryBytes || availableMemory() < MEMORY_RESERVE_BYTES) void end(outOfMemoryEnding);
    }
  };
  timers.add(setInterval(watchMemory, MEMORY_EVERY_MS));
  const unwatch = watchUsage(workspace, limits, {
    onOver: (used) => void end((ms) => diskLimit(limits, ms, used)),
    log: (line) => process.stderr.write(`${line}\n`), // into the run's runner.log
  });
  timers.add(setTimeout(() => void end((ms) => timedOut(limits, ms), GRACE_MS), limits.deadlineMs));
  const stopped = () => void end(cancelled, CANCEL_GRACE_MS);
  if (stop.aborted) stopped();
  else stop.addEventListener('abort', stopped);

  const order = held.bwrap.stdin as Writable;
  order.on('error', () => undefined); // It ended before it read: how it ended says why.
  order.end(`${limits.fileBytes} ${scriptInside(script)}\n`);

  const { exitCode, killed } = await held.closed;
  unwatch();
  for (const timer of timers) clearTimeout(timer);
  const durationMs = duration();
  if (verdict) return { ran: true, ending: verdict(durationMs) };
  if ((held.cgroup?.oomKills() ?? 0) > 0) return { ran: true, ending: outOfMemoryEnding(durationMs) };
  const over = await overWorkspaceLimits(workspace, limits);
  if (over) return { ran: true, ending: diskLimit(limits, durationMs, over) };
  if (exitCode !== null) return { ran: true, ending: exited(exitCode, durationMs) };
  if (killed) return { ran: true, ending: lost('its sandbox was killed from outside', durationMs) };
  return { ran: false, reason: `bubblewrap could not make the sandbox: ${stderrHead.trim()}` };
}

/** Keeps what fits; who writes on is let go of, and goes on unheard. */
function storeTold(told: Readable): void {
  const file = openSync('told', 'a');
  let room = TOLD_BYTES;
  told.on('data', (piece: Buffer) => {
    const kept = piece.subarray(0, room);
    room -= kept.length;
    try {
      for (let at = 0; at < kept.length; ) at += writeSync(file, kept, at);
    } catch {
      room = 0; // The disk is full, which the run hears of by what it prints.
    }
    if (room === 0) told.destroy();
  });
  told.on('error', () => undefined);
  told.on('close', () => closeSync(file));
}
