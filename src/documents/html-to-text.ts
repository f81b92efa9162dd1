/** The plain, well-formed HTML that mammoth writes, as text. */

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/**
 * Headings get number signs, list items a dash or their number, table cells tabs between them, as
 * many as the columns that a cell goes over; what stands higher or
 * lower keeps its tags, notes stand at the end under their numbers; other markup is dropped.
 */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  /** The lists that are open, outermost first: the number of the last item, or null where they have none. */
  const lists: (number | null)[] = [];
  /** The cells that are open, outermost first: the columns that each goes over. */
  const cells: number[] = [];
  for (const [token, closing, tag] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*>|[^<]+/g)) {
    if (tag === undefined) {
      parts.push(token.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity));
      continue;
    }
    const opens = closing === '';
    if (tag === 'ul' || tag === 'ol') {
      if (opens) lists.push(tag === 'ol' ? 0 : null);
      else lists.pop();
      if (lists.length === 0) parts.push('\n\n');
    }
    if (tag === 'img') parts.push('[image]');
    else if (/^h[1-6]$/.test(tag)) parts.push(opens ? `\n\n${'#'.repeat(Number(tag[1]))} ` : '\n\n');
    else if (tag === 'li' && opens)
      parts.push(`\n${'  '.repeat(Math.max(0, lists.length - 1))}${nextMark(lists)} `);
    else if (tag === 'br') parts.push(cells.length > 0 ? ' ' : '\n');
    else if (tag === 'p') parts.push(opens ? '' : cells.length > 0 ? ' ' : '\n\n');
    else if (tag === 'td' || tag === 'th') {
      if (opens) cells.push(columnsOf(token));
      else parts.push('\t'.repeat(cells.pop() ?? 1));
    } else if (tag === 'tr' || tag === 'table') parts.push(opens ? '' : '\n');
    else if (tag === 'sup' || tag === 'sub') parts.push(token);
  }
  return parts
    .join('')
    .replace(/<sup>(\[\d+\])<\/sup>/g, '$1')
    .replace(/ ?↑$/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/ +\t/g, '\t')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Columns of a table in Word; a wider cell goes over no more. */
const MOST_COLUMNS = 63;

function columnsOf(cell: string): number {
  const columns = Number(/\scolspan="(\d+)"/.exec(cell)?.[1] ?? 1);
  return Math.min(Math.max(1, columns), MOST_COLUMNS);
}

/** What stands before the next item of the innermost list. */
function nextMark(lists: (number | null)[]): string {
  const last = lists.at(-1) ?? null;
  if (last === null) return '-';
  lists[lists.length - 1] = last + 1;
  return `${last + 1}.`;
}
