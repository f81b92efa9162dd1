/**
 * What is wrong with a paper, without a model (O9): a pure function of its text, the names of the files, references.bib
 * and what provenance says. What a style asks is its own to check (src/exports/paper/style-checks.ts), and comes along.
 */
import { lineCounter } from '../domain/markdown/line-ends.ts';
import type { Provenance } from '../domain/provenance/types.ts';
import { readBibtex } from '../domain/references/bibtex.ts';
import { type ImageNode, type Problem, plainOf } from '../exports/paper/ast.ts';
import { readPaper } from '../exports/paper/read-paper.ts';
import { styleProblems } from '../exports/paper/style-checks.ts';
import { nodesOf } from '../exports/program/walk.ts';
import type { Style } from '../exports/style.ts';
import { type CheckItem, item } from './item.ts';
import { passagesOf } from './passages.ts';
import { overlongCode } from './rules/code-lines.ts';
import { missingFigures, unreferencedFigures } from './rules/figures.ts';
import { figureItems, numberItems } from './rules/numbers.ts';
import { placeholders } from './rules/placeholders.ts';
import { citedKeys, referenceItems, unresolvedCitations, unresolvedReferences } from './rules/references.ts';
import { repeatedParagraphs } from './rules/repeats.ts';
import { emptySections } from './rules/sections.ts';
import { missingUnits } from './rules/units.ts';
import { type LookedUpReferences, verdictItems } from './rules/verdicts.ts';

export interface CheckInput {
  source: string;
  /** Paths of the workspace; null where they are too many to be listed. */
  files: string[] | null;
  /** The text of references.bib; null where there is none. */
  bibliography: string | null;
  lookedUp: LookedUpReferences;
  thisYear: number;
  provenance: Provenance;
  /** null: no style is asked. */
  style: Pick<Style, 'checks' | 'languages'> | null;
}

/** Items that are given: who has so many reads no further. */
export const MOST_ITEMS = 200;

/**
 * In the order of the text; what is about the whole paper comes first.
 * @throws UnreadableMarkdown
 */
export function checkPaper({
  source,
  files,
  bibliography,
  lookedUp,
  thisYear,
  provenance,
  style,
}: CheckInput): CheckItem[] {
  const paper = readPaper(source);
  const numbered = [...paper.abstract, ...paper.body];
  const passages = passagesOf(paper.written);
  // A template that nobody has begun to fill is not full of mistakes.
  if (paper.written.every(({ t }) => t === 'Header' || t === 'HorizontalRule'))
    return [item('paper_empty', 'Nothing is written in it yet.')];
  const cited = citedKeys(paper.written);
  const references = bibliography === null ? null : readBibtex(bibliography);
  const known = references === null ? null : new Set(references.entries.map(({ key }) => key));
  const lines = linesOfFigures(paper.written);
  const items = [
    ...paper.problems.map(ofExport),
    ...(style === null ? [] : styleProblems(paper, style, null).map(ofExport)),
    ...missingFigures(paper.written, files === null ? null : new Set(files)),
    ...unreferencedFigures(numbered),
    ...unresolvedReferences(paper.written, paper.labels),
    ...unresolvedCitations(cited, known),
    ...referenceItems(references, cited, thisYear),
    ...verdictItems(references, cited, lookedUp),
    ...placeholders(passages),
    ...emptySections(paper.written, plainOf(paper.title), cited.size > 0),
    ...repeatedParagraphs(passages),
    ...overlongCode(paper.written),
    ...missingUnits(paper.written),
    ...numberItems(provenance, lineCounter(source)),
    ...figureItems(provenance, (path) => lines.get(path)),
  ];
  return items.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MOST_ITEMS);
}

function ofExport({ code, message, line }: Problem): CheckItem {
  return item(code, message, line === undefined ? {} : { line });
}

/** Where each picture is shown first. */
function linesOfFigures(blocks: unknown): Map<string, number> {
  const lines = new Map<string, number>();
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'Image') continue;
    const { c, line } = node as unknown as ImageNode;
    if (line !== undefined && !lines.has(c[2][1])) lines.set(c[2][1], line);
  }
  return lines;
}
