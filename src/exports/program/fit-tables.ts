/**
 * Tables of a Word document as wide as the page: in smaller type, or in a section whose pages lie across, where
 * set-apart.ts has marked them so.
 */
import type { Style } from '../style.ts';

/** Twentieths of a point. */
const PAPERS = { a4: [11_906, 16_838], letter: [12_240, 15_840] } as const;
const UNITS: Record<string, number> = { cm: 567, mm: 56.7, in: 1_440 };
/** What pandoc takes for the width of any page's text. */
const PANDOC_WIDTH = 7_920;

const mark = (what: string) => String.raw`<w:p><w:pPr><w:pStyle w:val="TableFit-${what}"\s*/></w:pPr></w:p>`;
const MARKED = new RegExp(`${mark(String.raw`(\d+)(-across)?`)}(.*?)${mark('end')}`, 'gs');
const STYLE = 'TableText';

export type Page = Pick<Style['latex'], 'paper' | 'margin'>;

/** Its size and margins, as Word says them. */
export function pageOf({ paper, margin }: Page, isAcross = false): string {
  const [width, height] = isAcross ? [PAPERS[paper][1], PAPERS[paper][0]] : PAPERS[paper];
  const edge = edgeOf(margin);
  const turned = isAcross ? ' w:orient="landscape"' : '';
  return `<w:pgSz w:w="${width}" w:h="${height}"${turned}/><w:pgMar w:left="${edge}" w:right="${edge}" w:top="${edge}" w:bottom="${edge}" w:header="720" w:footer="720" w:gutter="0"/>`;
}

/** How wide the text of its pages is, upright and across, in twentieths of a point. */
export function textWidths({ paper, margin }: Page): { upright: number; across: number } {
  const [upright, across] = PAPERS[paper];
  const edges = 2 * edgeOf(margin);
  return { upright: upright - edges, across: across - edges };
}

function edgeOf(margin: string): number {
  const [, number = '2.5', unit = 'cm'] = /^([\d.]+)(cm|mm|in)$/.exec(margin) ?? [];
  return Math.round(Number(number) * (UNITS[unit] ?? 567));
}

/** The document, and the sizes of type that its tables have beside the usual one, in percent of it. */
export function withFittedTables(xml: string, page: Page): { xml: string; percents: number[] } {
  const first = /<w:sectPr[^>]*>.*?<\/w:sectPr>/s.exec(xml)?.[0] ?? '';
  // The head of a first page is the document's first page's.
  const later = first.replace(/<w:titlePg\s*\/>/, '');
  const across = later.replace(pageOf(page), pageOf(page, true));
  const widths = textWidths(page);
  const percents = new Set<number>();
  let made = '';
  let from = 0;
  let sections = 0;
  for (const { 0: all, 1: size, 2: isAcross, 3: inside = '', index } of xml.matchAll(MARKED)) {
    const before = xml.slice(from, index);
    from = index + all.length;
    made += inWidth(before, widths.upright);
    const percent = Number(size);
    percents.add(percent);
    const table = inType(inWidth(inside, isAcross === undefined ? widths.upright : widths.across), percent);
    if (isAcross === undefined) made += table;
    else {
      // Between two of them stands no page.
      if (sections === 0 || before.trim() !== '') made += endOfSection(sections === 0 ? first : later);
      made += table + endOfSection(across);
      sections += 1;
    }
  }
  const rest = inWidth(xml.slice(from), widths.upright);
  percents.delete(100);
  const whole = made + (sections === 0 ? rest : rest.replace(first, later));
  return { xml: inTableType(whole), percents: [...percents] };
}

/** What pandoc sets words of tables and of lists in. */
const COMPACT = /(w:styleId="Compact"(?:(?!<\/w:style>).)*?<w:sz w:val=")(\d+)/s;

/** The styles of words in tables, the usual one and smaller ones; lists keep pandoc's, in the size of the text. */
export function withTableTypes(styles: string, percents: readonly number[]): string {
  const usual = Number(COMPACT.exec(styles)?.[2] ?? 20);
  const text = /w:styleId="BodyText".*?<w:sz w:val="(\d+)"/s.exec(styles)?.[1];
  const made = [100, ...percents].map((percent) => {
    const size = Math.max(Math.round((usual * percent) / 100), 2);
    const closer =
      percent === 100
        ? ''
        : '<w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/></w:pPr>';
    return `<w:style w:type="paragraph" w:customStyle="1" w:styleId="${STYLE}${percent}"><w:name w:val="Table Text ${percent}"/><w:basedOn w:val="Compact"/>${closer}<w:rPr><w:sz w:val="${size}"/><w:szCs w:val="${size}"/></w:rPr></w:style>`;
  });
  const listed = text === undefined ? styles : styles.replace(COMPACT, `$1${text}`);
  return listed.replace('</w:styles>', `${made.join('')}</w:styles>`);
}

function inWidth(xml: string, width: number): string {
  return xml.replace(
    /<w:gridCol w:w="(\d+)"/g,
    (_, column: string) => `<w:gridCol w:w="${Math.round((Number(column) * width) / PANDOC_WIDTH)}"`,
  );
}

/** Tables that hold an equation and its number are text. */
function inTableType(xml: string): string {
  return xml.replace(/<w:tbl>.*?<\/w:tbl>/gs, (table) =>
    table.includes('w:val="Equation"') ? table : inType(table, 100),
  );
}

function inType(table: string, percent: number): string {
  return table.replace(/(<w:pStyle w:val=")Compact(")/g, `$1${STYLE}${percent}$2`);
}

/** In a line that takes no room. */
function endOfSection(section: string): string {
  return `<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>${section}</w:pPr></w:p>`;
}
