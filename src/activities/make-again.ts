/**
 * Makes a Work's runs again and compares what they give (T13). What is done is written down run by run: whoever takes this
 * over from a worker that died goes on after that, and adopts the run that goes on.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { listRuns } from '../db/ended-runs.ts';
import { MOST_RUNS } from '../db/run-calls.ts';
import {
  beginVerification,
  endVerification,
  isVerificationWanted,
  noteVerification,
  type VerificationOrder,
} from '../db/verifications.ts';
import { existingWorks } from '../db/work-deletion.ts';
import { UnreadableMarkdown } from '../domain/markdown/unreadable.ts';
import { isGood } from '../domain/provenance/fact-values.ts';
import type { Provenance } from '../domain/provenance/types.ts';
import { runsToVerify } from '../domain/verification/plan.ts';
import { reportOf } from '../domain/verification/report.ts';
import { isReproduced, type RunVerified } from '../domain/verification/types.ts';
import { type RunsOfWork, runsOf } from '../provenance/runs-of-work.ts';
import { createPaperTracer } from '../provenance/trace-paper.ts';
import { withVerifyRoom } from '../room/room.ts';
import { DEFAULT_LIMITS, type Ending, MAX_DEADLINE_MS, type Sandbox } from '../sandbox/types.ts';
import { compareRun } from '../verification/compare-run.ts';
import { createComparer } from '../verification/comparer.ts';
import {
  type Again,
  newScratch,
  putWhatItRead,
  putWhatNoRunMade,
  removeScratch,
} from '../verification/prepare.ts';
import { type RecordedFiles, recordedFiles } from '../verification/recorded-files.ts';
import { keptBytes } from '../versions/kept-bytes.ts';
import { PAPER } from '../workspace/paper.ts';
import { openWorkspace, type Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { VerifyInput } from './types.ts';

const NO_RUNS = 'No code has run to its end in this Work yet: there is nothing to make again.';
/** Milliseconds for all runs together; those that would begin later are not made. */
const TOTAL_MS = 45 * 60_000;
/** A run may take so many times as long as it took, and a while for its start. */
const TIMES_AS_LONG = 3;
const START_MS = 60_000;
const LOOK_EVERY_MS = 500;
const BEAT_MS = 5_000;
/** How often a run is begun again of which nothing was left. */
const MOST_LOST = 2;

/** Nobody wants it any more, or another attempt is at it. */
class Unwanted extends Error {}

interface Verification {
  deps: ActivityDependencies;
  sandbox: Sandbox;
  order: VerificationOrder;
  now: Workspace;
  files: RecordedFiles;
  runs: Again[];
  /** Paths that any run has written. */
  made: ReadonlySet<string>;
  workspaceBytes: number;
  signal: AbortSignal;
  until: number;
}

