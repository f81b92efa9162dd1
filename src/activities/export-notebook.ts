/** The notebook of a Work (W6): what was said and run, with the figures that still are what the runs left. */
import { posix } from 'node:path';
import type { ExportProblem, ExportRow } from '../db/exports.ts';
import { readSnapshot } from '../db/snapshot.ts';
import type { FileChange, Message } from '../domain/messages.ts';
import { type Figure, notebookOf, runsIn } from '../exports/notebook.ts';
import { sha256 } from '../workspace/regular-file.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { MadeFile } from './made-file.ts';

/** Bytes of figures that a notebook holds, and of one. */
const FIGURES_BYTES = 24 * 1024 ** 2;
const FIGURE_BYTES = 8 * 1024 ** 2;

const MIME: Record<string, Figure['mime']> = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg' };

/** undefined where the Work is gone. */
export async function makeNotebook(
  deps: ActivityDependencies,
  { workId, title }: ExportRow,
): Promise<MadeFile | undefined> {
  const snapshot = await readSnapshot(deps.db, workId, Number.MAX_SAFE_INTEGER - 1);
  if (snapshot === undefined) return undefined;
  const { messages } = snapshot;
  const { figures, problems } = await figuresOf(await deps.workspaceOf(workId), messages);
  if (runsIn(messages) === 0)
    problems.push({
      code: 'no_runs',
      message: 'No code has been run in this Work yet: the notebook holds only what was said.',
    });
  const notebook = notebookOf({
    title,
    messages,
    figure: (path, hash) => figures.get(keyOf(path, hash)),
  });
  return { content: `${JSON.stringify(notebook, null, 1)}\n`, problems };
}

/** The figures that runs left and that are still what they left, newest runs' last; those beyond the bounds are told of. */
async function figuresOf(
  workspace: Workspace,
  messages: readonly Message[],
): Promise<{ figures: Map<string, Figure | 'too_large'>; problems: ExportProblem[] }> {
  const figures = new Map<string, Figure | 'too_large'>();
  const left: string[] = [];
  let room = FIGURES_BYTES;
  for (const { path, sha256: hash } of figureChanges(messages)) {
    if (figures.has(keyOf(path, hash))) continue;
    const bytes = await readFigure(workspace, path, Math.min(room, FIGURE_BYTES));
    if (bytes === 'too_large') {
      left.push(path);
      figures.set(keyOf(path, hash), bytes);
    } else if (bytes !== null && sha256(bytes) === hash) {
      room -= bytes.length;
      const mime = MIME[extensionOf(path)];
      if (mime !== undefined) figures.set(keyOf(path, hash), { mime, base64: bytes.toString('base64') });
    }
  }
  const problems = [...new Set(left)].map((path) => ({
    code: 'figure_left_out',
    message: `${path} is too large for the notebook and is left out.`,
  }));
  return { figures, problems: problems.slice(0, 100) };
}

function* figureChanges(
  messages: readonly Message[],
): Generator<Required<Pick<FileChange, 'path' | 'sha256'>>> {
  for (const { parts } of messages)
    for (const part of parts) {
      if (part.type !== 'tool' || part.name !== 'run_python') continue;
      for (const { path, sha256: hash } of part.files ?? [])
        if (hash !== undefined && extensionOf(path) in MIME) yield { path, sha256: hash };
    }
}

/** null where it is gone, or no file any more. */
async function readFigure(
  workspace: Workspace,
  path: string,
  maxBytes: number,
): Promise<Buffer | 'too_large' | null> {
  try {
    if ((await workspace.stat(path)).size > maxBytes) return 'too_large';
    return await workspace.read(path, { maxBytes });
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    return error.code === 'too_large' ? 'too_large' : null;
  }
}

function extensionOf(path: string): string {
  return posix.extname(path).slice(1).toLowerCase();
}

function keyOf(path: string, hash: string): string {
  return `${hash} ${path}`;
}
