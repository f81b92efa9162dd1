/** Workbooks to text: each sheet as tab-separated lines under its name, cells as a person sees them (W8). */
import { type Cell, type CellValue, EncryptedFileError, read, type Sheet, type Workbook } from 'hucre';
import type { Preview } from '../protocol/previews.ts';
import { type Epoch, shownCell } from './cell-text.ts';
import { hiddenIn, letters } from './hidden-cells.ts';
import { keptCell, RowWindow } from './table-rows.ts';
import type { Text } from './types.ts';
import { boundedWorkbook, LEFT_OUT, MOST_COLUMNS, MOST_ROWS } from './workbook-parts.ts';

/** Merged ranges that are named. */
const MERGES = 12;
const SHEETS_LISTED = 60;
/** One row more than are read, for the sentence of what was left out. */
const RANGE = `A1:IV${MOST_ROWS + 1}`;

/** @throws BadArchive, or what the library throws for a damaged workbook */
export async function workbookToText(bytes: Buffer, isArchive: boolean): Promise<Text> {
  try {
    const { sheets, epoch } = await readWorkbook(bytes, isArchive);
    if (sheets.length === 0) return { problem: 'this workbook has no sheet with cells.' };
    const chunks = written(sheets, epoch);
    return { chunks: isArchive ? chunks : behind(OLD_FORMAT, chunks) };
  } catch (error) {
    if (isLocked(error)) return { problem: WITH_PASSWORD };
    throw error;
  }
}

async function readWorkbook(
  bytes: Buffer,
  isArchive: boolean,
): Promise<Pick<Workbook, 'sheets'> & { epoch: Epoch }> {
  const input = isArchive ? await boundedWorkbook(bytes) : bytes;
  const { sheets, dateSystem } = await read(new Uint8Array(input), { readStyles: true, range: RANGE });
  // The library names it for XLSX alone.
  return { sheets, epoch: dateSystem ?? (isArchive ? null : '1900') };
}

/** Whether the workbook was not read because it has a password. */
export function isLocked(error: unknown): boolean {
  return error instanceof EncryptedFileError;
}

/**
 * Rows of one sheet from `offset` on, its cells as a person sees them.
 * @throws as workbookToText, and for a workbook with a password
 */
export async function sheetPreview(
  bytes: Buffer,
  isArchive: boolean,
  { sheet: number, offset }: { sheet: number; offset: number },
): Promise<Preview> {
  const { sheets, epoch } = await readWorkbook(bytes, isArchive);
  const sheet = sheets[number];
  if (sheet === undefined) return { kind: 'none', reason: sheets.length === 0 ? 'empty' : 'no_sheet' };
  const table = tableOf(sheet);
  const window = new RowWindow(offset);
  for (let row = offset; row < table.rows.length && window.wants(row); row += 1) {
    window.add(shownRow(sheet, table, row, epoch));
  }
  return {
    kind: 'table',
    head: null,
    rows: window.rows,
    offset,
    total: table.leftOut === null && table.rows.length <= MOST_ROWS ? table.rows.length : null,
    columns: table.columns,
    format: null,
    sheets: sheets.map(({ name, hidden, veryHidden }) => ({
      name: keptCell(name),
      isHidden: Boolean(hidden || veryHidden),
    })),
    sheet: number,
  };
}

const OLD_FORMAT =
  '(An old Excel workbook, .xls: formulas are shown by their stored values alone, durations as dates, hidden sheets, rows and columns like others.)\n';

function* behind(first: string, rest: Iterable<string>): Generator<string> {
  yield first;
  yield* rest;
}

const WITH_PASSWORD =
  'this workbook or document is protected by a password; ask the person for a copy without one.';

function* written(sheets: Sheet[], epoch: Epoch): Generator<string> {
  const tables = sheets.map(tableOf);
  if (sheets.length > 1) yield `${overview(sheets, tables)}\n\n`;
  for (const [n, sheet] of sheets.entries()) {
    const table = tables[n];
    if (table === undefined) continue;
    if (n > 0) yield '\n';
    yield `--- sheet ${headOf(sheet, table)} ---\n`;
    for (const row of table.rows.keys()) {
      const cells = shownRow(sheet, table, row, epoch);
      yield `${cells.join('\t').replace(/\t+$/, '')}\n`;
    }
    if (table.leftOut !== null) yield `${table.leftOut}\n`;
  }
}

interface Table {
  /** Without empty rows and columns at the end. */
  rows: CellValue[][];
  columns: number;
  leftOut: string | null;
}

function shownRow(sheet: Sheet, { rows, columns }: Table, row: number, epoch: Epoch): string[] {
  const values = (rows[row] ?? []).slice(0, columns);
  return values.map((value, column) => shownCell(value, sheet.cells?.get(`${row},${column}`), epoch));
}

function tableOf(sheet: Sheet): Table {
  const isFilled = (row: number, column: number) =>
    (sheet.rows[row]?.[column] ?? null) !== null || isFormula(sheet.cells?.get(`${row},${column}`));
  let rows = sheet.rows.length;
  const last = sheet.rows[rows - 1]?.[0];
  const leftOut = typeof last === 'string' && last.startsWith(LEFT_OUT) ? last : null;
  if (leftOut !== null) rows -= 1;
  let columns = 0;
  let filled = 0;
  for (let row = 0; row < rows; row += 1) {
    let width = sheet.rows[row]?.length ?? 0;
    while (width > 0 && !isFilled(row, width - 1)) width -= 1;
    if (width > 0) filled = row + 1;
    columns = Math.max(columns, width);
  }
  return { rows: sheet.rows.slice(0, filled), columns, leftOut };
}

function isFormula(cell: Cell | undefined): boolean {
  return cell?.formula !== undefined;
}

function overview(sheets: Sheet[], tables: Table[]): string {
  const heads = sheets.flatMap((sheet, n) => {
    const table = tables[n];
    return table === undefined || n >= SHEETS_LISTED ? [] : [headOf(sheet, table, false)];
  });
  const more = sheets.length > heads.length ? [`and ${sheets.length - heads.length} more`] : [];
  return `Workbook of ${sheets.length} sheets: ${[...heads, ...more].join('; ')}`;
}

function headOf(sheet: Sheet, { rows, columns, leftOut }: Table, isLong = true): string {
  const hidden = sheet.hidden || sheet.veryHidden ? ' (hidden)' : '';
  const size = `${leftOut === null ? '' : 'the first '}${rows.length} rows, ${columns} columns`;
  const count = rows.length === 0 && leftOut === null ? 'empty' : size;
  const cut = isLong && columns === MOST_COLUMNS ? ` (columns after ${MOST_COLUMNS} are left out)` : '';
  const merges = (sheet.merges ?? []).slice(0, MERGES).map(rangeOf);
  const merged =
    isLong && merges.length > 0
      ? `; merged: ${merges.join(', ')}${(sheet.merges ?? []).length > MERGES ? ', …' : ''}`
      : '';
  const unseen = isLong ? hiddenIn(sheet, rows.length, columns) : '';
  return `"${sheet.name}"${hidden}: ${count}${cut}${merged}${unseen}`;
}

function rangeOf({ startRow, startCol, endRow, endCol }: NonNullable<Sheet['merges']>[number]): string {
  return `${letters(startCol)}${startRow + 1}:${letters(endCol)}${endRow + 1}`;
}
