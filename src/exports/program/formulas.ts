/**
 * Formulas, each tried alone before the document is made (O3): one that fails is shown as its TeX and told of, and never
 * takes the document with it. texmath knows a fixed list of commands, so what it has read is a formula and nothing else
 * (no \input, no \write, no \catcode: O10).
 */
import type { Macros } from '../../domain/markdown/tex.ts';
import { attr, type Block, type MathNode, type Problem } from '../paper/ast.ts';
import { normaliseTex } from '../paper/normalise-tex.ts';
import { type Convert, documentOf, type PandocDocument } from './pandoc.ts';
import type { Typst } from './typst.ts';
import { mapNodes, type Node, nodesOf } from './walk.ts';

interface Formula {
  display: boolean;
  written: string;
  tex: string;
}

/** The formula in typst's words; null where it is shown as its TeX. */
type Tried = Map<string, string | null>;

const keyOf = (display: boolean, written: string): string => `${display ? 'D' : 'I'}${written}`;

export interface FormulaOptions {
  convert: Convert;
  /** Given where the formulas are set by it: then each is compiled, too. */
  typst: Typst | null;
  macros: Macros;
  problems: Problem[];
  /** Where formulas stand, by `keyOf`: citeproc does not hand that on. */
  lines: ReadonlyMap<string, number>;
}

/** Where each formula first stands in the Markdown. */
export function linesOfFormulas(document: PandocDocument): Map<string, number> {
  const lines = new Map<string, number>();
  for (const node of nodesOf(document)) {
    if (node.t !== 'Math') continue;
    const { c, line } = node as unknown as MathNode;
    const key = keyOf(c[0].t === 'DisplayMath', c[1]);
    if (line !== undefined && !lines.has(key)) lines.set(key, line);
  }
  return lines;
}

/** The document with formulas that its writer will take; for typst they are in its own words already. */
export async function withFormulas(
  document: PandocDocument,
  { convert, typst, macros, problems, lines }: FormulaOptions,
): Promise<PandocDocument> {
  const formulas = formulasIn(document, macros);
  const tried = await tryAll([...formulas.values()], convert, typst);
  for (const [key, { written }] of formulas) {
    if (tried.get(key) !== null) continue;
    const line = lines.get(key);
    problems.push({
      code: 'formula_as_text',
      message: `A formula could not be set and is shown as its TeX: ${written.replace(/\s+/g, ' ').slice(0, 100)}`,
      ...(line === undefined ? {} : { line }),
    });
  }
  return mapNodes(document, (node) => {
    if (node.t !== 'Math') return node;
    const { c } = node as unknown as MathNode;
    const display = c[0].t === 'DisplayMath';
    const key = keyOf(display, c[1]);
    const made = tried.get(key);
    const formula = formulas.get(key);
    if (made === undefined || made === null || formula === undefined) return asText(c[1]);
    if (typst !== null) return { t: 'RawInline', c: ['typst', made] };
    return { t: 'Math', c: [c[0], formula.tex] };
  });
}

function asText(tex: string): Node {
  return { t: 'Code', c: [attr(), tex.replace(/\s+/g, ' ').trim()] };
}

function formulasIn(document: PandocDocument, macros: Macros): Map<string, Formula> {
  const found = new Map<string, Formula>();
  for (const node of nodesOf(document)) {
    if (node.t !== 'Math') continue;
    const { c } = node as unknown as MathNode;
    const display = c[0].t === 'DisplayMath';
    const key = keyOf(display, c[1]);
    if (!found.has(key)) found.set(key, { display, written: c[1], tex: normaliseTex(c[1], macros).tex });
  }
  return found;
}

/** Ends a formula in what pandoc writes; no text that it writes begins a line so. */
const END = '//END-OF-FORMULA';

async function tryAll(formulas: Formula[], convert: Convert, typst: Typst | null): Promise<Tried> {
  const blocks = formulas.flatMap(({ display, tex }): Block[] => [
    { t: 'Para', c: [{ t: 'Math', c: [{ t: display ? 'DisplayMath' : 'InlineMath' }, tex] }] },
    { t: 'RawBlock', c: ['typst', END] },
  ]);
  const { stdout } = await convert(
    { from: 'json', to: 'typst', wrap: 'none' },
    JSON.stringify(documentOf(blocks)),
    {},
  );
  const pieces = stdout.split(`\n${END}`);
  const tried: Tried = new Map();
  formulas.forEach(({ display, written, tex }, index) => {
    const made = mended(pieces[index]?.trim() ?? '', display);
    // What pandoc cannot read it writes as text, in which dollars are escaped.
    const isFormula = tex !== '' && made.startsWith('$') && made.endsWith('$') && made.length > 2;
    tried.set(keyOf(display, written), isFormula ? made : null);
  });
  if (typst !== null) leaveOutWhatFails(tried, typst);
  return tried;
}

/** All at once first: most papers have no formula that fails. */
function leaveOutWhatFails(tried: Tried, typst: Typst): void {
  const good = [...tried].filter((entry): entry is [string, string] => entry[1] !== null);
  if (typst.problemIn(good.map(([, made]) => made).join('\n\n')) === null) return;
  for (const [key, made] of good) if (typst.problemIn(made) !== null) tried.set(key, null);
}

/** What pandoc's typst writer makes otherwise than it is meant. */
function mended(made: string, display: boolean): string {
  if (!display) return made;
  const limits = made.replace(/"(arg\s?(?:max|min))"_/g, 'op("$1", limits: #true)_');
  // A displayed formula is told from one in a line by the spaces inside its dollars.
  return limits.replace(/^\$\s*/, '$ ').replace(/\s*\$$/, ' $');
}
