/** What a text file is: how its bytes, its lines and its columns are to be read, in data and in a sentence (W7). */
import { type TableFormat, tableFormatOf } from './table-format.ts';
import { openDecoder } from './text-decoder.ts';
import { encodingOf, SAMPLE_BYTES, type TextEncoding } from './text-encoding.ts';

export interface TextFacts {
  encoding: TextEncoding;
  table: TableFormat | null;
  /** Lines end with CR alone, as old Macs and some instruments write them. */
  hasOnlyCr: boolean;
  /** Zero bytes stand between the characters; what is read leaves them out. */
  hasNulls: boolean;
}

/** Names of files that hold a table, or may; instruments and web pages give texts the names of documents. */
const TABLE_NAME = /\.(?:csv|tsv|tab|txt|dat|data|asc|prn|xlsx?|pdf)$|^[^.]*$/i;

/** What the file is, or null where it is no text; of a longer file than `most` bytes, its beginning tells. */
export async function textFactsOf(
  name: string,
  open: () => Promise<AsyncIterable<Uint8Array> & { destroy(): void }>,
  most?: number,
): Promise<TextFacts | null> {
  const whole = await open();
  const seen: Uint8Array[] = [];
  let encoding: TextEncoding | null;
  try {
    encoding = await encodingOf(noting(whole, seen), most);
  } finally {
    whole.destroy();
  }
  if (encoding === null) return null;
  const text = openDecoder(encoding.label).write(Buffer.concat(seen));
  const isTable = TABLE_NAME.test(name.split('/').at(-1) ?? '');
  return {
    encoding,
    table: isTable ? tableFormatOf(text.replaceAll('\0', '')) : null,
    hasOnlyCr: text.includes('\r') && !text.includes('\n'),
    hasNulls: text.includes('\0'),
  };
}

/** Passes the pieces on, and keeps the beginning. */
async function* noting(
  pieces: AsyncIterable<Uint8Array>,
  beginning: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  let kept = 0;
  for await (const piece of pieces) {
    if (kept < SAMPLE_BYTES) {
      beginning.push(piece.subarray(0, SAMPLE_BYTES - kept));
      kept += Math.min(piece.length, SAMPLE_BYTES - kept);
    }
    yield piece;
  }
}

/** Whether a reader that knows UTF-8 and commas alone reads it wrongly. */
export function isUnusual({ encoding, table, hasOnlyCr, hasNulls }: TextFacts): boolean {
  const isPlain = encoding.label === 'utf-8' && encoding.certain;
  const isCommas = table === null || (table.separator === ',' && !table.isSaid);
  return !isPlain || !isCommas || hasOnlyCr || hasNulls;
}

const SEPARATORS: Record<TableFormat['separator'], string> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/** The facts in a line, with what Python needs to read it rightly. */
export function sayTextFacts(facts: TextFacts): string {
  const { encoding, table, hasOnlyCr, hasNulls } = facts;
  const damage = encoding.label === 'utf-8' && !encoding.certain ? ' with some bytes that are not valid' : '';
  const parts = [
    `${encoding.name}${damage}`,
    ...(table === null ? [] : [`${table.columns} columns separated by ${SEPARATORS[table.separator]}`]),
    ...(table?.isSaid ? ['its first line says the separator'] : []),
    ...(table?.hasDecimalCommas ? ['decimal commas'] : []),
    ...(table?.hasThousandsPoints ? ['points between thousands'] : []),
    ...(hasOnlyCr ? ['lines end with CR alone'] : []),
    ...(hasNulls ? ['NUL bytes in it are left out here'] : []),
  ];
  return `${parts.join('; ')}; in Python: ${table === null ? `encoding=${quoted(encoding.python)}` : readCsv(facts, table)}`;
}

function readCsv({ encoding }: TextFacts, table: TableFormat): string {
  const settings = [
    `encoding=${quoted(encoding.python)}`,
    ...(encoding.label === 'utf-8' && !encoding.certain ? ['encoding_errors="replace"'] : []),
    ...(table.separator === ','
      ? []
      : [`sep=${table.separator === '\t' ? '"\\t"' : quoted(table.separator)}`]),
    ...(table.hasDecimalCommas ? ['decimal=","'] : []),
    ...(table.hasThousandsPoints ? ['thousands="."'] : []),
    ...(table.isSaid ? ['skiprows=1'] : []),
  ];
  return `pandas.read_csv(path, ${settings.join(', ')})`;
}

function quoted(text: string): string {
  return `"${text}"`;
}
