/**
 * Formulas, each tried alone before the document is made (O3): one that fails is shown as its TeX and told of, and never
 * takes the document with it. texmath knows a fixed list of commands, so what it has read is a formula and nothing else
 * (no \input, no \write, no \catcode: O10).
 */
import { forKatex, type Macros } from '../../domain/markdown/tex.ts';
import { attr, type Block, type MathNode, type Problem } from '../paper/ast.ts';
import { withPairs } from '../paper/delimiters.ts';
import type { PaperFormat } from '../paper/format.ts';
import { isSystem, MOST_TEX_CHARACTERS, normaliseTex } from '../paper/normalise-tex.ts';
import { forBrowsers } from './html-formulas.ts';
import { type Convert, documentOf, type PandocDocument } from './pandoc.ts';
import type { Typst } from './typst.ts';
import { mapNodes, type Node, nodesOf } from './walk.ts';

interface Formula {
  display: boolean;
  written: string;
  /** As texmath may read it, the best first. */
  ways: string[];
  /** As LaTeX has it: the same commands, and those that LaTeX itself knows. */
  latex: string;
}

/** The way that was read, and the formula in typst's words; null where it is shown as its TeX. */
type Tried = Map<string, { tex: string; typst: string } | null>;

const keyOf = (display: boolean, written: string): string => `${display ? 'D' : 'I'}${written}`;

export interface FormulaOptions {
  format: PaperFormat;
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
  { format, convert, typst, macros, problems, lines }: FormulaOptions,
): Promise<PandocDocument> {
  const formulas = formulasIn(document, macros, format);
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
    // There is nothing of it to be seen.
    if (onlyDefines(c[1])) return [];
    const made = tried.get(key);
    const formula = formulas.get(key);
    if (made === undefined || made === null || formula === undefined) return asText(c[1]);
    if (typst !== null) return { t: 'RawInline', c: ['typst', made.typst] };
    return { t: 'Math', c: [c[0], texFor(format, formula, made.tex)] };
  });
}

function texFor(format: PaperFormat, { written, latex }: Formula, read: string): string {
  if (format === 'latex') return latex;
  return format === 'html' ? forBrowsers(read, written) : read;
}

function onlyDefines(tex: string): boolean {
  return tex.trim() !== '' && forKatex(tex, true) === '';
}

function asText(tex: string): Node {
  return { t: 'Code', c: [attr(), tex.replace(/\s+/g, ' ').trim()] };
}

function formulasIn(document: PandocDocument, macros: Macros, format: PaperFormat): Map<string, Formula> {
  const found = new Map<string, Formula>();
  for (const node of nodesOf(document)) {
    if (node.t !== 'Math') continue;
    const { c } = node as unknown as MathNode;
    const display = c[0].t === 'DisplayMath';
    const key = keyOf(display, c[1]);
    if (found.has(key) || onlyDefines(c[1])) continue;
    const { tex } = normaliseTex(c[1], macros, format === 'pdf' ? 'typst' : 'other');
    const latex = normaliseTex(c[1], macros, 'latex').tex;
    const ways = tex.length > MOST_TEX_CHARACTERS || isTooDeep(tex) ? [''] : waysOf(tex, format);
    found.set(key, { display, written: c[1], ways, latex });
  }
  return found;
}

/** Braces in each other, beyond which texmath takes minutes. */
const MOST_DEPTH = 60;

function isTooDeep(tex: string): boolean {
  let depth = 0;
  for (const [mark] of tex.matchAll(/\\[\s\S]|[{}]/g)) {
    if (mark === '{') depth += 1;
    else if (mark === '}') depth -= 1;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

/** Brackets stand as pairs where the writer sets them so. */
function waysOf(tex: string, format: PaperFormat): string[] {
  if (format !== 'pdf' && format !== 'docx') return [tex];
  return [...new Set([withPairs(tex, { all: format === 'docx' }), tex])];
}

async function tryAll(formulas: Formula[], convert: Convert, typst: Typst | null): Promise<Tried> {
  const tried: Tried = new Map();
  let left = formulas;
  for (let way = 0; left.length > 0; way += 1) {
    const these = left.filter(({ ways }) => ways[way] !== undefined);
    const made = await read(these, way, convert);
    if (typst !== null) leaveOutWhatFails(made, typst);
    for (const [key, one] of made) tried.set(key, one);
    left = these.filter((one) => tried.get(keyOf(one.display, one.written)) === null);
  }
  return tried;
}

/** Ends a formula in what pandoc writes; no text that it writes begins a line so. */
const END = '//END-OF-FORMULA';

async function read(formulas: Formula[], way: number, convert: Convert): Promise<Tried> {
  const texOf = ({ ways }: Formula): string => ways[way] ?? '';
  const blocks = formulas.flatMap((formula): Block[] => [
    {
      t: 'Para',
      c: [{ t: 'Math', c: [{ t: formula.display ? 'DisplayMath' : 'InlineMath' }, texOf(formula)] }],
    },
    { t: 'RawBlock', c: ['typst', END] },
  ]);
  if (blocks.length === 0) return new Map();
  const { stdout } = await convert(
    { from: 'json', to: 'typst', wrap: 'none' },
    JSON.stringify(documentOf(blocks)),
    {},
  );
  const pieces = stdout.split(`\n${END}`);
  return new Map(
    formulas.map((formula, index) => {
      const { display, written } = formula;
      const tex = texOf(formula);
      const made = mended(pieces[index]?.trim() ?? '', { display, isSystem: isSystem(written) });
      // What pandoc cannot read it writes as text, in which dollars are escaped.
      const isFormula = tex !== '' && made.startsWith('$') && made.endsWith('$') && made.length > 2;
      return [keyOf(display, written), isFormula ? { tex, typst: made } : null];
    }),
  );
}

/** All at once first: most papers have no formula that fails. */
function leaveOutWhatFails(tried: Tried, typst: Typst): void {
  const fails = (made: string) => typst.problemIn(`#import "common.typ": *\n${made}`) !== null;
  const good = [...tried].flatMap(([key, one]) => (one === null ? [] : [[key, one.typst] as const]));
  if (!fails(good.map(([, made]) => made).join('\n\n'))) return;
  for (const [key, made] of good) if (fails(made)) tried.set(key, null);
}

/** What pandoc's typst writer makes otherwise than it is meant. */
function mended(
  written: string,
  { display, isSystem: large }: { display: boolean; isSystem: boolean },
): string {
  // What its writer takes for a relation has its index below it: ‖x‖ stands around x.
  const made = written.replaceAll('∥', '‖');
  if (!display) return made;
  const limits = made.replace(/"(arg\s?(?:max|min))"_/g, 'op("$1", limits: #true)_');
  const sized = large ? limits.replace(/(?<![A-Za-z.])frac\(/g, 'dfrac(') : limits;
  // A displayed formula is told from one in a line by the spaces inside its dollars.
  return sized.replace(/^\$\s*/, '$ ').replace(/\s*\$$/, ' $');
}
