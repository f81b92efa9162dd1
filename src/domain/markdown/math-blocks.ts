/**
 * Display math (`$$` … `$$`). CommonMark knows none: a line `=` or `-` in a formula would make a setext heading
 * of the lines above it, so headings inside such a block are left out of the outline.
 */
import { afterLine, endOfLine } from './line-ends.ts';

export interface Range {
  start: number;
  end: number;
}

/**
 * The display math blocks of `source`. A block begins on a line that starts with `$$` and does not close there,
 * ends on a line that ends with `$$`, and holds no blank line (TeX allows none), so that a forgotten `$$` cannot
 * hide the rest of a document. `inText` says whether an offset is in running text, not in code or HTML.
 */
export function mathBlocks(source: string, inText: (offset: number) => boolean): Range[] {
  if (!source.includes('$$')) return [];
  const blocks: Range[] = [];
  let open: number | undefined;
  for (let start = 0; start < source.length; start = afterLine(source, start)) {
    const end = endOfLine(source, start);
    const line = source.slice(start, end).trim();
    if (line === '') open = undefined;
    else if (open === undefined) {
      if (line.startsWith('$$') && line.indexOf('$$', 2) < 0 && inText(start)) open = start;
    } else if (line.endsWith('$$')) {
      blocks.push({ start: open, end });
      open = undefined;
    }
  }
  return blocks;
}
