/**
 * Telling text from other files, and how its bytes are to be read (W7): UTF-8 where all of the file is that, UTF-16
 * by its mark or by where its NULs stand, else what guess-encoding.ts makes of the lines that are not plain ASCII.
 */
import { isAscii } from 'node:buffer';

/** How a text is to be read. */
export interface TextEncoding {
  /** For openDecoder. */
  label: string;
  /** As people write it. */
  name: string;
  /** What Python's `open` and pandas take. */
  python: string;
  /** Whether the file is marked or valid throughout, so that nothing about it was guessed. */
  certain: boolean;
}

const UTF_8: TextEncoding = { label: 'utf-8', name: 'UTF-8', python: 'utf-8', certain: true };
const MARKED_UTF_8: TextEncoding = { ...UTF_8, name: 'UTF-8 with a mark', python: 'utf-8-sig' };

/** Bytes of a file's beginning by which a text is told from other files. */
export const SAMPLE_BYTES = 64 * 1024;
/** Bytes of lines with other than ASCII characters that are judged. */
const EVIDENCE_BYTES = 4 * 1024;
/** What is taken of a long line before its first byte that is not ASCII. */
const CONTEXT_BYTES = 200;
/** How far a file is looked through: uploads are no larger. */
const MOST_BYTES = 64 * 1024 ** 2;

/** The encoding of the text that `chunks` hold, or null where they are no text. Reads no further than it must. */
export async function encodingOf(
  chunks: AsyncIterable<Uint8Array>,
  most = MOST_BYTES,
): Promise<TextEncoding | null> {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const evidence = new Evidence();
  const head: Uint8Array[] = [];
  let read = 0;
  let isUtf8 = true;
  for await (const chunk of chunks) {
    if (read < SAMPLE_BYTES) {
      head.push(chunk.subarray(0, SAMPLE_BYTES - read));
      if (read + chunk.length >= SAMPLE_BYTES) {
        const known = fromHead(Buffer.concat(head));
        if (known !== undefined) return known;
      }
    }
    read += chunk.length;
    evidence.add(chunk);
    isUtf8 &&= decodes(strict, chunk);
    if (read > most || (!isUtf8 && evidence.isFull)) break;
  }
  const sample = Buffer.concat(head);
  const known = fromHead(sample);
  if (known !== undefined) return known;
  const lines = evidence.lines();
  if (isUtf8 && (read > most || decodes(strict))) {
    return sample.subarray(0, 3).equals(Buffer.from('efbbbf', 'hex')) ? MARKED_UTF_8 : UTF_8;
  }
  if (isDamagedUtf8(lines)) return { ...UTF_8, certain: false };
  // The statistics take some megabytes, and most texts need none.
  const { guessEncoding } = await import('./guess-encoding.ts');
  return { ...guessEncoding(lines), certain: false };
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
    return true;
  } catch {
    return false;
  }
}

/** Here and there a byte that is not UTF-8, in a text that is: cut or joined files, not another encoding. */
function isDamagedUtf8(lines: Buffer): boolean {
  let damaged = 0;
  let whole = 0;
  for (const character of lines.toString('utf8')) {
    if (character === '\uFFFD') damaged += 1;
    else if (character > '\x7f') whole += 1;
  }
  return whole > 10 * damaged;
}

/** What a file's beginning says for certain: null that it is no text, undefined that more must be known. */
function fromHead(head: Buffer): TextEncoding | null | undefined {
  const utf16 = utf16Of(head);
  if (utf16 !== null) return utf16;
  return isBinary(head) ? null : undefined;
}

function utf16Of(head: Buffer): TextEncoding | null {
  const mark = head.length < 2 ? 0 : head.readUInt16BE(0);
  if (mark === 0xfffe) return utf16('utf-16le', 'utf-16');
  if (mark === 0xfeff) return utf16('utf-16be', 'utf-16');
  // Commas, digits and line ends have a zero byte, on the left or on the right.
  for (const [label, python, zeroAt] of [
    ['utf-16le', 'utf-16-le', 1],
    ['utf-16be', 'utf-16-be', 0],
  ] as const) {
    if (hasZeros(head, zeroAt) && readsAsText(head, label)) {
      return utf16(label, python);
    }
  }
  return null;
}

