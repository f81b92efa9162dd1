/** Text set as a document (O1): its files are handed over by the workspace, a program of its own makes it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ExportRow, isWanted, noteStep } from '../db/exports.ts';
import { makePaper } from '../exports/make-paper.ts';
import { prepare } from '../exports/opening.ts';
import type { PaperFormat } from '../exports/paper/format.ts';
import { paperKey } from '../exports/paper-key.ts';
import { listStyles, type Style, stylesFolder, USUAL_STYLE } from '../exports/style.ts';
import { PAPER } from '../workspace/paper.ts';
import { sha256 } from '../workspace/regular-file.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type Document, madeBefore } from './made-before.ts';

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
  /** What stands behind it: Markdown, each with its title. */
  behind?: readonly string[];
  format: PaperFormat;
  style: Style;
}

type Refused = { refused: string };

/** The style that the order names. */
export async function openStyle(
  { dataDir, log }: Pick<ActivityDependencies, 'dataDir' | 'log'>,
  { style: named }: Pick<ExportRow, 'style'>,
): Promise<Style | Refused> {
  const { styles, problems } = await listStyles(stylesFolder(dataDir));
  for (const problem of problems) log.warn({}, problem);
  const style = styles.find(({ id }) => id === (named ?? USUAL_STYLE));
  return style ?? { refused: `There is no style ${named} any more.` };
}

/** The style that the order names, and the paper's text. */
export async function openPaper(
  deps: ActivityDependencies,
  order: ExportRow,
): Promise<{ style: Style; source: string; workspace: Workspace } | Refused> {
  const style = await openStyle(deps, order);
  if ('refused' in style) return style;
  const workspace = await deps.workspaceOf(order.workId);
  const paper = await read(workspace, order.file ?? PAPER, PAPER_BYTES);
  if (!Buffer.isBuffer(paper)) return { refused: `${order.file ?? PAPER}: ${paper.reason}.` };
  return { style, source: paper.toString('utf8'), workspace };
}

/**
 * The document, which an earlier export may have already. undefined where nobody wants it any more; `refused`: a sentence
 * for the person, for it would be so again.
 */
export async function setDocument(
  deps: ActivityDependencies,
  order: ExportRow,
  workspace: Workspace,
  setting: Setting,
): Promise<Document | Refused | undefined> {
  const tools = await deps.paperTools();
  const paper = await prepare({ ...setting, title: order.title }, tools);
  const key = await paperKey(paper, tools);
  const before = await madeBefore(deps, order, { workspace, key });
  if (before !== undefined) return before;
  const files = new Map<string, string | null>();
  const wanted = watch(deps, order.id);
  try {
    const made = await makePaper(paper, tools, {
      read: async (path, maxBytes) => {
        const found = await read(workspace, path, maxBytes);
        files.set(path, Buffer.isBuffer(found) ? sha256(found) : null);
        return found;
      },
      onStep: (step) =>
        void noteStep(deps.db, order.id, step).catch((err: unknown) =>
          deps.log.warn({ err, exportId: order.id }, 'a step of an export was not noted'),
        ),
      person: { id: order.ownerId, guest: order.guest },
      signal: wanted.signal,
    });
    if ('refused' in made) return made;
    return {
      content: made.bytes,
      problems: made.problems,
      madeFrom: { key, files: Object.fromEntries(files) },
    };
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
