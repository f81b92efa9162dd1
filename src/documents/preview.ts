/** What a person is shown of a file (W12): a bounded part, by what the file holds, and how much more there is. */
import { Readable } from 'node:stream';
import type { NoPreview, Preview, PreviewTable } from '../protocol/previews.ts';
import { parseJson, treeOf } from './json-tree.ts';
import { kindOfDocument, mayBeDocument } from './kind.ts';
import { notebookOf } from './notebook-cells.ts';
import { tabbedTables } from './tabbed-tables.ts';
import { type Mark, piecesOfLines, type TableMarks, type TablePart } from './table-marks.ts';
import { RowReader } from './table-rows.ts';
import { openDecoder } from './text-decoder.ts';
import { type TextFacts, textFactsOf } from './text-facts.ts';
import type { PreviewAsk, Previewed, Text } from './types.ts';
import { isLocked, sheetPreview } from './workbook.ts';
import { listArchive } from './zip.ts';

/** Bytes that are decoded at once, bytes of a text that are shown, and characters of a document's. */
const PIECE = 64 * 1024;
const TEXT_BYTES = 256 * 1024;
const DOCUMENT_CHARACTERS = 200_000;

/** Names of files whose text is a table, however it looks. */
const TABLE = /\.(?:csv|tsv|tab)$/i;
/** Names of texts that are shown as they are, also where their lines are a table. */
const PLAIN = /\.(?:txt|md|log|asc|prn)$/i;

const JSON_NAME = /\.(?:json|geojson|ipynb)$/i;

export async function previewOf(bytes: Buffer, ask: PreviewAsk): Promise<Previewed> {
  if (ask.part !== undefined) return { rows: rowsOf(bytes, ask.part, ask.offset) };
  const found = await shownOf(bytes, ask);
  return 'preview' in found ? found : { preview: found };
}

async function shownOf(
  bytes: Buffer,
  ask: PreviewAsk,
): Promise<Preview | { preview: Preview; marks: TableMarks }> {
  if (bytes.length === 0) return none('empty');
  const kind = mayBeDocument(bytes) ? kindOfDocument(bytes) : 'text';
  if (kind === 'text') return await textOrTable(bytes, ask);
  if (ask.size > bytes.length) return none('too_large');
  // Each parser has errors of its own for damaged input; whatever it throws while it reads means just that.
  try {
    switch (kind) {
      case 'workbook':
      case 'old-workbook':
        return await sheetPreview(bytes, kind === 'workbook', ask);
      case 'parquet':
        return await (await import('./parquet.ts')).parquetPreview(bytes, ask);
      case 'docx':
        return await documentPreview(await (await import('./docx.ts')).docxToText(bytes));
      case 'slides':
        return await documentPreview((await import('./slides-and-text.ts')).slidesToText(bytes));
      case 'open-text':
        return await documentPreview((await import('./slides-and-text.ts')).openTextToText(bytes));
      case 'zip':
        return listing(bytes);
      case 'locked-office':
        return none('locked');
      case 'old-office':
        return none('old_format');
      case 'pdf':
        return none('not_shown');
    }
  } catch (error) {
    return none(isLocked(error) ? 'locked' : 'damaged');
  }
}

function none(reason: NoPreview): Preview {
  return { kind: 'none', reason };
}

function listing(bytes: Buffer): Preview {
  const text = listArchive(bytes);
  return text === null ? none('damaged') : { kind: 'text', text, encoding: 'UTF-8', rest: 0 };
}

async function documentPreview(found: Text): Promise<Preview> {
  if ('problem' in found) return none('empty');
  let text = '';
  let length = 0;
  for await (const chunk of found.chunks) {
    length += chunk.length;
    text += chunk.slice(0, DOCUMENT_CHARACTERS - text.length);
  }
  return { kind: 'document', text: tabbedTables(text.toWellFormed()), rest: length - text.length };
}

async function textOrTable(
  bytes: Buffer,
  ask: PreviewAsk,
): Promise<Preview | { preview: Preview; marks: TableMarks }> {
  const facts = await textFactsOf(ask.name, async () => Readable.from(piecesOf(bytes)));
  if (facts === null) return none('not_shown');
  if (JSON_NAME.test(ask.name) && bytes.length === ask.size) return jsonOf(bytes, facts, ask);
  const isTable = TABLE.test(ask.name) || (facts.table !== null && !PLAIN.test(ask.name));
  return isTable ? tableOf(bytes, facts, ask) : textOf(bytes, facts, ask);
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** A notebook or a tree; what is no JSON, or too much of it, is a text. */
function jsonOf(bytes: Buffer, facts: TextFacts, ask: PreviewAsk): Preview {
  const text = new TextDecoder(facts.encoding.label).decode(bytes);
  const value = parseJson(text);
  if (value === undefined) return textOf(bytes, facts, ask);
  const notebook = /\.ipynb$/i.test(ask.name) ? notebookOf(value) : null;
  return notebook ?? { kind: 'tree', nodes: treeOf(value) };
}

function textOf(bytes: Buffer, { encoding }: TextFacts, { size }: PreviewAsk): Preview {
  const shown = bytes.subarray(0, TEXT_BYTES);
  const decoder = openDecoder(encoding.label);
  const isWhole = shown.length === size;
  const text = decoder.write(shown) + (isWhole ? decoder.end() : '');
  return {
    kind: 'text',
    text: text.replace(/^\ufeff/, '').replaceAll('\0', ''),
    encoding: encoding.name,
    rest: Math.max(0, size - shown.length),
  };
}

function tableOf(
  bytes: Buffer,
  { encoding, table, hasOnlyCr }: TextFacts,
  { name, size, offset }: PreviewAsk,
): { preview: PreviewTable; marks: TableMarks } {
  const separator = table?.separator ?? (/\.csv$/i.test(name) ? ',' : '\t');
  const reader = new RowReader(separator, { offset, skipped: table?.isSaid ? 1 : 0 });
  const decoder = openDecoder(encoding.label);
  const marks: Mark[] = [];
  let isFirst = true;
  for (const { piece, end, isAtLine } of piecesOfLines(bytes, encoding.label, hasOnlyCr ? '\r' : '\n')) {
    const text = decoder.write(piece).replaceAll('\0', '');
    reader.write(isFirst ? text.replace(/^\ufeff/, '') : text);
    isFirst = false;
    if (isAtLine && reader.isAtRow) marks.push([reader.total, end]);
  }
  reader.write(decoder.end());
  reader.end();
  const isWhole = bytes.length >= size;
  const preview: PreviewTable = {
    kind: 'table',
    head: reader.head ?? [],
    rows: reader.window.rows,
    offset,
    total: isWhole ? reader.total : null,
    columns: reader.columns,
    format: { encoding: encoding.name, separator, decimalCommas: table?.hasDecimalCommas ?? false },
    sheets: [],
    sheet: 0,
  };
  return { preview, marks: { label: encoding.label, separator, marks } };
}

/** Rows of a part of a table, which begins with a row. */
function rowsOf(bytes: Buffer, { row, label, separator }: TablePart, offset: number): string[][] {
  const reader = new RowReader(separator, { offset, skipped: 0, first: row });
  const decoder = openDecoder(label);
  for (const piece of piecesOf(bytes)) reader.write(decoder.write(piece).replaceAll('\0', ''));
  reader.write(decoder.end());
  reader.end();
  return reader.window.rows;
}
