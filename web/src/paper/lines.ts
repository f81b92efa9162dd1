/**
 * A text's lines for comparing. Empty lines are alike, and there are as many as paragraphs: to a comparison of lines
 * each could be any other, which takes minutes to weigh. Here each is known by its number in the text that both came
 * from, counted from the last line before it that stands there too.
 */

/** In front of an empty line's number; no line holds it. */
const MARK = '\n';

/** Gives the lines of texts that grew out of `origin`. */
export function linesOver(origin: string): (text: string) => string[] {
  /** How many empty lines stand before each line of `origin`; null for a line that stands there twice. */
  const before = new Map<string, number | null>();
  let empty = 0;
  for (const line of splitLines(origin)) {
    if (line === '') empty += 1;
    else before.set(line, before.has(line) ? null : empty);
  }
  return (text) => {
    let next = 0;
    return splitLines(text).map((line) => {
      if (line !== '') {
        next = before.get(line) ?? next;
        return line;
      }
      next += 1;
      return `${MARK}${next}`;
    });
  };
}

/** The line as it stands in the text. */
export function plainLine(line: string): string {
  return line.startsWith(MARK) ? '' : line;
}

/** The editor knows one kind of line end. */
function splitLines(text: string): string[] {
  return text.split(/\r?\n/);
}
