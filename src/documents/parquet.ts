/** The beginning of a Parquet file: its columns, and rows of it as they are in words (W12). */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { Preview } from '../protocol/previews.ts';
import { PREVIEW_COLUMNS, PREVIEW_ROWS, RowWindow } from './table-rows.ts';
import type { Text } from './types.ts';

/** Rows that a model reads; what lies behind them is for code. */
const MOST_ROWS = 200;
/** A column's pages are unpacked from the beginning of their group: of one with more rows the time would be too long. */
const MOST_ROWS_OF_GROUP = 5_000_000;
/** A page says itself how much it unpacks to; nobody has a reason to write larger ones. */
const PAGE_BYTES = 64 * 1024 ** 2;

type Unpack = (input: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const bounded = (unpack: Unpack) => (input: Uint8Array, length: number) =>
  unpack(input, { maxOutputLength: Math.min(Math.max(1, length), PAGE_BYTES) });

/** Snappy, which nearly every file has, is the library's own; LZ4 and LZO are not read. */
const COMPRESSORS = {
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
};

const READ = new Set<string>(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(COMPRESSORS)]);

/** @throws what the library throws for a damaged file */
export async function parquetToText(bytes: Buffer): Promise<Text> {
  const file = open(bytes);
  const packed = notRead(file);
  if (packed !== undefined)
    return {
      problem: `this Parquet file is packed by ${packed}, which is read by code alone: pandas.read_parquet.`,
    };
  const rows = await rowsOf(file, 0, MOST_ROWS);
  const { total, names, types } = file;
  const columns = names.map((name, at) => `${name} (${types[at]})`).slice(0, PREVIEW_COLUMNS);
  const more = names.length > columns.length ? `, and ${names.length - columns.length} more` : '';
  const rest =
    total > rows.length
      ? `[rows after ${rows.length} of ${total}: read them by code, pandas.read_parquet]\n`
      : '';
  return {
    chunks: [
      `Parquet: ${total} rows, ${names.length} columns: ${columns.join(', ')}${more}\n\n`,
      `${names.slice(0, PREVIEW_COLUMNS).join('\t')}\n`,
      ...rows.map((cells) => `${cells.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t')}\n`),
      rest,
    ],
  };
}

/** @throws as parquetToText */
export async function parquetPreview(bytes: Buffer, { offset }: { offset: number }): Promise<Preview> {
  const file = open(bytes);
  if (notRead(file) !== undefined) return { kind: 'none', reason: 'not_shown' };
  const window = new RowWindow(offset);
  for (const [at, cells] of (await rowsOf(file, offset, PREVIEW_ROWS)).entries())
    if (window.wants(offset + at)) window.add(cells);
  return {
    ...{
      kind: 'table',
      head: file.names.slice(0, PREVIEW_COLUMNS),
      rows: window.rows,
      offset,
      total: file.total,
    },
    ...{ columns: file.names.length, format: null, sheets: [], sheet: 0 },
  };
}

/** The first way of packing in the file that is not read here. */
function notRead({ metadata }: ParquetFile): string | undefined {
  const packed = metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data: of }) => of?.codec));
  return packed.find((codec) => codec !== undefined && !READ.has(codec));
}

interface ParquetFile {
  bytes: ArrayBuffer;
  metadata: FileMetaData;
  total: number;
  names: string[];
  types: string[];
}

function open(bytes: Buffer): ParquetFile {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(buffer);
  const columns = parquetSchema(metadata).children;
  return {
    bytes: buffer,
    metadata,
    total: Number(metadata.num_rows),
    names: columns.map(({ element }) => element.name),
    types: columns.map(({ element }) =>
      (element.logical_type?.type ?? element.type ?? 'nested').toLowerCase(),
    ),
  };
}

async function rowsOf(
  { bytes, metadata, total, names }: ParquetFile,
  from: number,
  most: number,
): Promise<string[][]> {
  const to = Math.min(total, from + most);
  const largest = metadata.row_groups.reduce((sofar, { num_rows: rows }) => Math.max(sofar, Number(rows)), 0);
  if (from >= to) return [];
  if (largest > MOST_ROWS_OF_GROUP) throw new Error('a group of rows is too large');
  const columns = names.slice(0, PREVIEW_COLUMNS);
  const read = { file: bytes, metadata, columns, compressors: COMPRESSORS, useOffsetIndex: true };
  const rows = await parquetReadObjects({ ...read, rowStart: from, rowEnd: to });
  return rows.map((row) => columns.map((name) => inWords(row[name])));
}

/** A cell as it is written: dates as ISO 8601 has them, nested ones as JSON, bytes by their number. */
function inWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? '(a date that is none)'
      : value.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
  return String(value);
}
