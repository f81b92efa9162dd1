/** A Work's title comes from its first message, without a model (P12). */

const LONGEST = 60;

/** The first line that says something, without Markdown's marks at its start, cut at a word where it is long. */
export function titleFrom(text: string): string {
  const line = text
    .split('\n')
    .map((candidate) =>
      candidate
        .replace(/^[\s#>*\-+`]+/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .find((candidate) => candidate !== '');
  if (line === undefined) return text.trim().slice(0, LONGEST);
  const points = [...line];
  if (points.length <= LONGEST) return line;
  const cut = points.slice(0, LONGEST - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > LONGEST / 2 ? cut.slice(0, space) : cut}…`;
}
