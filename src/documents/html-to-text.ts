/** The plain, well-formed HTML that mammoth writes, as text. */

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** Headings get number signs, list items a dash, table cells tabs between them; other markup is dropped. */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  let depth = 0;
  let inCell = 0;
  for (const [token, closing, tag] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*>|[^<]+/g)) {
    if (tag === undefined) {
      parts.push(token.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity));
      continue;
    }
    const opens = closing === '';
    if (tag === 'ul' || tag === 'ol') {
      depth += opens ? 1 : -1;
      if (depth === 0) parts.push('\n\n');
    }
    if (tag === 'td' || tag === 'th') inCell += opens ? 1 : -1;
    if (tag === 'img') parts.push('[image]');
    else if (/^h[1-6]$/.test(tag)) parts.push(opens ? `\n\n${'#'.repeat(Number(tag[1]))} ` : '\n\n');
    else if (tag === 'li' && opens) parts.push(`\n${'  '.repeat(Math.max(0, depth - 1))}- `);
    else if (tag === 'br') parts.push(inCell > 0 ? ' ' : '\n');
    else if (tag === 'p') parts.push(opens ? '' : inCell > 0 ? ' ' : '\n\n');
    else if ((tag === 'td' || tag === 'th') && !opens) parts.push('\t');
    else if (tag === 'tr' || tag === 'table') parts.push(opens ? '' : '\n');
  }
  return parts
    .join('')
    .replace(/[ \t]+$/gm, '')
    .replace(/ +\t/g, '\t')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