function utf16(label: string, python: string): TextEncoding {
  const end = label === 'utf-16le' ? 'little-endian' : 'big-endian';
  const mark = python === 'utf-16' ? '' : ', without a mark';
  return { label, python, name: `UTF-16 (${end}${mark})`, certain: true };
}

/** Whether zero bytes stand on one side alone, as many as a text in UTF-16 has; a text of ASCII has half of its bytes so. */
function hasZeros(head: Buffer, at: 0 | 1): boolean {
  const share = zeros(head, at) / head.length;
  if (zeros(head, 1 - at) > 0) return false;
  return share > 0.4 || (share > 0.02 && head.some((byte) => byte >= 0x80));
}

function zeros(bytes: Uint8Array, from: number): number {
  let count = 0;
  for (let at = from; at < bytes.length; at += 2) if (bytes[at] === 0) count += 1;
  return count;
}

/** Whether the decoder takes all of it, and it has neither control characters nor unassigned ones. */
function readsAsText(head: Buffer, label: string): boolean {
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(head, {
      stream: head.length === SAMPLE_BYTES,
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    return !/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]|\p{Cn}|\p{Co}/u.test(text);
  } catch {
    return false;
  }
}

/**
 * More than one control character in a hundred. Loggers leave NULs in their texts, as blocks at the end above all:
 * those at the end are not counted, and one in ten may be one elsewhere.
 */
function isBinary(head: Buffer): boolean {
  let end = head.length;
  while (end > 0 && head[end - 1] === 0) end -= 1;
  let controls = 0;
  let nulls = 0;
  for (const byte of head.subarray(0, end)) {
    if (byte === 0) nulls += 1;
    else if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1a && byte !== 0x1b) controls += 1;
  }
  return controls * 100 > end || nulls * 10 > end || (end === 0 && head.length > 0);
}

/** Collects the lines of a stream that are not plain ASCII: these tell of its encoding, the others would thin it out. */
class Evidence {
  private readonly pieces: Buffer[] = [];
  private size = 0;
  /** The beginning of a line that has not ended yet. */
  private open: Buffer = Buffer.alloc(0);

  get isFull(): boolean {
    return this.size >= EVIDENCE_BYTES;
  }

  add(chunk: Uint8Array): void {
    if (this.isFull) return;
    const bytes = Buffer.concat([this.open, chunk]);
    const end = Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d)) + 1;
    this.collect(bytes.subarray(0, end));
    // Of a line without an end, what is long enough to judge by.
    if (bytes.length - end <= EVIDENCE_BYTES) this.open = bytes.subarray(end);
    else {
      this.collect(bytes.subarray(end));
      this.open = Buffer.alloc(0);
    }
  }

  lines(): Buffer {
    this.collect(this.open);
    this.open = Buffer.alloc(0);
    return Buffer.concat(this.pieces);
  }

  private collect(bytes: Buffer): void {
    if (isAscii(bytes)) return;
    for (let start = 0; start < bytes.length && !this.isFull; ) {
      const end = lineEnd(bytes, start);
      const from = beginningOf(bytes, start, end);
      const line = bytes.subarray(from, Math.min(end, from + EVIDENCE_BYTES));
      if (!isAscii(line)) {
        this.pieces.push(line, Buffer.from('\n'));
        this.size += line.length + 1;
      }
      start = end + 1;
    }
  }
}

/** Where in a long line its first byte that is not ASCII comes near, behind a byte that ends no wide character. */
function beginningOf(line: Buffer, start: number, end: number): number {
  if (end - start <= EVIDENCE_BYTES) return start;
  let first = start;
  while (first < end && (line[first] ?? 0) < 0x80) first += 1;
  for (let at = Math.max(start, first - CONTEXT_BYTES); at < first; at += 1) {
    if ((line[at] ?? 0) < 0x30) return at;
  }
  return first;
}

function lineEnd(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) if (bytes[at] === 0x0a || bytes[at] === 0x0d) return at;
  return bytes.length;
}
