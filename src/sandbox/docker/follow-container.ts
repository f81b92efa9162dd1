/** Follows a container to its end: output in order, then the one ending (S1, S5). */
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { codeOf } from '../../system-error.ts';
import { cancelled, diskLimit, exited, lost, outOfMemory, outputLimit, timedOut } from '../ending.ts';
import { outputInOrder } from '../output-in-order.ts';
import {
  DEFAULT_LIMITS,
  type Ending,
  type OutputChunk,
  type OutputProgress,
  type RunTraces,
  SandboxUnavailable,
  TOLD_BYTES,
} from '../types.ts';
import { overWorkspaceLimits } from '../workspace-usage.ts';
import { inspect } from './container.ts';
import { ask, EngineError, unlessStatus } from './engine.ts';
import { type Frame, logLines, parseFrame, type RelayEnding } from './frames.ts';
import { type Guarded, guardLimits } from './guard-limits.ts';
import { pieceStore } from './piece-store.ts';
import { readVerdict } from './run-record.ts';

/** An engine that restarts is back by then. */
const ENGINE_AWAY_MS = 60_000;
const TRY_AGAIN_MS = 200;

/** What there is in the log of a container that has ended; empty where there is none. */
export async function readTraces(engine: Docker, name: string): Promise<RunTraces> {
  const told = pieceStore(TOLD_BYTES);
  const stdout = pieceStore(DEFAULT_LIMITS.outputBytes);
  const reading = { follow: false, detach: undefined, logHolds: () => undefined };
  for await (const frame of framesInLog(engine, name, reading)) {
    if (frame.kind === 'told') told.add(frame);
    if (frame.kind === 'output' && frame.stream === 'stdout') stdout.add(frame);
  }
  return { told: told.whole(), stdout: stdout.whole() };
}

export interface Followed extends Guarded {
  progress: OutputProgress;
  /** Aborted, the container is left as it is, for another to follow. */
  detach: AbortSignal | undefined;
  onOutput: (chunk: OutputChunk) => Promise<void>;
}

function isAway(error: unknown): boolean {
  if (error instanceof EngineError) return error.status === 0 || error.status >= 500;
  return ['ECONNRESET', 'EPIPE', 'ECONNREFUSED'].includes(codeOf(error) ?? '');
}

/** Asks an engine that may be restarting. @throws SandboxUnavailable when it stays away, the reason of `detach`. */
async function patiently<Answer>(
  detach: AbortSignal | undefined,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const began = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      detach?.throwIfAborted();
      if (!isAway(error)) throw error;
      if (performance.now() - began > ENGINE_AWAY_MS) throw new SandboxUnavailable((error as Error).message);
      await sleep(TRY_AGAIN_MS);
    }
  }
}

interface Reading {
  follow: boolean;
  detach: AbortSignal | undefined;
  /** Told how much of the log has been read, from its start on. */
  logHolds: (bytes: number) => void;
}

async function openLog(
  engine: Docker,
  name: string,
  { follow, detach }: Pick<Reading, 'follow' | 'detach'>,
): Promise<AsyncIterable<Buffer>> {
  const container = engine.getContainer(name);
  const both = { stdout: true, stderr: true };
  if (follow) {
    const abortable = detach === undefined ? {} : { abortSignal: detach };
    return (await container.logs({ ...both, ...abortable, follow })) as unknown as AsyncIterable<Buffer>;
  }
  const whole = await container.logs(both);
  return (async function* () {
    yield whole;
  })();
}

/** The frames in a container's log, to its present end or, with `follow`, to the container's or `detach`. */
async function* framesInLog(engine: Docker, name: string, reading: Reading): AsyncGenerator<Frame> {
  // 409: it is just being removed, and its log is gone already.
  const log = await patiently(reading.detach, () =>
    unlessStatus([404, 409], ask(openLog(engine, name, reading))),
  );
  if (!log) return;
  let read = 0;
  const lines = logLines(log, (count) => {
    read += count;
    reading.logHolds(read);
  });
  try {
    for (;;) {
      const line = await lines.next().catch((error) => {
        if (isAway(error) || reading.detach?.aborted) return null;
        throw error;
      });
      if (!line || line.done) return;
      yield parseFrame(line.value);
    }
  } finally {
    await lines.return(undefined); // Lets go of the log's connection.
  }
}

/**
 * All frames of a container until it has ended. Where the log broke off, because the engine was away or let go
 * of it before its last lines, it is read from its start again: frames know their place, none counts twice.
 */
async function* framesOf(
  engine: Docker,
  name: string,
  { detach, logHolds }: Pick<Reading, 'detach' | 'logHolds'>,
): AsyncGenerator<Frame, Docker.ContainerInspectInfo | null> {
  let complete = false;
  for (let follow = true; ; ) {
    detach?.throwIfAborted();
    const inspected = await patiently(detach, () => inspect(engine, name));
    const over = inspected === null || ['exited', 'dead', 'removing'].includes(inspected.State.Status);
    if (over && (complete || !follow || inspected === null)) return inspected;
    follow = !over;
    for await (const frame of framesInLog(engine, name, { follow, detach, logHolds })) {
      complete ||= frame.kind === 'end';
      yield frame;
    }
    if (!complete) await sleep(TRY_AGAIN_MS);
  }
}

export async function followContainer(followed: Followed): Promise<Ending> {
  const { engine, name, workspace, order, progress, detach, onOutput } = followed;
  const output = outputInOrder(progress, onOutput);
  const guard = guardLimits(followed);
  const frames = framesOf(engine, name, { detach, logHolds: guard.logHolds });
  let said: RelayEnding | undefined;
  try {
    for (;;) {
      const { done, value } = await frames.next();
      if (done) {
        await output.finish();
        const used = said?.reason === 'exited' ? await overWorkspaceLimits(workspace, order.limits) : null;
        return endingOf(followed, said, value, used);
      }
      if (value.kind === 'output') await output.add(value.stream, value.offset, value.bytes);
      if (value.kind === 'end') said = value.ending;
    }
  } finally {
    guard.release();
    await frames.return(null);
  }
}

function endingOf(
  { folder, order: { limits } }: Followed,
  said: RelayEnding | undefined,
  inspected: Docker.ContainerInspectInfo | null,
  used: string | null,
): Ending {
  const state = inspected?.State;
  const lived = state ? Date.parse(state.FinishedAt) - Date.parse(state.StartedAt) : 0;
  const durationMs = said?.durationMs ?? Math.max(0, lived);
  const verdict = readVerdict(folder);
  if (verdict?.kind === 'cancelled') return cancelled(durationMs);
  if (verdict?.kind === 'timed_out') return timedOut(limits, durationMs);
  if (verdict?.kind === 'output_limit') return outputLimit(limits, durationMs);
  if (verdict?.kind === 'disk_limit') return diskLimit(limits, durationMs, verdict.used ?? 'too much');
  if (used) return diskLimit(limits, durationMs, used);
  if (said?.reason === 'timed_out') return timedOut(limits, durationMs);
  if (said?.reason === 'output_limit') return outputLimit(limits, durationMs);
  if (said?.reason === 'out_of_memory' || state?.OOMKilled)
    return outOfMemory(limits, durationMs, said?.peakBytes ?? undefined);
  if (said?.reason === 'exited') return exited(said.code, durationMs);
  if (!state) return lost('its container is gone');
  return lost(
    `its container was ended, with code ${state.ExitCode}, by something else than its limits`,
    durationMs,
  );
}
