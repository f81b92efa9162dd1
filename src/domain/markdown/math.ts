/**
 * TeX in Markdown, as rules for markdown-it: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare `\begin{align}…\end{align}`.
 * It is only marked here, as text in an element of class `math`; whoever shows it typesets it.
 */
import type { Env, MarkdownIt, StateBlock, StateCore, StateInline } from 'markdown-it';
import { formulaAt } from './formula.ts';

export function mathRules(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('escape', 'math', inlineMath);
  markdown.block.ruler.before('fence', 'math', blockMath, { alt: ['paragraph', 'blockquote', 'list'] });
  markdown.core.ruler.before('block', 'hide_pipes', hidePipes);
  markdown.core.ruler.after('block', 'show_pipes', showPipes);
  const { escapeHtml } = markdown.utils;
  markdown.renderer.rules.math_inline = (tokens, index) =>
    `<span class="math">${escapeHtml(tokens[index]?.content ?? '')}</span>`;
  markdown.renderer.rules.math_block = (tokens, index) =>
    `<div class="math math-block">${escapeHtml(tokens[index]?.content ?? '')}</div>\n`;
}

function inlineMath(state: StateInline, silent: boolean): boolean {
  const formula = formulaAt(state.src, state.pos, state.posMax);
  if (formula === null) return false;
  if (!silent) state.push(formula.display ? 'math_block' : 'math_inline', 'math', 0).content = formula.tex;
  state.pos = formula.end;
  return true;
}

/** The environments of LaTeX that are formulas by themselves, or that models write as if they were. */
const ENVIRONMENT =
  /^\\begin\{((?:align|alignat|equation|gather|multline|flalign|eqnarray)\*?|aligned|alignedat|gathered|split|cases|CD)\}/;

interface Opening {
  open: string;
  close: string;
  /** What belongs to the formula itself, as an environment's own lines do. */
  whole: boolean;
}

function openingAt(src: string, start: number): Opening | null {
  if (src.startsWith('$$', start)) return { open: '$$', close: '$$', whole: false };
  if (src.startsWith('\\[', start)) return { open: '\\[', close: '\\]', whole: false };
  if (!src.startsWith('\\begin{', start)) return null;
  const environment = ENVIRONMENT.exec(src.slice(start, start + 30))?.[1];
  if (environment === undefined) return null;
  return { open: `\\begin{${environment}}`, close: `\\end{${environment}}`, whole: true };
}

/**
 * A formula of whole lines. It ends at its first closing delimiter, before a blank line (TeX allows none) and before
 * the container's end, so that a forgotten `$$` cannot hide the rest of a document. Where both delimiters stand alone
 * on their lines blank ones may stand between, as models write them, but no heading and no fence.
 */
function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (indentOf(state, startLine) >= 4) return false;
  const start = firstOf(state, startLine);
  const opening = openingAt(state.src, start);
  if (opening === null) return false;
  const closed = closingOf(state, startLine, endLine, opening);
  if (closed === null) return false;
  const { line: last, at } = closed;
  const behind = state.src.slice(at + opening.close.length, state.eMarks[last]);
  // One line with more on it is a paragraph, and the inline rule's; so is an escaped bracket.
  if (last === startLine && (behind.trim() !== '' || !isFormula(state, start, at, opening))) return false;
  if (silent) return true;
  const inside = state.getLines(startLine, last + 1, state.blkIndent, false).trim();
  state.line = last + 1;
  if (behind.trim() !== '') {
    pushParagraph(state, inside, startLine);
    return true;
  }
  const token = state.push('math_block', 'math', 0);
  token.block = true;
  token.content = opening.whole ? inside : inside.slice(opening.open.length, -opening.close.length).trim();
  token.map = [startLine, state.line];
  return true;
}

function isFormula(state: StateBlock, start: number, at: number, { whole, close }: Opening): boolean {
  return whole || formulaAt(state.src, start, at + close.length) !== null;
}

/** A formula over several lines with words behind its end: the inline rule sets it, and no line in it is a heading. */
function pushParagraph(state: StateBlock, content: string, startLine: number): void {
  state.push('paragraph_open', 'p', 1).map = [startLine, state.line];
  const inline = state.push('inline', '', 0);
  inline.content = content;
  inline.map = [startLine, state.line];
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
}

interface Place {
  line: number;
  /** Where in the text the closing delimiter begins. */
  at: number;
}

