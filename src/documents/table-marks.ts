/**
 * Where rows of a large table begin among its bytes, so that a later part of it is read from there and not from the
 * file's beginning (W12). In every encoding that is told apart here but UTF-16 the byte of a line end stands for nothing
 * else, and a decoder that begins behind one goes on like the one that read it.
 */

/** A row, counted from 0 without the head, and the byte that it begins with. */
export type Mark = readonly [row: number, byte: number];

/** What of a table's first reading is enough to read a later part of it. */
export interface TableMarks {
  /** For openDecoder. */
  label: string;
  separator: string;
  marks: Mark[];
}

/** A table between two of its marks: the number of its first row, and how its bytes are read. */
export interface TablePart {
  row: number;
  label: string;
  separator: string;
}

/** Bytes that are decoded at once, and about what lies between two marks; of 50 MB that makes 800. */
const PIECE = 64 * 1024;
/** Pieces of one line at the beginning, so that the first row has a place, whatever stands before it. */
const SHORT_PIECES = 8;
const LF = 0x0a;
const CR = 0x0d;

/** The bytes in pieces that end behind a line's end where they can. `lineEnd` is the character that lines end with. */
export function* piecesOfLines(
  bytes: Buffer,
  label: string,
  lineEnd: '\n' | '\r',
): Generator<{ piece: Buffer; end: number; isAtLine: boolean }> {
  const isLineEnd = lineEndIn(bytes, label, lineEnd === '\n' ? LF : CR);
  let pieces = 0;
  for (let at = 0; at < bytes.length; pieces += 1) {
    const most = Math.min(bytes.length, at + PIECE);
    const isShort = pieces < SHORT_PIECES;
    let end = isShort ? at + 1 : most;
    while (end > at && end <= most && !isLineEnd(end)) end += isShort ? 1 : -1;
    const isAtLine = end > at && end <= most;
    if (!isAtLine) end = most;
    yield { piece: bytes.subarray(at, end), end, isAtLine };
    at = end;
  }
}

/** Tells whether a line has just ended before this byte. */
function lineEndIn(bytes: Buffer, label: string, code: number): (end: number) => boolean {
  if (label === 'utf-16le') return (end) => end % 2 === 0 && bytes[end - 1] === 0 && bytes[end - 2] === code;
  if (label === 'utf-16be') return (end) => end % 2 === 0 && bytes[end - 1] === code && bytes[end - 2] === 0;
  return (end) => bytes[end - 1] === code;
}

/** Where to begin and to end, so that `rows` rows from `offset` on are among what is read; `end` is the last byte. */
export function rangeOf(
  { marks }: TableMarks,
  offset: number,
  rows: number,
): { row: number; start: number; end?: number } | null {
  const from = marks.findLast(([row]) => row <= offset);
  if (from === undefined) return null;
  const behind = marks.find(([row]) => row >= offset + rows);
  const [row, start] = from;
  return { row, start, ...(behind === undefined ? {} : { end: behind[1] - 1 }) };
}
