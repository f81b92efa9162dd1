/**
 * A workbook's archive made small enough to read: no part is inflated past a bound, and a sheet that has more rows than
 * are read ends with a row that says so.
 */
import { BadArchive, packStored, readDirectory, unpackStart, type ZipEntry } from './zip.ts';

/** Rows and columns of a sheet that are read. */
export const MOST_ROWS = 10_000;
export const MOST_COLUMNS = 256;
/** How the row begins that stands for those that were left out. */
export const LEFT_OUT = '[left out here: ';

/** Bytes of one sheet, of all sheets together, and of all other parts together (texts, styles). */
const SHEET_BYTES = 4 * 1024 ** 2;
const SHEETS_BYTES = 12 * 1024 ** 2;
const OTHER_BYTES = 32 * 1024 ** 2;

/** Parts that hold no cells: without them there is less to read, and less to go wrong. */
const NOT_READ =
  /(?:^|\/)(?:docProps|customXml|media|drawings|charts|embeddings|theme|pivot\w*|slicer\w*|comments\d*|threadedComments|printerSettings|externalLinks)\/|comments\d*\.xml$|calcChain\.xml$/i;

/**
 * Sheets without cells: charts, dialogs and macros of their own. The workbook names them among its sheets, so each is
 * read as one that says what it is.
 */
const OTHER_SHEET = /(?:^|\/)(?:chart|dialog|macro)sheets\/[^/]+\.xml$/i;
const OTHER_SHEET_TYPE = /\sType="[^"]*\/(?:chartsheet|dialogsheet|xl(?:Intl)?Macrosheet)"/gi;
const SHEET_TYPE = ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"';
const OTHER_SHEET_SAID = Buffer.from(
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is>' +
    '<t>[a sheet without cells, such as a chart, which is not read here]</t></is></c></row></sheetData></worksheet>',
);

/** An archive that needs no inflating. @throws BadArchive for one that is damaged, locked, or too large in its texts */
export async function boundedWorkbook(bytes: Buffer): Promise<Buffer> {
  const entries = readDirectory(bytes);
  if (entries === null) throw new BadArchive('it is damaged');
  const read = entries.filter(
    ({ name }) => (name === 'mimetype' || /\.(?:xml|rels|bin)$/i.test(name)) && !NOT_READ.test(name),
  );
  const sheets = read.filter(isSheet).length;
  const perSheet = Math.min(SHEET_BYTES, Math.floor(SHEETS_BYTES / Math.max(1, sheets)));
  const parts = new Map<string, Buffer>();
  let left = OTHER_BYTES;
  for (const entry of read) {
    if (OTHER_SHEET.test(entry.name)) {
      parts.set(entry.name, OTHER_SHEET_SAID);
      continue;
    }
    if (isSheet(entry)) {
      parts.set(entry.name, endedSheet(await unpackStart(bytes, entry, perSheet)));
      continue;
    }
    const { content, isWhole } = await unpackStart(bytes, entry, left);
    if (!isWhole) throw new BadArchive('it is too large once unpacked');
    left -= content.length;
    parts.set(entry.name, isRelations(entry) ? withSheetsAlone(content) : content);
  }
  dropUnusedTexts(parts);
  return packStored(parts);
}

function isRelations({ name }: ZipEntry): boolean {
  return /(?:^|\/)_rels\/workbook\d*\.xml\.rels$/i.test(name);
}

function withSheetsAlone(relations: Buffer): Buffer {
  return Buffer.from(relations.toString('utf8').replace(OTHER_SHEET_TYPE, SHEET_TYPE));
}

/** Texts of the table that cells share, past which those are emptied that no cell uses which is read. */
const TEXTS_BYTES = 2 * 1024 ** 2;

function dropUnusedTexts(parts: Map<string, Buffer>): void {
  const [name, table] = [...parts].find(([part]) => /sharedStrings\d*\.xml$/i.test(part)) ?? [];
  if (name === undefined || table === undefined || table.length < TEXTS_BYTES) return;
  const used = new Set<number>();
  for (const [part, content] of parts) {
    if (part === name || !content.subarray(0, 64 * 1024).includes('sheetData')) continue;
    const cells = content.toString('latin1').matchAll(/\st="s"[^>]*>\s*<(?:\w+:)?v>(\d+)</g);
    for (const [, index] of cells) used.add(Number(index));
  }
  let index = -1;
  const kept = table
    .toString('utf8')
    .replace(/<(\w+:)?si>.*?<\/\1?si>|<(?:\w+:)?si\/>/gs, (text, prefix = '') => {
      index += 1;
      return used.has(index) ? text : `<${prefix}si/>`;
    });
  parts.set(name, Buffer.from(kept));
}

function isSheet({ name }: ZipEntry): boolean {
  return /sheets?\/[^/]+\.xml$|\/sheet\d*\.xml$/i.test(name) && !OTHER_SHEET.test(name);
}

/** The sheet's part, ended behind the last row that is read and is whole. */
function endedSheet({ content, isWhole }: { content: Buffer; isWhole: boolean }): Buffer {
  const text = content.toString('utf8');
  const last = lastRow(text, isWhole);
  if (last === null && !isWhole) throw new BadArchive('it is too large once unpacked');
  if (last === null) return content;
  const all = /<(?:\w+:)?dimension\s[^>]*?ref="[A-Z]+\d+:[A-Z]+(\d+)"/.exec(text.slice(0, 64 * 1024))?.[1];
  const { prefix, end } = last;
  const goesOn = Number(all) > last.row ? `the sheet goes on to row ${Number(all)}` : 'the sheet goes on';
  const sentence = `${LEFT_OUT}${goesOn}; the rest is for code, such as pandas.read_excel]`;
  const row = ['row', 'c t="inlineStr"', 'is', 't'].map((tag) => `<${prefix}${tag}>`).join('');
  const ends = ['t', 'is', 'c', 'row', 'sheetData', 'worksheet'].map((tag) => `</${prefix}${tag}>`).join('');
  return Buffer.from(`${text.slice(0, end)}${row}${sentence}${ends}`);
}

/** The last row that is read, where rows come after it; null where all of the sheet is read. */
function lastRow(text: string, isWhole: boolean): { prefix: string; row: number; end: number } | null {
  let count = 0;
  let last = { prefix: '', row: 0, end: -1 };
  for (const found of text.matchAll(/<(\w+:)?row(?=[\s>/])([^>]*?)(\/?)>/g)) {
    const [tag, prefix = '', attributes = '', isEmpty] = found;
    count = Number(/\sr="(\d+)"/.exec(attributes)?.[1] ?? count + 1);
    if (count > MOST_ROWS) return last.end < 0 ? { prefix, row: 0, end: found.index } : last;
    const close = `</${prefix}row>`;
    const at = isEmpty === '/' ? found.index + tag.length : text.indexOf(close, found.index) + close.length;
    if (isEmpty !== '/' && at < close.length) return last.end < 0 ? null : last;
    last = { prefix, row: count, end: at };
  }
  return isWhole || last.end < 0 ? null : last;
}
