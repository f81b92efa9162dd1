/** A paper of a Work with where its numbers and figures come from (P17), kept until something of it changes. */
import { createHash } from 'node:crypto';
import { decisionsAbout } from '../db/anchor-decisions.ts';
import type { Database } from '../db/database.ts';
import { isGood } from '../domain/provenance/fact-values.ts';
import { literalsOf } from '../domain/provenance/script-literals.ts';
import type { Provenance } from '../domain/provenance/types.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import { givenNumbers } from './given-numbers.ts';
import type { ProvenanceThreads } from './jobs.ts';
import { type RunsOfWork, runsOf } from './runs-of-work.ts';

export interface TracedPaper {
  /** The file's text. */
  source: string;
  /** Of the file's bytes. */
  sha256: string;
  /** Of everything that it was made of: the same hash, the same provenance. */
  hash: string;
  provenance: Provenance;
}

/** Papers that are kept, and characters of a paper that is traced. */
const MOST_KEPT = 100;
const PAPER_BYTES = 2 * 1024 ** 2;
/** Files whose state is looked at: those that the newest runs read and wrote. */
const MOST_FILES = 2_000;

export interface PaperTracer {
  /** @throws WorkspaceError where the file cannot be read, UnreadableMarkdown where it is too large or too deep */
  trace(of: { workId: string; file: string }, workspace: Workspace, asking: Asking): Promise<TracedPaper>;
}

export function createPaperTracer(db: Database, threads: ProvenanceThreads): PaperTracer {
  const kept = new Map<string, Provenance>();

  return {
    async trace({ workId, file }, workspace, asking) {
      const bytes = await workspace.read(file, { maxBytes: PAPER_BYTES });
      const source = bytes.toString('utf8');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const { runs, scripts } = await runsOf(db, workId);
      const [decisions, given, files] = [
        await decisionsAbout(db, workId, file),
        await givenNumbers(db, workId, workspace),
        await hashesNow(workspace, runs, source),
      ];
      const literals = literalsOfNewest({ runs, scripts });
      const job = { source, runs, files, given, literals, decisions };
      const hash = createHash('sha256').update(JSON.stringify(job)).digest('hex');
      const known = kept.get(hash) ?? (await threads.run('traced', [job], asking));
      keep(hash, known);
      return { source, sha256, hash, provenance: known };
    },
  };

  /** What was asked for longest ago goes first. */
  function keep(hash: string, provenance: Provenance): void {
    kept.delete(hash);
    kept.set(hash, provenance);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }
}

/** Parameters are those of the scripts as they ran last. */
export function literalsOfNewest({ runs, scripts }: RunsOfWork) {
  const newest = new Map(runs.filter(isGood).map((run) => [run.script, run]));
  return [...newest.values()].flatMap(({ number, script }) =>
    literalsOf(scripts.get(number) ?? '', { run: number, path: script }),
  );
}

/** The hashes, by path, of what the runs read and wrote and the paper shows, as far as it is there. */
async function hashesNow(
  workspace: Workspace,
  runs: RunsOfWork['runs'],
  source: string,
): Promise<Record<string, string>> {
  const paths = new Set<string>();
  for (const { script, reads, writes } of runs.toReversed()) {
    for (const path of [
      script,
      ...(reads ?? []).map((read) => read.path),
      ...writes.map((write) => write.path),
    ])
      if (paths.size < MOST_FILES) paths.add(path);
  }
  const { entries } = await workspace.list();
  // Figures that no run made, too: uploads.
  for (const { path, kind } of entries)
    if (kind === 'file' && paths.size < MOST_FILES && mayBeShown(path, source)) paths.add(path);
  const there = new Set(entries.map(({ path }) => path));
  const hashes: Record<string, string> = {};
  for (const path of paths) {
    if (!there.has(path)) continue;
    try {
      hashes[path] = await workspace.hash(path);
    } catch (error) {
      // Gone since it was listed, or no file: then it is missing.
      if (!(error instanceof WorkspaceError)) throw error;
    }
  }
  return hashes;
}

function mayBeShown(path: string, source: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    /\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|pdf)$/i.test(name) &&
    (source.includes(name) || source.includes(encodeURIComponent(name)))
  );
}
