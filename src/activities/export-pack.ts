/** A contest's pack (O8): the paper, the report on the use of AI and what supports it, as the contest takes it. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { ExportProblem, ExportRow } from '../db/exports.ts';
import { identitiesIn } from '../exports/identity.ts';
import { packNames, planPack } from '../exports/pack.ts';
import { readPaper } from '../exports/paper/read-paper.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { aiReportOf, setReport } from './export-ai-report.ts';
import type { MadeFile } from './made-file.ts';
import { openPaper, read, setDocument } from './set-document.ts';

/** Where the style names none. */
const USUAL_BYTES = 50_000_000;
/** The same pack makes the same bytes. */
const WRITTEN = new Date(Date.UTC(2000, 0, 1));

const WHY = {
  too_large: 'it is larger than the style lets all files together be',
  no_room: 'there is no room for it under the size that the style sets',
  identity: 'its name says who you are',
} as const;

export async function makePack(
  deps: ActivityDependencies,
  order: ExportRow,
): Promise<MadeFile | { refused: string } | undefined> {
  const paper = await openPaper(deps, order);
  if ('refused' in paper) return paper;
  const { style, source, workspace } = paper;
  const { language, facts } = readPaper(source);
  const report = await aiReportOf(deps, order, { source, workspace });
  const isBehind = style.aiReport === 'behind';
  const made = await setDocument(deps, order, workspace, {
    source,
    behind: isBehind ? [report] : [],
    format: 'pdf',
    style,
  });
  if (made === undefined || 'refused' in made) return made;
  const alone = isBehind ? null : await setReport(deps, order, workspace, { source, report, style });
  if (alone === undefined || (alone !== null && 'refused' in alone)) return alone;
  const names = packNames(style, { language, team: facts.team });
  const most = style.mostBytes ?? USUAL_BYTES;
  const problems: ExportProblem[] = [...made.problems];
  if (made.content.length > most)
    problems.push({
      code: 'paper_too_large',
      message: `The paper has ${megabytes(made.content.length)} MB, and the style ${style.id} sets at most ${megabytes(most)} MB (\`mostBytes\`, to be held against the rules of the year): make its pictures smaller.`,
    });
  const { entries } = await workspace.list();
  const files = entries.filter(({ kind }) => kind === 'file');
  const plan = planPack(files, {
    language,
    room: most - (alone?.content.length ?? 0),
    identities: facts.authors,
  });
  for (const { path, why } of plan.leftOut)
    problems.push({ code: 'file_left_out', message: `${path} is left out: ${WHY[why]}.` });
  const inside = new ZipFile();
  if (alone !== null) inside.addBuffer(alone.content, names.aiReport, { mtime: WRITTEN });
  for (const { from, to } of plan.files) {
    const bytes = await read(workspace, from, most);
    if (!Buffer.isBuffer(bytes)) {
      problems.push({ code: 'file_left_out', message: `${from} is left out: ${bytes.reason}.` });
      continue;
    }
    for (const found of identitiesIn(bytes, facts.authors))
      problems.push({ code: 'identity_in_file', message: `${from} may say who you are: ${found}` });
    inside.addBuffer(bytes, to, { mtime: WRITTEN });
  }
  inside.end();
  const outer = new ZipFile();
  outer.addBuffer(made.content, names.paper, { mtime: WRITTEN });
  outer.addBuffer(await buffer(inside.outputStream), `${names.supporting}.zip`, { mtime: WRITTEN });
  outer.end();
  return { content: await buffer(outer.outputStream), problems: problems.slice(0, 200) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
