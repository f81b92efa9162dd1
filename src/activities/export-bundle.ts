/** Gathers what the reproducible bundle of a Work holds (T14), within bounds; what has no place in it is told. */
import { open } from 'node:fs/promises';
import { listRuns } from '../db/ended-runs.ts';
import { doneExports, type ExportProblem, type ExportRow } from '../db/exports.ts';
import { MOST_RUNS } from '../db/run-calls.ts';
import { environmentOf } from '../db/runs.ts';
import { runsToVerify } from '../domain/verification/plan.ts';
import {
  type BundleRun,
  type BundleSource,
  bundleFiles,
  writtenKey,
  zipOf,
} from '../exports/bundle/bundle.ts';
import { runsOf } from '../provenance/runs-of-work.ts';
import { unlessMissing } from '../system-error.ts';
import { isMadeByNoRun } from '../verification/prepare.ts';
import { recordedFiles } from '../verification/recorded-files.ts';
import { keptBytes } from '../versions/kept-bytes.ts';
import { exportFile } from '../workspace/export-files.ts';
import { PAPER } from '../workspace/paper.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { MadeFile } from './made-file.ts';
import { numbersOf } from './numbers-of-paper.ts';

const MIB = 1024 ** 2;
/** Bytes of all files together, which are held in memory, and of one that a run wrote: a larger one is only a hash. */
const ALL_BYTES = 96 * MIB;
const EXPECTED_BYTES = 4 * MIB;

export async function makeBundle(deps: ActivityDependencies, order: ExportRow): Promise<MadeFile> {
  const { workId } = order;
  const workspace = await deps.workspaceOf(workId);
  const known = await runsOf(deps.db, workId);
  const { paper, rows } = await numbersOf(deps, order, workspace, PAPER);
  const { runs: ended } = await listRuns(deps.db, workId, { limit: MOST_RUNS });
  const byNumber = new Map(ended.map((run) => [run.number, run]));
  const planned = runsToVerify(known.runs, paper);
  const runs = planned.map(({ number, script, reads, writes, facts }): BundleRun => {
    const run = byNumber.get(number);
    return {
      ...{ number, script, code: known.scripts.get(number) ?? '', facts: [...facts] },
      ...{ startedAt: run?.startedAt ?? new Date(0).toISOString(), durationMs: run?.durationMs ?? 0 },
      reads: (reads ?? []).map(({ path }) => path).filter((path) => path !== script),
      writes: writes.flatMap(({ path, sha256, change }) =>
        change === 'removed' || sha256 === null || path === script ? [] : [{ path, sha256 }],
      ),
    };
  });
  const bag = new Bag(ALL_BYTES);
  const files = recordedFiles({
    scripts: new Map(),
    workspace,
    kept: (sha256) => keptBytes({ ...deps, workId }, sha256),
  });
  const made = new Set(known.runs.flatMap(({ writes }) => writes.map(({ path }) => path)));
  const source: BundleSource = {
    ...{ title: order.title, madeAt: new Date().toISOString(), runs },
    environment: {
      ...{ python: null, packages: [] },
      ...(await environmentOf(deps.db, byNumber.get(planned.at(-1)?.number ?? -1)?.environment ?? null)),
    },
    paper: await bag.take(
      [PAPER, 'references.bib', ...(paper?.figures ?? []).map(({ path }) => path)],
      (path) => readOf(workspace, path),
    ),
    inputs: await bag.take(await pathsOf(workspace, isMadeByNoRun(planned, made)), (path) =>
      readOf(workspace, path),
    ),
    documents: await bag.take(
      await documentsOf(deps, order),
      async (name) => name.read(),
      ({ name }) => name,
    ),
    expected: await bag.take(
      runs.flatMap(({ number, writes }) => writes.map((file) => ({ ...file, number }))),
      async (file) => {
        const bytes = await files.find(file);
        return bytes !== null && bytes.length <= EXPECTED_BYTES ? bytes : null;
      },
      ({ number, path }) => writtenKey(number, path),
    ),
    numbers: rows,
  };
  const problems: ExportProblem[] = bag.left.map((path) => ({
    code: 'left_out',
    message: `${path} has no room in the bundle, which holds ${ALL_BYTES / MIB} MiB.`,
  }));
  if (runs.length === 0)
    problems.push({
      code: 'no_runs',
      message: 'No code has been run in this Work yet: there is nothing to make again.',
    });
  for (const { number, reads } of planned)
    if (reads === null)
      problems.push({
        code: 'reads_unknown',
        message: `What run ${number} read is not known: it may miss a file of the Work.`,
      });
  return { content: await zipOf(bundleFiles(source), source.madeAt), problems: problems.slice(0, 100) };
}

/** Files of the bundle so far; those that it has no room for are named. */
class Bag {
  readonly left: string[] = [];
  #room: number;

  constructor(bytes: number) {
    this.#room = bytes;
  }

  async take<Of = string>(
    wanted: readonly Of[],
    read: (of: Of) => Promise<Buffer | null>,
    keyOf: (of: Of) => string = String,
  ): Promise<Map<string, Buffer>> {
    const files = new Map<string, Buffer>();
    for (const of of wanted) {
      const bytes = files.has(keyOf(of)) ? null : await read(of);
      if (bytes === null) continue;
      if (bytes.length > this.#room) this.left.push(keyOf(of));
      else {
        this.#room -= bytes.length;
        files.set(keyOf(of), bytes);
      }
    }
    return files;
  }
}

async function readOf(workspace: Workspace, path: string): Promise<Buffer | null> {
  try {
    return await workspace.read(path, { maxBytes: ALL_BYTES });
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}

async function pathsOf(workspace: Workspace, isWanted: (path: string) => boolean): Promise<string[]> {
  const { entries } = await workspace.list();
  return entries.filter(({ path, kind }) => kind === 'file' && isWanted(path)).map(({ path }) => path);
}

/** The newest document of each format that was made of the paper and is kept. */
async function documentsOf(deps: ActivityDependencies, { workId, ownerId }: ExportRow) {
  const done = await doneExports(deps.db, workId);
  return done.map(({ id, format }) => ({
    name: format === 'latex' ? 'paper-latex.zip' : `paper.${format}`,
    async read(): Promise<Buffer | null> {
      const handle = await unlessMissing(open(exportFile(deps.dataDir, { ownerId, id })));
      if (handle === undefined) return null;
      try {
        return (await handle.stat()).size > ALL_BYTES ? null : await handle.readFile();
      } finally {
        await handle.close();
      }
    },
  }));
}
