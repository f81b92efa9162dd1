/**
 * TeX in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. It is only marked here, as text in an element of
 * class `math`; whoever shows it typesets it when KaTeX has been loaded.
 */
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

const pairs = [
  { open: '$$', close: '$$', block: true },
  { open: '\\[', close: '\\]', block: true },
  { open: '\\(', close: '\\)', block: false },
  { open: '$', close: '$', block: false },
] as const;

export function mathRule(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('escape', 'math', inlineMath);
  markdown.block.ruler.before('fence', 'math', blockMath, { alt: ['paragraph', 'blockquote', 'list'] });
  const { escapeHtml } = markdown.utils;
  markdown.renderer.rules.math_inline = (tokens, index) =>
    `<span class="math">${escapeHtml(tokens[index]?.content ?? '')}</span>`;
  markdown.renderer.rules.math_block = (tokens, index) =>
    `<div class="math math-block">${escapeHtml(tokens[index]?.content ?? '')}</div>\n`;
}

function inlineMath(state: StateInline, silent: boolean): boolean {
  const pair = pairs.find(({ open }) => state.src.startsWith(open, state.pos));
  if (pair === undefined) return false;
  const from = state.pos + pair.open.length;
  const to = closing(state.src, from, pair.close);
  if (to < 0 || to > state.posMax - pair.close.length + 1) return false;
  const tex = state.src.slice(from, to);
  // A price is no formula: `$5 and $6` has a blank inside its second dollar or a digit behind it.
  if (pair.open === '$' && (/^\s|\s$/.test(tex) || /\d/.test(state.src[to + 1] ?? ''))) return false;
  if (tex.trim() === '') return false;
  if (!silent) state.push(pair.block ? 'math_block' : 'math_inline', 'math', 0).content = tex.trim();
  state.pos = to + pair.close.length;
  return true;
}

function closing(source: string, from: number, close: string): number {
  let at = source.indexOf(close, from);
  while (at > 0 && source[at - 1] === '\\' && close.startsWith('$')) at = source.indexOf(close, at + 1);
  return at;
}

function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
  const pair = pairs.find(({ open, block }) => block && state.src.startsWith(open, start));
  if (pair === undefined) return false;
  const lines: string[] = [];
  for (let line = startLine; line < endLine; line += 1) {
    const begin = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
    const text = state.src.slice(line === startLine ? begin + pair.open.length : begin, state.eMarks[line]);
    const end = text.indexOf(pair.close);
    if (end < 0) {
      lines.push(text);
      continue;
    }
    // Text behind the formula on its line: then it is part of a paragraph, and the inline rule's.
    if (text.slice(end + pair.close.length).trim() !== '') return false;
    if (silent) return true;
    const token = state.push('math_block', 'math', 0);
    token.block = true;
    token.content = [...lines, text.slice(0, end)].join('\n').trim();
    token.map = [startLine, line + 1];
    state.line = line + 1;
    return true;
  }
  return false;
}
