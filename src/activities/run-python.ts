/** Runs a code agent's Python in the sandbox, or reattaches to the run that an earlier attempt started (S1, D7). */
import { createHash } from 'node:crypto';
import { parseRunPython, type RunPythonArguments } from '../agents/tool-definitions.ts';
import { Fenced } from '../db/event-writer.ts';
import { beginRun, isRunWanted, unbeginRun } from '../db/runs.ts';
import { keepOutput } from '../domain/reducer.ts';
import { MOST_FACTS } from '../domain/runs.ts';
import { releaseRunRoom, reserveRunRoom } from '../room/room.ts';
import { forModel } from '../sandbox/for-model.ts';
import { keepHeadAndTail } from '../sandbox/kept-output.ts';
import { terminalLines } from '../sandbox/terminal-lines.ts';
import {
  DEFAULT_LIMITS,
  type Ending,
  MAX_DEADLINE_MS,
  type OutputChunk,
  type OutputProgress,
  type Sandbox,
  SandboxUnavailable,
} from '../sandbox/types.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { whyEnded } from './claims/attempt-ended.ts';
import type { Attempt } from './claims/attempts.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { keepAroundRun } from './keep-versions.ts';
import { type EnvironmentOf, environmentKeeper } from './run-environment.ts';
import { recordedOf, whatItLeft } from './run-left.ts';
import { removeRun } from './sandbox-lifecycle.ts';
import { type CallOutcome, type ClaimedCall, claimedCall, type NoOutcome } from './tool-call.ts';
import type { ToolInput, ToolStep } from './types.ts';

/** Characters that are stored and shown live; of what comes after them, only the model is told the end (S5). */
const OUTPUT_STORED = 1024 ** 2;

/** For how long a sandbox that does not answer is asked again before the model is told so. */
const SANDBOX_AWAY_MS = 120_000;

/** For how long after its deadline a run may still be ending: its start, its last words, another worker. */
const RUN_MARGIN_MS = 600_000;

/** What the model is told of a run that found more numbers than are kept. */
const MORE_FACTS = `More numbers were recorded or printed than are kept of a run: only the first ${MOST_FACTS.toLocaleString('en')} can be traced.`;

/** A snapshot as JSON can hold it. */
type Entries = Snapshot extends Map<infer Path, infer State> ? [Path, State][] : never;

/** Output that waits for Postgres before the run's reader waits with it. */
const OUTPUT_WAITING = 256 * 1024;

export function runPython(deps: ActivityDependencies) {
  const environmentOf = environmentKeeper(deps.db);
  return async (input: ToolInput): Promise<ToolStep> => {
    const body = async (call: ClaimedCall): Promise<CallOutcome | NoOutcome> => {
      const parsed = parseRunPython(call.claim.arguments);
      if (!parsed.ok) return { ok: false, result: parsed.problem, files: [], durationMs: 0 };
      if (deps.sandbox.runs === null) {
        return { ok: false, result: deps.sandbox.reason, files: [], durationMs: 0 };
      }
      return await run({ ...deps, environmentOf }, deps.sandbox.runs, input, call, parsed.value);
    };
    const step = await claimedCall(deps, input, body, deps.places.code);
    if (step.kind === 'done') removeRun(deps, input);
    return step;
  };
}

