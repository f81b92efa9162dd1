/** Adding to a whole Markdown document, at its end or its beginning. */
import { frontMatterLines } from './front-matter.ts';
import { lineEndOf, linesOf, trimBlankLines, withLineEnd } from './line-ends.ts';

/** The document with `content` at its end, after a blank line; its final newline stays as it was. */
export function appendToDocument(source: string, content: string): string {
  const old = trimBlankLines(source);
  if (old.text === '') return source + content;
  const lineEnd = lineEndOf(source);
  const added = trimBlankLines(withLineEnd(content, lineEnd)).text;
  if (added === '') return source;
  const end = source.length - old.tail.length;
  return source.slice(0, end) + lineEnd + lineEnd + added + old.tail;
}

/**
 * The document with `content` at its beginning, before a blank line. A byte-order mark and front matter stay
 * first, for they mean something only there.
 */
export function prependToDocument(source: string, content: string): string {
  const lineEnd = lineEndOf(source);
  const added = trimBlankLines(withLineEnd(content, lineEnd)).text;
  if (added === '') return source;
  const at = frontMatterEnd(source);
  const rest = trimBlankLines(source.slice(at));
  const head = source.slice(0, at);
  const before = head === '' || head === '\uFEFF' ? head : head + lineEnd + lineEnd;
  if (rest.text === '') return before + added + (rest.lead === '' ? lineEnd : rest.lead);
  return before + added + lineEnd + lineEnd + rest.text + rest.tail;
}

/** Where front matter ends (before its last line end), else where the text begins. */
function frontMatterEnd(source: string): number {
  const lines = linesOf(source);
  return lines[frontMatterLines(source, lines) - 1]?.end ?? lines[0]?.start ?? 0;
}
