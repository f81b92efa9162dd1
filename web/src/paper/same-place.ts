/** One place in a paper as it is read and as it is written: which block is on top, and which line. Pure. */

/** The block on top, and how much of it has gone by, from 0 to 1. */
export interface ReadPlace {
  block: number;
  part: number;
}

/** The line, with the part of it that has gone by, that stands at the place; `lines`: where each block begins. */
export function lineAt({ block, part }: ReadPlace, lines: readonly number[]): number {
  const begin = lines[Math.min(block, lines.length - 1)] ?? 0;
  const end = lines[block + 1] ?? begin + 1;
  return begin + part * (end - begin);
}

/** The place of a line, which may be a broken number. */
export function placeOf(line: number, lines: readonly number[]): ReadPlace {
  // Several may begin at one line, such as the notes: the first of them has the words.
  const at = lines.findLastIndex((begin) => begin <= line);
  if (at < 0) return { block: 0, part: 0 };
  const block = lines.indexOf(lines[at] ?? 0);
  const begin = lines[block] ?? 0;
  const end = lines[at + 1] ?? begin + 1;
  return { block, part: Math.min(1, Math.max(0, (line - begin) / (end - begin || 1))) };
}