/** Up to which line no closing delimiter of a kind stands: asked for by each line of a paragraph, searched once. */
const VAIN = Symbol('lines without an end of a formula');

function closingOf(state: StateBlock, startLine: number, endLine: number, opening: Opening): Place | null {
  const alone = lineOf(state, startLine) === opening.open;
  const vain = vainOf(state.env);
  const kind = `${opening.close} ${alone} ${endLine} ${state.blkIndent}`;
  if (startLine < (vain.get(kind) ?? -1)) return null;
  const onFirst = delimiterIn(state, startLine, opening.close, opening.open.length);
  if (onFirst !== null) return onFirst;
  let line = startLine + 1;
  if (alone) line = state.skipEmptyLines(line);
  for (; line < endLine && !state.isEmpty(line) && !endsFormulas(state, line); line += 1) {
    const place = delimiterIn(state, line, opening.close);
    if (place !== null) return place;
  }
  const last = alone ? state.skipEmptyLines(line) : line;
  if (alone && last < endLine && lineOf(state, last) === opening.close)
    return delimiterIn(state, last, opening.close);
  vain.set(kind, line);
  return null;
}

function delimiterIn(state: StateBlock, line: number, close: string, skipped = 0): Place | null {
  const from = firstOf(state, line) + skipped;
  const at = state.src.slice(from, state.eMarks[line]).indexOf(close);
  return at < 0 ? null : { line, at: from + at };
}

/** A line that has left the container, or that is something else whatever stands before it. */
function endsFormulas(state: StateBlock, line: number): boolean {
  return (state.sCount[line] ?? 0) < state.blkIndent || /^(?:#{1,6}[ \t]|```|~~~)/.test(lineOf(state, line));
}

function vainOf(env: Env): Map<string, number> {
  const known = env[VAIN];
  if (known instanceof Map) return known;
  const made = new Map<string, number>();
  env[VAIN] = made;
  return made;
}

function firstOf(state: StateBlock, line: number): number {
  return (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
}

function indentOf(state: StateBlock, line: number): number {
  return (state.sCount[line] ?? 0) - state.blkIndent;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(firstOf(state, line), state.eMarks[line]).trimEnd();
}

/** Characters of no text; one that the text does have is not used. */
const STAND_INS = '\u{FDD0}\u{FDD1}\u{FDD2}\u{FDD3}';
const STAND_IN = Symbol('what stands in for a bar');

/**
 * A bar in a formula divides no cells (`| $P(A|B)$ | $|x|$ |`), but tables are told from text, and cut into cells,
 * before anybody looks for formulas. So it is hidden until they have been.
 */
function hidePipes(state: StateCore): void {
  if (!state.src.includes('|') || !/\$|\\\(/.test(state.src)) return;
  const standIn = [...STAND_INS].find((char) => !state.src.includes(char));
  if (standIn === undefined) return;
  state.env[STAND_IN] = standIn;
  state.src = state.src.replace(/^.*\|.*$/gm, (line) => withoutFormulaBars(line, standIn));
}

function withoutFormulaBars(line: string, standIn: string): string {
  // Definitions of links are read with the blocks.
  if (line.trimStart().startsWith('[')) return line;
  let made = '';
  let done = 0;
  for (const { index } of line.matchAll(/`+|[$\\]/g)) {
    if (index < done) continue;
    const end =
      line[index] === '`' ? codeEnd(line, index) : (formulaAt(line, index, line.length)?.end ?? index);
    if (line[index] === '\\' && end === index) {
      made += line.slice(done, index + 2);
      done = index + 2;
      continue;
    }
    const hidden =
      line[index] === '`' ? line.slice(index, end) : line.slice(index, end).replaceAll(/(?<!\\)\|/g, standIn);
    made += line.slice(done, index) + hidden;
    done = end;
  }
  return made + line.slice(done);
}

/** Where a code span that begins at `start` ends; just after its backticks where nothing closes it. */
function codeEnd(line: string, start: number): number {
  const ticks = /^`+/.exec(line.slice(start))?.[0] ?? '';
  const close = line.indexOf(ticks, start + ticks.length);
  return close < 0 ? start + ticks.length : close + ticks.length;
}

function showPipes(state: StateCore): void {
  const standIn = state.env[STAND_IN];
  if (typeof standIn !== 'string') return;
  const shown = (text: string) => text.replaceAll(standIn, '|');
  for (const token of state.tokens) {
    token.content = shown(token.content);
    token.info = shown(token.info);
  }
}
