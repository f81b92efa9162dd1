/** Titles and abstracts as sources give them: with HTML, JATS and MathML in them, and entities, once or twice. */

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
};

/** Formulas are often given twice, as MathML and as TeX: the second is left out. */
const TWICE = /<((?:\w+:)?(?:tex-math|annotation(?:-xml)?))\b[^<>]{0,2000}>[^<>]{0,5000}<\/\1>/gi;
/** A name begins at once: `a < b` is no tag. */
const TAG = /<\/?[A-Za-z][^<>]{0,2000}>/g;
/** What ends a line or a paragraph; all other tags stand within words. */
const BREAKING = /<\/?(?:\w+:)?(?:p|br|title|sec|list-item|div)\b[^<>]{0,2000}>/gi;

/** The text in one line, at most `most` characters of it. */
export function plainMarkup(text: string, most: number): string {
  const cut = text.slice(0, most * 4);
  return withoutTags(decoded(withoutTags(decoded(withoutTags(cut)))))
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed()
    .normalize('NFC');
}

function withoutTags(text: string): string {
  return text.replace(TWICE, '').replace(BREAKING, ' ').replace(TAG, '');
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (all, ten, sixteen, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? all;
    const code = sixteen === undefined ? Number(ten) : Number.parseInt(sixteen, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
