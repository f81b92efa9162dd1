/** The report on the use of AI in a Work (O8), made from its log and the state of its files. */

import type { ExportRow } from '../db/exports.ts';
import { modelsOfTurns } from '../db/exports.ts';
import { readSnapshot } from '../db/snapshot.ts';
import type { Message } from '../domain/messages.ts';
import { aiReport } from '../exports/ai-report.ts';
import { readPaper } from '../exports/paper/read-paper.ts';
import type { Style } from '../exports/style.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { MadeFile } from './made-file.ts';
import { openPaper, openStyle, setDocument } from './set-document.ts';

/** The newest messages that are read, and their bytes: a long Work's report covers its last part. */
const MOST_MESSAGES = 4_000;
const MOST_BYTES = 32 * 1024 ** 2;
/** Files whose state is looked up. */
const MOST_FILES = 500;

/** As a document of its own. */
export async function makeAiReport(
  deps: ActivityDependencies,
  order: ExportRow,
): Promise<MadeFile | { refused: string } | undefined> {
  const style = await openStyle(deps, order);
  if ('refused' in style) return style;
  const workspace = await deps.workspaceOf(order.workId);
  const paper = await openPaper(deps, order);
  // A Work without a paper has a report all the same.
  const source = 'refused' in paper ? order.title : paper.source;
  const report = await aiReportOf(deps, order, { source, workspace });
  return await setReport(deps, order, workspace, { source, report, style });
}

/** On the style's pages, in its type and under its running head; what it asks of papers it does not ask of a report. */
export async function setReport(
  deps: ActivityDependencies,
  order: ExportRow,
  workspace: Workspace,
  { source, report, style }: { source: string; report: string; style: Style },
): ReturnType<typeof setDocument> {
  const { language, facts } = readPaper(source);
  // JSON is YAML: whatever the number holds is text.
  const team = facts.team === undefined ? '' : `team: ${JSON.stringify(facts.team)}\n`;
  return await setDocument(deps, order, workspace, {
    source: `---\nlang: ${language}\n${team}---\n${report}`,
    format: 'pdf',
    style: { ...style, front: 'above', contents: false, numbersSections: false, checks: {} },
  });
}

/** Markdown, in the language of the paper. */
export async function aiReportOf(
  deps: ActivityDependencies,
  { workId }: ExportRow,
  { source, workspace }: { source: string; workspace: Workspace },
): Promise<string> {
  const snapshot = await readSnapshot(deps.db, workId, MOST_MESSAGES, MOST_BYTES);
  const messages = snapshot?.messages ?? [];
  const hashes = await hashesOf(workspace, messages);
  return aiReport({
    language: readPaper(source).language,
    messages,
    hasOlder: snapshot?.cursor !== undefined,
    models: await modelsOfTurns(deps.db, workId),
    standing: (path, sha256) => {
      const now = hashes.get(path);
      if (now === undefined) return 'gone';
      return now === sha256 ? 'same' : 'changed';
    },
  });
}

/** Of the files that the log names, those that are there. */
async function hashesOf(workspace: Workspace, messages: readonly Message[]): Promise<Map<string, string>> {
  const paths = new Set<string>();
  for (const { parts } of messages)
    for (const part of parts)
      if (part.type === 'tool') for (const { path } of part.files ?? []) paths.add(path);
  const hashes = new Map<string, string>();
  for (const path of [...paths].slice(-MOST_FILES)) {
    try {
      hashes.set(path, await workspace.hash(path));
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error;
    }
  }
  return hashes;
}
