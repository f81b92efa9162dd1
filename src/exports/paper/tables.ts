/** Tables for each format: columns as wide as what stands in them, words whole. */
import { attr, type Cell, type Inline, plainOf, type TableNode } from './ast.ts';

/** Characters that stand side by side on a page, and on one that lies across. */
const PAGE_CHARACTERS = 80;
const ACROSS_CHARACTERS = 122;
/** What a column has besides its characters. */
const GUTTER = 2;
/** A column's longest cell weighs no more than this: the rest goes over lines. */
const MOST_WEIGHT = 60;
/** Of the size that type has in tables: smaller only on a page that lies across, and there no smaller than the other. */
const SMALLER = 0.65;
const SMALLEST = 0.5;

/** How a table whose words have no room side by side is set, so that it does not run off the page. */
export interface TableFit {
  /** Of the size that type has in tables, in percent. */
  percent: number;
  /** On pages that lie across. */
  isAcross: boolean;
  /** Even so its words have no room. */
  isTooWide: boolean;
}

/** @param mayLieAcross false where the table stands within something that cannot have pages of its own */
export function fitOf(table: TableNode, { mayLieAcross }: { mayLieAcross: boolean }): TableFit {
  const needed = leastWidths(table).reduce((sum, one) => sum + one, 0);
  const isAcross = mayLieAcross && PAGE_CHARACTERS / needed < SMALLER;
  const scale = Math.min(1, (isAcross ? ACROSS_CHARACTERS : PAGE_CHARACTERS) / needed);
  return {
    percent: Math.max(Math.floor(scale * 20) * 5, SMALLEST * 100),
    isAcross,
    isTooWide: scale < SMALLEST,
  };
}

/**
 * Shares of the text's width, with their sum: 1 where the page is full.
 * @returns null where the cells stand side by side by themselves
 */
export function columnShares(table: TableNode): number[] | null {
  return isWide(table) ? shares(table, PAGE_CHARACTERS) : null;
}

/** The same, where a format knows no width but one that is said. */
export function everyColumnShare(table: TableNode): number[] {
  if (isWide(table)) return shares(table, PAGE_CHARACTERS);
  const widths = columnCells(table).map((cells) => Math.max(...cells.map(broadLength), 1) + GUTTER);
  const room = Math.max(
    widths.reduce((sum, one) => sum + one, 0),
    PAGE_CHARACTERS,
  );
  return widths.map((width) => rounded(width / room));
}

/** With the widest letters half as wide again: a word that fills its column stays whole. */
function broadLength(text: string): number {
  return lengthOf(text) + (text.match(/[mwMW%@]/g) ?? []).length / 2;
}

function isWide(table: TableNode): boolean {
  return lengths(table).reduce((sum, length) => sum + length + GUTTER, 0) > PAGE_CHARACTERS;
}

/** Each column has its longest word; what is left is shared out by what the column holds. */
function shares(table: TableNode, room: number): number[] {
  const least = leastWidths(table);
  const wanted = lengths(table).map((length) => Math.sqrt(Math.min(length, MOST_WEIGHT)));
  const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
  const left = Math.max(room - sum(least), 0);
  const widths = least.map((one, index) => one + (left * (wanted[index] ?? 0)) / sum(wanted));
  return widths.map((width) => rounded(width / sum(widths)));
}

/** Lines of type that it takes, at most about. */
export function linesOf(table: TableNode): number {
  const widths = everyColumnShare(table).map((share) => share * PAGE_CHARACTERS - GUTTER);
  return [table.head, ...table.rows].reduce((sum, row) => {
    const lines = row.map((cell, index) =>
      Math.ceil(lengthOf(plainOf(cell)) / Math.max(widths[index] ?? 1, 1)),
    );
    return sum + Math.max(...lines, 1);
  }, 0);
}

/** In characters: its longest word, and what stands beside it. */
function leastWidths(table: TableNode): number[] {
  return columnCells(table).map((cells) => Math.max(...cells.map(longestWord), 1) + GUTTER);
}

function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}

function columnCells({ head, rows }: TableNode): string[][] {
  return head.map((_, column) => [head, ...rows].map((row) => plainOf(row[column] ?? [])));
}

function lengths(table: TableNode): number[] {
  return columnCells(table).map((cells) => Math.max(...cells.map(lengthOf), 1));
}

/** Characters, Chinese ones twice; a formula is shorter than its TeX. */
function lengthOf(text: string): number {
  const shown = text.replace(/\\[A-Za-z]+\*?/g, 'x').replace(/[{}_^\\]/g, '');
  return [...shown].reduce((sum, char) => sum + (char > '\u2e80' ? 2 : 1), 0);
}

/** Chinese breaks anywhere, and nothing at a space that joins. */
function longestWord(text: string): number {
  return Math.min(Math.max(...text.split(/[ \t\n\u2e80-\uffef/-]+/).map(lengthOf), 4), 24);
}

const TYPST_ALIGNMENTS: Record<string, string> = { AlignRight: 'right', AlignCenter: 'center' };

export function typstTable(
  table: TableNode,
  { head, rows, percent }: { head: Inline[][]; rows: Inline[][][]; percent: number },
): Inline[] {
  const raw = (text: string): Inline => ({ t: 'RawInline', c: ['typst', text] });
  const widths = columnShares(table);
  const columns = table.alignments.map((_, index) =>
    widths === null ? 'auto' : `${((widths[index] ?? 0) * 100).toFixed(1)}fr`,
  );
  const aligns = table.alignments.map((t) => TYPST_ALIGNMENTS[t] ?? 'left');
  const cells = (row: Inline[][]): Inline[] => row.flatMap((cell) => [raw('['), ...cell, raw('],')]);
  return [
    raw(
      `#paper-table(size: ${percent}%, columns: (${columns.join(', ')},), align: (${aligns.join(', ')},), table.header(`,
    ),
    ...cells(head),
    raw('),'),
    ...rows.flatMap(cells),
    raw(')'),
  ];
}

/** Columns, head and body in pandoc's shape; `widths` null: by what stands in them. */
export function pandocTable(
  { alignments }: TableNode,
  { widths, head, rows }: { widths: number[] | null; head: Inline[][]; rows: Inline[][][] },
): unknown[] {
  const columns = alignments.map((t, index) => [
    { t: t === 'AlignDefault' ? 'AlignLeft' : t },
    widths === null ? { t: 'ColWidthDefault' } : { t: 'ColWidth', c: widths[index] ?? 0 },
  ]);
  const row = (cells: Inline[][]): [ReturnType<typeof attr>, Cell[]] => [
    attr(),
    cells.map((c): Cell => [attr(), { t: 'AlignDefault' }, 1, 1, [{ t: 'Plain', c }]]),
  ];
  return [columns, [attr(), [row(head)]], [[attr(), 0, [], rows.map(row)]], [attr(), []]];
}