export function makeAgain(deps: ActivityDependencies) {
  const comparer = createComparer();
  const tracer = createPaperTracer(deps.db, deps.provenance);

  return async ({ verificationId }: VerifyInput): Promise<void> => {
    const order = await beginVerification(deps.db, verificationId);
    if (order === undefined) return;
    const sandbox = deps.sandbox.runs;
    if (sandbox === null)
      return void (await endVerification(deps.db, order, {
        state: 'failed',
        error: (deps.sandbox as { reason: string }).reason,
      }));
    const watched = watch(deps, order);
    const asking = { person: { id: order.ownerId, guest: order.guest }, signal: watched.signal };
    try {
      const now = await deps.workspaceOf(order.workId);
      const known = await runsOf(deps.db, order.workId);
      const paper = await tracer
        .trace({ workId: order.workId, file: PAPER }, now, asking)
        .then(({ provenance }) => provenance, withoutPaper);
      const place = { db: deps.db, workId: order.workId, workspace: now, shares: deps.limits.disk };
      await withVerifyRoom(place, order.id, async (workspaceBytes) => {
        const runs = await whatToMake(deps, order.workId, known, paper);
        if (runs.length === 0)
          return void (await endVerification(deps.db, order, { state: 'failed', error: NO_RUNS }));
        const verification: Verification = {
          ...{ deps, sandbox, order, now, runs, workspaceBytes, signal: watched.signal },
          files: recordedFiles({
            scripts: new Map(
              known.runs.map(({ number, scriptSha256 }) => [scriptSha256, known.scripts.get(number) ?? '']),
            ),
            workspace: now,
            kept: (sha256) => keptBytes({ ...deps, workId: order.workId }, sha256),
          }),
          made: new Set(known.runs.flatMap(({ writes }) => writes.map(({ path }) => path))),
          until: Date.now() + TOTAL_MS,
        };
        await makeAll(verification, (made) =>
          compareRun(made, { files: verification.files, comparer }, asking),
        );
        const report = reportOf(order.runs, paper);
        await endVerification(deps.db, order, { state: 'done', report, reproduced: isReproduced(report) });
      });
    } catch (error) {
      if (watched.signal.aborted || error instanceof Unwanted) return;
      if (!(error instanceof WorkspaceError)) throw error;
      await endVerification(deps.db, order, { state: 'failed', error: error.message });
    } finally {
      watched.end();
      // The scratch folder stays where the row still names it: then the next attempt goes on in it.
      const { scratch } = order;
      if (scratch !== null && !(await existingWorks(deps.db, [scratch])).has(scratch))
        await removeScratch(deps.dataDir, scratch);
    }
  };
}

export function failVerification(deps: ActivityDependencies) {
  return async ({ verificationId }: VerifyInput): Promise<void> => {
    await endVerification(
      deps.db,
      { id: verificationId, attempt: null },
      {
        state: 'failed',
        error:
          'The runs could not be made again. Try again; what went wrong stands in the log of the worker.',
      },
    );
  };
}

function withoutPaper(error: unknown): null {
  // Without a paper that can be read the runs are made again all the same.
  if (error instanceof WorkspaceError || error instanceof UnreadableMarkdown) return null;
  throw error;
}

async function whatToMake(
  deps: ActivityDependencies,
  workId: string,
  { runs, scripts }: RunsOfWork,
  paper: Provenance | null,
): Promise<Again[]> {
  const { runs: ended } = await listRuns(deps.db, workId, { limit: MOST_RUNS });
  const took = new Map(ended.map(({ number, durationMs }) => [number, durationMs]));
  return runsToVerify(runs.filter(isGood), paper).map(({ number, script, reads, writes, facts }) => ({
    ...{ number, script, writes: [...writes], facts: [...facts] },
    reads: reads === null ? null : [...reads],
    durationMs: took.get(number) ?? DEFAULT_LIMITS.deadlineMs,
    code: scripts.get(number) ?? '',
  }));
}

type Compare = (made: Parameters<typeof compareRun>[0]) => Promise<RunVerified>;

/** Makes what has not been made yet; what came of each stands in `order.runs`. */
async function makeAll(verification: Verification, compare: Compare): Promise<void> {
  const { order, runs, until } = verification;
  let lost = 0;
  for (let at = 0; at < runs.length; at += 1) {
    const run = runs[at] as Again;
    if (order.runs.some(({ number }) => number === run.number)) continue;
    const made =
      Date.now() > until
        ? notRun(run, 'the time for all runs was over')
        : await makeOne(verification, run, compare);
    if (made !== 'lost') await note(verification, { runs: [...order.runs, made], began: null });
    else if (lost < MOST_LOST) {
      lost += 1;
      // From the start, all runs share one folder: what a lost run had written there is not known, so all begin again.
      const isAnew = order.mode === 'scratch';
      await note(verification, { began: null, scratch: null, ...(isAnew ? { runs: [] } : {}) });
      at = isAnew ? -1 : at - 1;
    } else
      await note(verification, {
        runs: [...order.runs, notRun(run, 'its sandbox was lost again and again')],
        began: null,
      });
  }
}

function notRun({ number, script }: Again, note: string): RunVerified {
  return { number, script, result: 'not_run', note, files: [], facts: {} };
}

