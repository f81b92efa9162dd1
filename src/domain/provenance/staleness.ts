/** Whether what a run gave is what it would give now (T8): its script, what it read, and who made that. */
import { isGood } from './fact-values.ts';
import type { RecordedRun, StaleReason, TracedFigure } from './types.ts';

export interface Staleness {
  reason: StaleReason;
  /** The file that the reason is about. */
  file: string;
}

/** The workspace's files now: their sha256 by path. */
export type FileHashes = ReadonlyMap<string, string>;

export interface Freshness {
  /** null: nothing that is known of has changed since. */
  of(run: RecordedRun): Staleness | null;
  figure(path: string): Omit<TracedFigure, 'path'>;
}

export function createFreshness(runs: readonly RecordedRun[], files: FileHashes): Freshness {
  const good = runs.filter(isGood).sort((a, b) => a.number - b.number);
  const changes = changesByPath(good);
  const makers = new Map<string, RecordedRun[]>();
  const known = new Map<RecordedRun, Staleness | null>();

  function of(run: RecordedRun): Staleness | null {
    const before = known.get(run);
    if (before !== undefined) return before;
    // A file that two runs make from each other's is stale for no reason of theirs.
    known.set(run, null);
    const found = ownChange(run) ?? inputs(run);
    known.set(run, found);
    return found;
  }

  function ownChange({ script, scriptSha256 }: RecordedRun): Staleness | null {
    return files.get(script) === scriptSha256 ? null : { reason: 'script_changed', file: script };
  }

  function inputs(run: RecordedRun): Staleness | null {
    for (const { path, sha256 } of run.reads ?? []) {
      if (path === run.script) continue;
      const now = files.get(path);
      // What it read and then wrote anew is its result, too: it reads the file that it left.
      const isOwn = run.writes.some((written) => written.path === path && written.sha256 === now);
      if (now === undefined) return { reason: 'input_missing', file: path };
      if (sha256 === null) continue;
      if (now !== sha256 && !isOwn) return { reason: 'input_changed', file: path };
      if (isMadeByStale(path, sha256, run)) return { reason: 'input_stale', file: path };
    }
    return null;
  }

  /** Whether these bytes were made by runs, all of which are stale: one fresh run that made them is enough. */
  function isMadeByStale(path: string, sha256: string, by: RecordedRun): boolean {
    const others = makersOf(path, sha256).filter((maker) => maker !== by);
    return others.some(({ number }) => number < by.number) && others.every((maker) => of(maker) !== null);
  }

  /**
   * Who made these bytes: whoever wrote them, and later runs of the same script that left them as they were, for what
   * a run writes again without a change is not among its changes.
   */
  function makersOf(path: string, sha256: string): RecordedRun[] {
    const key = `${sha256} ${path}`;
    const before = makers.get(key);
    if (before !== undefined) return before;
    const changed = changes.get(path) ?? [];
    const wrote = changed.filter(({ to }) => to === sha256).map(({ run }) => run);
    const scripts = new Set(wrote.map(({ script }) => script));
    const found = good.filter(
      (run) => wrote.includes(run) || (scripts.has(run.script) && leftAsItWas(run, changed, sha256)),
    );
    makers.set(key, found);
    return found;
  }

  function figure(path: string): Omit<TracedFigure, 'path'> {
    const now = files.get(path);
    if (now === undefined) return { state: 'missing', ...lastMaker(path) };
    const made = makersOf(path, now);
    if (made.length === 0) {
      const maker = lastMaker(path);
      return maker.run === undefined ? { state: 'untraced' } : { state: 'edited', ...maker };
    }
    const fresh = made.findLast((maker) => of(maker) === null);
    if (fresh !== undefined) {
      return {
        state: 'traced',
        run: fresh.number,
        script: fresh.script,
        ...(fresh.reads === null ? { reason: 'reads_unknown' as const } : {}),
      };
    }
    const maker = made.at(-1);
    return { state: 'stale', ...(maker ? { run: maker.number, script: maker.script, ...of(maker) } : {}) };
  }

  function lastMaker(path: string): { run?: number; script?: string } {
    const last = changes.get(path)?.findLast(({ to }) => to !== null);
    return last === undefined ? {} : { run: last.run.number, script: last.run.script };
  }

  return { of, figure };
}

/** What a run left of a file; null: nothing. */
interface Change {
  run: RecordedRun;
  to: string | null;
}

/** By path, in the order of the runs. */
function changesByPath(runs: readonly RecordedRun[]): Map<string, Change[]> {
  const changes = new Map<string, Change[]>();
  for (const run of runs)
    for (const { path, sha256, change } of run.writes) {
      const before = changes.get(path);
      const made = { run, to: change === 'removed' ? null : sha256 };
      if (before === undefined) changes.set(path, [made]);
      else before.push(made);
    }
  return changes;
}

/** Whether the file had these bytes when the run began, and when it had ended. */
function leftAsItWas(run: RecordedRun, changed: readonly Change[], sha256: string): boolean {
  if (changed.some((change) => change.run === run)) return false;
  return changed.findLast((change) => change.run.number < run.number)?.to === sha256;
}