async function run(
  deps: ActivityDependencies & { environmentOf: EnvironmentOf },
  sandbox: Sandbox,
  input: ToolInput,
  { claim, attempt, stream, begun: passed }: ClaimedCall,
  args: RunPythonArguments,
): Promise<CallOutcome | NoOutcome> {
  const { workId, turn, toolCallId } = input;
  const workspace = await deps.workspaceOf(workId);
  const script = `code/${args.filename}`;
  const deadlineMs = deadline(args.timeoutSeconds);
  const begun = await begin(deps, input, workspace, { path: script, code: args.code, deadlineMs });
  if (begun instanceof WorkspaceError) {
    const result = `The code was not run, for the workspace cannot be used: ${begun.message}`;
    return { ok: false, result, files: [], durationMs: 0 };
  }

  const before = new Map(begun.before);
  const limits = { ...DEFAULT_LIMITS, deadlineMs, workspaceBytes: begun.workspaceBytes };
  let output = keepOutput('', claim.output);
  let stored = claim.stdout.length + claim.stderr.length;
  // Each by itself: a flood of one must not hide the traceback in the other.
  const forTheModel = { stdout: keepHeadAndTail(claim.stdout), stderr: keepHeadAndTail(claim.stderr) };
  const progress = (claim.progress as OutputProgress | null) ?? { stdout: 0, stderr: 0 };

  const lines = terminalLines(claim, progress, onLines);

  async function onOutput(chunk: OutputChunk): Promise<void> {
    passed();
    await lines.onOutput(chunk);
  }

  async function onLines(chunk: OutputChunk): Promise<void> {
    progress[chunk.stream] = chunk.bytes;
    forTheModel[chunk.stream].add(chunk.text);
    if (stored >= OUTPUT_STORED) return;
    stored += chunk.text.length;
    output = keepOutput(output, chunk.text);
    stream.push({ kind: 'tool.output', toolCallId, stream: chunk.stream, text: chunk.text }, { ...progress });
    if (stream.waiting > OUTPUT_WAITING) await stream.flush();
  }

  const { stop, detach } = endsOfRun(deps, input, attempt);
  let ending: Ending;
  try {
    ending = await sandbox.run(
      {
        key: { workId, turn, toolCallId },
        owner: claim.agent,
        workspace: deps.workspacePath(workId),
        script,
        limits,
      },
      { progress: { ...progress }, mayStart: begun.first, signal: stop, detach, onOutput },
    );
    await lines.finish();
    await stream.flush();
  } catch (error) {
    lines.leave();
    if (error instanceof Fenced || whyEnded(attempt) === 'fenced') return 'fenced';
    if (!begun.first || !(error instanceof SandboxUnavailable)) throw error;
    // Nothing was started: the next attempt may.
    await unbeginRun(deps.db, input);
    await releaseRunRoom({ db: deps.db, workId, workspace }, toolCallId);
    if (claim.ageMs < SANDBOX_AWAY_MS) throw error;
    return { ok: false, result: notRun(error, claim.ageMs), files: [], durationMs: claim.ageMs };
  }
  if (whyEnded(attempt) === 'fenced') return 'fenced';

  deps.metrics.sandboxRun({ ending: ending.kind, durationMs: ending.durationMs });
  const left = await whatItLeft(deps, workspace, { input, attempt, before, script, ending, limits });
  if (typeof left === 'string') return left;
  const [recorded] = await Promise.all([
    recordedOf(deps, sandbox, { input, workspace, before, ending, left }),
    left.after !== null && left.changes.length > 0 && keepAroundRun(deps, input, workspace, left.after),
  ]);
  const words = recorded.record.moreFacts ? `${left.words}\n\n${MORE_FACTS}` : left.words;
  return {
    ok: ending.kind === 'exited' && ending.code === 0,
    result: `${forModel(forTheModel.stdout.kept(), forTheModel.stderr.kept(), ending)}\n\n${words}`,
    files: left.files,
    durationMs: Math.round(ending.durationMs),
    ending: ending.kind,
    ...(begun.number === null ? {} : { run: begun.number, record: recorded.record }),
    output,
  };
}

function notRun(error: SandboxUnavailable, ms: number): string {
  return `The code was not run: for ${Math.round(ms / 1000)} s no sandbox could be started (${error.message}). Tell the person, who may have to start the container engine; do not try again in this turn.`;
}

/**
 * What the end of an attempt means for its run: a person's stop ends it. An attempt that was superseded, or whose
 * worker goes away, leaves it to the next (D7), unless there is none because the turn is over.
 */
function endsOfRun(
  deps: ActivityDependencies,
  { workId, toolCallId }: ToolInput,
  attempt: Attempt,
): { stop: AbortSignal; detach: AbortSignal } {
  const stop = new AbortController();
  const detach = new AbortController();
  const onEnd = async () => {
    const why = whyEnded(attempt);
    const isLeft =
      why === 'shutdown' || (why === 'fenced' && (await isRunWanted(deps.db, workId, toolCallId)));
    (isLeft ? detach : stop).abort(attempt.signal.reason);
  };
  const onEnded = () =>
    void onEnd().catch((err: unknown) => {
      deps.log.warn({ workId, toolCallId, err }, 'whether a run is wanted is not known: left to the reaper');
      detach.abort(attempt.signal.reason);
    });
  if (attempt.signal.aborted) onEnded();
  else attempt.signal.addEventListener('abort', onEnded, { once: true });
  return { stop: stop.signal, detach: detach.signal };
}

/**
 * Remembers what the workspace holds and puts the script there. What is wrong with the files (the disk is full, the
 * folder is gone) is for the model to read; whatever it is, nothing was started, and the next attempt may.
 */
async function begin(
  deps: ActivityDependencies,
  input: ToolInput,
  workspace: Workspace,
  script: { path: string; code: string; deadlineMs: number },
): Promise<
  { before: Entries; workspaceBytes: number; first: boolean; number: number | null } | WorkspaceError
> {
  const place = { db: deps.db, workId: input.workId, workspace, shares: deps.limits.disk };
  try {
    const sha256 = createHash('sha256').update(script.code).digest('hex');
    const begun = await beginRun(deps.db, { ...input, script: { ...script, sha256 } }, async () => ({
      before: [...(await workspace.snapshot())],
      workspaceBytes: await reserveRunRoom(place, {
        toolCallId: input.toolCallId,
        bytes: Buffer.byteLength(script.code),
        lifetimeMs: script.deadlineMs + RUN_MARGIN_MS,
      }),
    }));
    if (begun.first) await keepAroundRun(deps, { workId: input.workId }, workspace, new Map(begun.before));
    // Before the run's first start only: the person or a later run may have changed the file since.
    if (begun.first) await workspace.write(script.path, script.code).catch(takeBack);
    return begun;
  } catch (error) {
    if (error instanceof WorkspaceError) return error;
    throw error;
  }

  async function takeBack(error: unknown): Promise<never> {
    await unbeginRun(deps.db, input);
    await releaseRunRoom(place, input.toolCallId);
    throw error;
  }
}

function deadline(seconds: number | undefined): number {
  return seconds === undefined ? DEFAULT_LIMITS.deadlineMs : Math.min(MAX_DEADLINE_MS, seconds * 1000);
}
