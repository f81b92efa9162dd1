/** Line ends and blank lines, where text is spliced into a document that has its own. */

export type LineEnd = '\n' | '\r\n' | '\r';

/** Any line end of CommonMark: CRLF, LF, or a CR alone. */
const LINE_END = /\r\n|\n|\r/g;

/** The line end that `source` uses most; `otherwise` where it has none, or as many of it as of another. */
export function lineEndOf(source: string, otherwise: LineEnd = '\n'): LineEnd {
  const counts: Record<LineEnd, number> = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const [end] of source.matchAll(LINE_END)) counts[end as LineEnd] += 1;
  const most = Math.max(...Object.values(counts));
  const candidates = [otherwise, '\n', '\r\n', '\r'] as const;
  return candidates.find((end) => counts[end] === most) ?? otherwise;
}

/** `text` with every line end written as `lineEnd`. */
export function withLineEnd(text: string, lineEnd: LineEnd): string {
  return text.replace(LINE_END, lineEnd);
}

/** Offset just after the line end that follows `offset`, or the text's length. */
export function afterLine(source: string, offset: number): number {
  const end = endOfLine(source, offset);
  if (source.startsWith('\r\n', end)) return end + 2;
  return Math.min(end + 1, source.length);
}

/** Offset of the line end at or after `offset`, or the text's length. */
export function endOfLine(source: string, offset: number): number {
  for (let at = offset; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\n' || char === '\r') return at;
  }
  return source.length;
}

/** A line's place in a text, without its line end. */
export interface Line {
  start: number;
  end: number;
}

/** The lines of a text; after a final line end stands an empty one. A byte-order mark belongs to no line. */
export function linesOf(source: string): Line[] {
  const lines: Line[] = [];
  let start = source.startsWith('\uFEFF') ? 1 : 0;
  for (const end of source.matchAll(LINE_END)) {
    lines.push({ start, end: end.index });
    start = end.index + end[0].length;
  }
  lines.push({ start, end: source.length });
  return lines;
}

/** Tells on which line, counted from 1, an offset of a text stands. */
export function lineCounter(source: string): (offset: number) => number {
  const lines = linesOf(source);
  return (offset) => {
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lines[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/** A text in three: the blank lines before it, what stands between, and its last line end with the blank lines after. */
export interface Trimmed {
  lead: string;
  text: string;
  tail: string;
}

/**
 * Takes the blank lines off both sides. Indentation of the first line and spaces at the end of the last one
 * belong to the text, for they mean something in Markdown. Text of blank lines only is all `lead`.
 */
export function trimBlankLines(source: string): Trimmed {
  let start = 0;
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\n' || char === '\r') start = at + 1;
    else if (char !== ' ' && char !== '\t') break;
    if (at === source.length - 1) return { lead: source, text: '', tail: '' };
  }
  let end = source.length;
  for (let at = source.length - 1; at >= start; at -= 1) {
    const char = source[at];
    if (char === '\n' || char === '\r') end = at;
    else if (char !== ' ' && char !== '\t') break;
  }
  return { lead: source.slice(0, start), text: source.slice(start, end), tail: source.slice(end) };
}

/** How many line ends a run of white space holds: two or more mean that a blank line stands in it. */
export function countLineEnds(space: string): number {
  return space.match(LINE_END)?.length ?? 0;
}

/** `text` without the line end that it begins with. */
export function withoutFirstLineEnd(text: string): string {
  return text.replace(/^(?:\r\n|\n|\r)/, '');
}

/** `gap` when a blank line stands in it already, so that bytes nobody meant to change stay; else one blank line. */
export function blankLine(gap: string, lineEnd: LineEnd): string {
  return countLineEnds(gap) >= 2 ? gap : lineEnd + lineEnd;
}
