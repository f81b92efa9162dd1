/** Text set as a document (O1): its files are handed over by the workspace, a program of its own makes it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ExportRow, isWanted, noteStep } from '../db/exports.ts';
import { makePaper } from '../exports/make-paper.ts';
import type { PaperFormat } from '../exports/paper/format.ts';
import { listStyles, type Style, stylesFolder, USUAL_STYLE } from '../exports/style.ts';
import { PAPER } from '../workspace/paper.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { MadeFile } from './made-file.ts';

/** Bytes of a paper that is read; what is no longer than this may still be too long for Markdown. */
const PAPER_BYTES = 4 * 1024 ** 2;
/** How often it is asked whether somebody still wants it. */
const LOOK_EVERY_MS = 500;

/** Why a file is not there, for whoever reads the list of problems. */
const REASONS: Partial<Record<WorkspaceError['code'], string>> = {
  not_found: 'there is no such file',
  too_large: 'it is too large for an export',
};

/** What is set, and how. */
export interface Setting {
  source: string;
  /** Stands behind it. */
  behind?: string;
  format: PaperFormat;
  style: Style;
}

type Refused = { refused: string };

/** The style that the order names, and the paper's text. */
export async function openPaper(
  deps: ActivityDependencies,
  order: ExportRow,
): Promise<{ style: Style; source: string; workspace: Workspace } | Refused> {
  const { styles, problems } = await listStyles(stylesFolder(deps.dataDir));
  for (const problem of problems) deps.log.warn({}, problem);
  const style = styles.find(({ id }) => id === (order.style ?? USUAL_STYLE));
  if (style === undefined) return { refused: `There is no style ${order.style} any more.` };
  const workspace = await deps.workspaceOf(order.workId);
  const paper = await read(workspace, order.file ?? PAPER, PAPER_BYTES);
  if (!Buffer.isBuffer(paper)) return { refused: `${order.file ?? PAPER}: ${paper.reason}.` };
  return { style, source: paper.toString('utf8'), workspace };
}

/** undefined where nobody wants it any more; `refused`: a sentence for the person, for it would be so again. */
export async function setDocument(
  deps: ActivityDependencies,
  order: ExportRow,
  workspace: Workspace,
  { source, behind = '', format, style }: Setting,
): Promise<(MadeFile & { content: Buffer }) | Refused | undefined> {
  const wanted = watch(deps, order.id);
  try {
    const made = await makePaper(
      { source, behind, title: order.title, format, style },
      await deps.paperTools(),
      {
        read: (path, maxBytes) => read(workspace, path, maxBytes),
        onStep: (step) =>
          void noteStep(deps.db, order.id, step).catch((err: unknown) =>
            deps.log.warn({ err, exportId: order.id }, 'a step of an export was not noted'),
          ),
        person: { id: order.ownerId, guest: order.guest },
        signal: wanted.signal,
      },
    );
    return 'refused' in made ? made : { content: made.bytes, problems: made.problems };
  } catch (error) {
    if (wanted.signal.aborted) return undefined;
    throw error;
  } finally {
    wanted.end();
  }
}

/** Aborts when the row is gone: a person stopped it, or deleted the Work. */
function watch(deps: ActivityDependencies, exportId: string): { signal: AbortSignal; end(): void } {
  const unwanted = new AbortController();
  const over = new AbortController();
  void (async () => {
    while (!over.signal.aborted) {
      await delay(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      // While the database is away it counts as wanted: nobody can have stopped it meanwhile.
      if (!over.signal.aborted && !(await isWanted(deps.db, exportId).catch(() => true))) unwanted.abort();
    }
  })();
  return { signal: unwanted.signal, end: () => over.abort() };
}

export async function read(
  workspace: Workspace,
  path: string,
  maxBytes: number,
): Promise<Buffer | { reason: string }> {
  try {
    return await workspace.read(path, { maxBytes });
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    return { reason: REASONS[error.code] ?? 'it is no file that can be read' };
  }
}
