/** A document of a Work's paper (O1), with the report on the use of AI behind it where its style wants that (O8). */
import type { ExportRow } from '../db/exports.ts';
import type { PaperFormat } from '../exports/paper/format.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { aiReportOf } from './export-ai-report.ts';
import type { MadeFile } from './made-file.ts';
import { openPaper, setDocument } from './set-document.ts';

/** undefined where nobody wants it any more; `refused`: a sentence for the person, for it would be so again. */
export async function makePaperOf(
  deps: ActivityDependencies,
  order: ExportRow,
  format: PaperFormat,
): Promise<MadeFile | { refused: string } | undefined> {
  const paper = await openPaper(deps, order);
  if ('refused' in paper) return paper;
  const { style, source, workspace } = paper;
  const behind = style.aiReport === 'behind' ? await aiReportOf(deps, order, { source, workspace }) : '';
  return await setDocument(deps, order, workspace, { source, behind, format, style });
}
