/**
 * A document of a Work's paper (O1); behind it the sources of its numbers where they were ordered (T12), and the report on
 * the use of AI where its style wants that (O8).
 */
import type { ExportRow } from '../db/exports.ts';
import type { PaperFormat } from '../exports/paper/format.ts';
import { readPaper } from '../exports/paper/read-paper.ts';
import { sourcesOfNumbers } from '../exports/sources-of-numbers.ts';
import { PAPER } from '../workspace/paper.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { aiReportOf } from './export-ai-report.ts';
import type { MadeFile } from './made-file.ts';
import { numbersOf } from './numbers-of-paper.ts';
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
  const behind: string[] = [];
  if (order.sources) {
    const { rows } = await numbersOf(deps, order, workspace, order.file ?? PAPER);
    behind.push(sourcesOfNumbers(rows, readPaper(source).language));
  }
  if (style.aiReport === 'behind') behind.push(await aiReportOf(deps, order, { source, workspace }));
  return await setDocument(deps, order, workspace, { source, behind, format, style });
}
