/**
 * Display math (`$$` … `$$`). CommonMark knows none: a line `=` or `-` in a formula would make a setext heading
 * of the lines above it, so headings inside such a block are left out of the outline.
 */
import type { Block, TopLevel } from './blocks.ts';

/**
 * The lines of `source` that stand in display math, by their index, without those that close it. A block begins on a line that starts with `$$`
 * and does not close there, ends on a line that ends with `$$`, and holds no blank line (TeX allows none), so that a
 * forgotten `$$` cannot hide the rest of a document. It begins in running text only, not in code or HTML.
 */
export function mathLines(source: string, { lines, blocks }: TopLevel): Set<number> {
  const inMath = new Set<number>();
  if (!source.includes('$$')) return inMath;
  const inText = runningText(blocks);
  let open: number | undefined;
  for (const [index, { start, end }] of lines.entries()) {
    const line = source.slice(start, end).trim();
    if (line === '') open = undefined;
    else if (open === undefined) {
      if (line.startsWith('$$') && line.indexOf('$$', 2) < 0 && inText.has(index)) open = index;
    } else if (line.endsWith('$$')) {
      for (let inside = open; inside < index; inside += 1) inMath.add(inside);
      open = undefined;
    }
  }
  return inMath;
}

function runningText(blocks: readonly Block[]): Set<number> {
  const found = new Set<number>();
  for (const { kind, from, to } of blocks) {
    if (kind !== 'paragraph' && kind !== 'heading') continue;
    for (let line = from; line < to; line += 1) found.add(line);
  }
  return found;
}
