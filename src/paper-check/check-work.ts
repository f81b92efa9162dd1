/** The paper check of a Work: what it needs is gathered here (O9, P20). */
import { createHash } from 'node:crypto';
import type { ReferenceVerdict } from '../domain/references/verdict.ts';
import type { Style } from '../exports/style.ts';
import type { PaperTracer } from '../provenance/trace-paper.ts';
import type { Asking } from '../threads/job-threads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { CheckItem } from './item.ts';
import type { CheckThreads } from './jobs.ts';

export const BIBLIOGRAPHY = 'references.bib';
export const BIBLIOGRAPHY_BYTES = 4 * 1024 ** 2;

export interface PaperAsked {
  workId: string;
  file: string;
  style: Style | null;
}

/** What was found out about references, and whether more can be. */
export interface KnownReferences {
  /** Whether the operator lets works be looked up (O6). */
  online: boolean;
  verdictsOf(workId: string): Promise<{ fingerprint: string; verdict: ReferenceVerdict }[]>;
}

export interface CheckedPaper {
  /** Of everything that it was made of: the same hash, the same items. */
  hash: string;
  items: CheckItem[];
}

export interface PaperChecker {
  /** @throws WorkspaceError where the file cannot be read, UnreadableMarkdown where it is too large or too deep */
  check(of: PaperAsked, workspace: Workspace, asking: Asking): Promise<CheckedPaper>;
}

export function createPaperChecker(
  tracer: PaperTracer,
  threads: CheckThreads,
  references: KnownReferences,
): PaperChecker {
  return {
    async check({ workId, file, style }, workspace, asking) {
      const traced = await tracer.trace({ workId, file }, workspace, asking);
      const { entries, truncated } = await workspace.list();
      const files = truncated ? null : entries.flatMap(({ path, kind }) => (kind === 'file' ? [path] : []));
      const bibliography = await textOf(workspace, BIBLIOGRAPHY);
      const asked = style === null ? null : { checks: style.checks, languages: style.languages };
      const kept = bibliography === null ? [] : await references.verdictsOf(workId);
      const verdicts = kept
        .map(({ fingerprint, verdict }): [string, ReferenceVerdict] => [fingerprint, verdict])
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const lookedUp = { online: references.online, verdicts };
      const hash = createHash('sha256')
        .update(JSON.stringify([traced.hash, files, bibliography, lookedUp, asked]))
        .digest('hex');
      const { source, provenance } = traced;
      const thisYear = new Date().getUTCFullYear();
      const job = { source, files, bibliography, lookedUp, thisYear, provenance, style: asked };
      return { hash, items: await threads.run('checkPaper', [job], asking) };
    },
  };
}

/** null where there is no such file, or none that can be read as one. */
async function textOf(workspace: Workspace, path: string): Promise<string | null> {
  try {
    return (await workspace.read(path, { maxBytes: BIBLIOGRAPHY_BYTES })).toString('utf8');
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}
