/**
 * Front matter: YAML between two lines of `---`, or TOML between two of `+++`, at a document's very beginning. A line of
 * `---` with a blank one below is a rule, as pandoc has it.
 */
import type { Line } from './line-ends.ts';

const FENCE = /^(---|\+\+\+)[ \t]*$/;

/** How many of the document's lines are front matter, its fences included; 0 where there is none. */
export function frontMatterLines(source: string, lines: readonly Line[]): number {
  const fenceAt = (line: Line | undefined) => line && FENCE.exec(source.slice(line.start, line.end))?.[1];
  const fence = fenceAt(lines[0]);
  const second = lines[1];
  if (fence === undefined || second === undefined) return 0;
  if (source.slice(second.start, second.end).trim() === '') return 0;
  return lines.findIndex((line, index) => index > 0 && fenceAt(line) === fence) + 1;
}