async function makeOne(
  verification: Verification,
  run: Again,
  compare: Compare,
): Promise<RunVerified | 'lost'> {
  const { deps, order, sandbox, signal } = verification;
  const isAdopted = order.began?.number === run.number && order.scratch !== null;
  using _place = await deps.places.code.enter({ id: order.ownerId, guest: order.guest }, signal, {
    atOnce: isAdopted,
  });
  const scratch = isAdopted ? openScratch(verification) : await prepared(verification, run);
  if (typeof scratch === 'string') return notRun(run, scratch);
  if (!isAdopted) await note(verification, { began: { number: run.number, toolCallId: randomUUID() } });
  const key = {
    workId: order.scratch as string,
    turn: run.number,
    toolCallId: order.began?.toolCallId ?? '',
  };
  const deadlineMs = Math.min(MAX_DEADLINE_MS, START_MS + TIMES_AS_LONG * run.durationMs);
  const ending: Ending = await sandbox.run(
    {
      ...{ key, owner: order.id, workspace: scratch.root, script: run.script },
      limits: { ...DEFAULT_LIMITS, deadlineMs, workspaceBytes: verification.workspaceBytes },
    },
    {
      progress: { stdout: 0, stderr: 0 },
      mayStart: !isAdopted,
      signal,
      detach: cancellationSignal(),
      onOutput: async () => {},
    },
  );
  if (signal.aborted) throw new Unwanted();
  if (ending.kind === 'lost') return 'lost';
  const made = await compare({ run, ending, traces: await sandbox.traces(key), scratch });
  await sandbox.remove(key);
  return made;
}

function openScratch({ deps, order }: Verification): Workspace {
  return openWorkspace(deps.workspacePath(order.scratch as string));
}

/** The folder with all that the run may find, and its script; a sentence where that cannot be had. */
async function prepared(verification: Verification, run: Again): Promise<Workspace | string> {
  const { deps, order, now, files, runs, made } = verification;
  let scratch: Workspace;
  if (order.mode === 'scratch' && order.scratch !== null) {
    if (!(await isVerificationWanted(deps.db, order))) throw new Unwanted();
    scratch = openScratch(verification);
  } else {
    // Made before anybody is told of it: whoever takes over finds it whole, or another.
    const id = randomUUID();
    scratch = await newScratch(deps.dataDir, id);
    const before = order.scratch;
    const problem =
      order.mode === 'scratch'
        ? await putWhatNoRunMade(scratch, runs, made, now)
        : await putWhatItRead(scratch, run, files, now);
    if (typeof problem === 'string') {
      await removeScratch(deps.dataDir, id);
      return problem;
    }
    await note(verification, { scratch: id });
    if (before !== null) await removeScratch(deps.dataDir, before);
  }
  await scratch.write(run.script, run.code);
  return scratch;
}

/** Writes down how far it is, for whoever looks, and whoever takes over. @throws Unwanted */
async function note(
  { deps, order, runs }: Verification,
  so: Partial<Pick<VerificationOrder, 'scratch' | 'began' | 'runs'>>,
): Promise<void> {
  const done = (so.runs ?? order.runs).length;
  const step = `${done} of ${runs.length}`;
  if (!(await noteVerification(deps.db, order, { ...so, step }))) throw new Unwanted();
  Object.assign(order, so);
}

/** Beats, and aborts when the row says that this attempt does not count any more. */
function watch(deps: ActivityDependencies, order: VerificationOrder): { signal: AbortSignal; end(): void } {
  const unwanted = new AbortController();
  const over = new AbortController();
  void (async () => {
    for (let beat = 0; !over.signal.aborted; ) {
      await delay(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return;
      if (Date.now() - beat > BEAT_MS) {
        heartbeat();
        beat = Date.now();
      }
      // While the database is away it counts as wanted: nobody can have stopped it meanwhile.
      if (!(await isVerificationWanted(deps.db, order).catch(() => true))) unwanted.abort(new Unwanted());
    }
  })();
  return { signal: unwanted.signal, end: () => over.abort() };
}
