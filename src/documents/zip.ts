/**
 * ZIP archives, read as hostile: nothing is unpacked to disk, and what is unpacked in memory has a bound that holds
 * whatever the archive says of itself (A7).
 *
 * By hand, for yauzl (3.4) was tried, and most of this would remain around it: the bounds, the beginning of an entry,
 * the directory of an archive of which only the end was read. It compares no checksums: of 1,437 archives with one byte
 * changed it gave other contents for 362 without a word (this reader for 95, all of them other names), and with one it
 * never ended. It refuses a whole archive for one name that begins with a drive or `..`, which is no danger to who
 * writes no files. 2,000 entries took it 470 ms of a processor, and this 50. What is packed here is read by a library
 * at once, so it is stored: in 7 ms where yazl took 45. Archives for people are written by yazl.
 */
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { codeOf } from '../system-error.ts';
import { printable, readableSize } from '../workspace/tree.ts';

export interface ZipEntry {
  name: string;
  method: number;
  encrypted: boolean;
  crc: number;
  compressedSize: number;
  /** As the archive claims. */
  size: number;
  /** Where the entry's local header is. */
  offset: number;
}

const MOST_ENTRIES = 10_000;
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/**
 * The archive's own list of its entries, or null where it has no valid one. Nothing is unpacked. `bytes` are the archive
 * from `from` on.
 */
export function readDirectory(bytes: Buffer, from = 0): ZipEntry[] | null {
  try {
    const end = findEnd(bytes);
    if (end === null) return null;
    const count = bytes.readUInt16LE(end + 10);
    if (count > MOST_ENTRIES) return null;
    const entries: ZipEntry[] = [];
    let at = bytes.readUInt32LE(end + 16) - from;
    for (let index = 0; index < count; index += 1) {
      if (bytes.readUInt32LE(at) !== CENTRAL) return null;
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) =>
        bytes.readUInt16LE(at + place),
      ) as [number, number, number];
      const nameEnd = at + 46 + nameLength;
      if (nameEnd + extraLength + commentLength > bytes.length) return null;
      entries.push({
        name: bytes.toString('utf8', at + 46, nameEnd),
        method: bytes.readUInt16LE(at + 10),
        encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
        crc: bytes.readUInt32LE(at + 16),
        ...sizes(bytes, at, bytes.subarray(nameEnd, nameEnd + extraLength)),
      });
      at = nameEnd + extraLength + commentLength;
    }
    return entries;
  } catch (error) {
    // An offset that points outside the file.
    if (codeOf(error)?.startsWith('ERR_')) return null;
    throw error;
  }
}

/** The end record stands last, before a comment of at most 65,535 bytes. */
function findEnd(bytes: Buffer): number | null {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at -= 1) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  return null;
}

/** Sizes and offset; those that are all ones stand in the ZIP64 extra field, as some writers have it always. */
function sizes(bytes: Buffer, at: number, extra: Buffer) {
  const values = { size: 24, compressedSize: 20, offset: 42 };
  const wide = zip64(extra);
  let next = 0;
  for (const [key, place] of Object.entries(values) as [keyof typeof values, number][]) {
    const value = bytes.readUInt32LE(at + place);
    if (value !== 0xffffffff) values[key] = value;
    else {
      values[key] = Number(wide.readBigUInt64LE(next));
      next += 8;
    }
  }
  return values;
}

function zip64(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return Buffer.alloc(0);
}

/** Why an archive cannot be unpacked; `message` is for the model. */
export class BadArchive extends Error {}

/**
 * The content of the entries whose names `wanted` accepts.
 * @throws BadArchive for one that is damaged, encrypted, or larger than `mostBytes` once unpacked.
 */
export function unpack(
  bytes: Buffer,
  wanted: (name: string) => boolean,
  mostBytes: number,
): Map<string, Buffer> {
  const entries = readDirectory(bytes);
  if (entries === null) throw new BadArchive('it is damaged');
  const contents = new Map<string, Buffer>();
  let left = mostBytes;
  for (const entry of entries.filter((candidate) => wanted(candidate.name))) {
    const content = unpackEntry(bytes, entry, left);
    left -= content.length;
    contents.set(entry.name, content);
  }
  return contents;
}

function unpackEntry(bytes: Buffer, entry: ZipEntry, most: number): Buffer {
  let content: Buffer;
  try {
    const packed = packedContent(bytes, entry);
    if (entry.method === 0) content = packed;
    else content = inflateRawSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if (error instanceof BadArchive) throw error;
    throw new BadArchive(
      codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'it is too large once unpacked' : 'it is damaged',
    );
  }
  if (content.length > most) throw new BadArchive('it is too large once unpacked');
  if (crc32(content) !== entry.crc) throw new BadArchive('it is damaged');
  return content;
}

/** An entry's content as it stands in the archive. @throws BadArchive, or a RangeError for an offset outside of it */
function packedContent(bytes: Buffer, entry: ZipEntry): Buffer {
  if (entry.encrypted) throw new BadArchive('it is protected by a password');
  if (entry.method !== 0 && entry.method !== 8)
    throw new BadArchive('it is packed in a way that is not known here');
  if (bytes.readUInt32LE(entry.offset) !== LOCAL) throw new BadArchive('it is damaged');
  const start =
    entry.offset + 30 + bytes.readUInt16LE(entry.offset + 26) + bytes.readUInt16LE(entry.offset + 28);
  return bytes.subarray(start, start + entry.compressedSize);
}

/**
 * The first `most` bytes of an entry once unpacked; `isWhole` where there are no more.
 * @throws BadArchive for one that is damaged or encrypted
 */
export async function unpackStart(
  bytes: Buffer,
  entry: ZipEntry,
  most: number,
): Promise<{ content: Buffer; isWhole: boolean }> {
  try {
    const packed = packedContent(bytes, entry);
    if (entry.method === 0) return { content: packed.subarray(0, most), isWhole: packed.length <= most };
    const pieces: Buffer[] = [];
    let size = 0;
    const inflate = createInflateRaw();
    inflate.end(packed);
    for await (const piece of inflate) {
      pieces.push(piece);
      size += piece.length;
      if (size > most) return { content: Buffer.concat(pieces).subarray(0, most), isWhole: false };
    }
    const content = Buffer.concat(pieces);
    if (crc32(content) !== entry.crc) throw new BadArchive('it is damaged');
    return { content, isWhole: true };
  } catch (error) {
    throw error instanceof BadArchive ? error : new BadArchive('it is damaged');
  }
}

/** An archive of the given files that is not compressed: a library that reads it has nothing to inflate. */
export function packStored(contents: Map<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of contents) {
    const bytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(bytes.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(number(CENTRAL), Buffer.from([20, 0]), fields, place, bytes);
    parts.push(number(LOCAL), fields, bytes, content);
    offset += 30 + bytes.length + content.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(contents.size, 4);
  end.writeUInt16LE(contents.size, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, number(END), end]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Names and claimed sizes, one a line, or null where the archive is damaged. */
export function listArchive(bytes: Buffer): string | null {
  const entries = readDirectory(bytes);
  if (entries === null) return null;
  const lines = entries.slice(0, 200).map((entry) => `${printable(entry.name)}  ${readableSize(entry.size)}`);
  if (entries.length > lines.length) lines.push(`(and ${entries.length - lines.length} more)`);
  return lines.length === 0 ? '(nothing)' : lines.join('\n');
}
