/** The files of a zip archive such as a workbook or an .npz (APPNOTE 6.3.10, 4.3); null where it is none that is known. */
import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
/** A comment of 64 KiB may follow the end. */
const END_WITHIN = 22 + 0xffff;

export function unzip(bytes: Buffer, mostBytes: number): Map<string, Buffer> | null {
  if (bytes.length < 22 || bytes.readUInt32LE(0) !== 0x04034b50) return null;
  let end = bytes.length - 22;
  while (end >= Math.max(0, bytes.length - END_WITHIN) && bytes.readUInt32LE(end) !== END) end -= 1;
  if (end < 0 || bytes.readUInt32LE(end) !== END) return null;
  try {
    return entriesOf(bytes, bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 16), mostBytes);
  } catch {
    // It says of itself what is not so.
    return null;
  }
}

function entriesOf(
  bytes: Buffer,
  count: number,
  first: number,
  mostBytes: number,
): Map<string, Buffer> | null {
  const files = new Map<string, Buffer>();
  let room = mostBytes;
  for (let index = 0, at = first; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) return null;
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(start, start + packed);
    if (content.length !== packed || (method !== 0 && method !== 8)) return null;
    const file = method === 0 ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, room) });
    room -= file.length;
    if (room < 0) return null;
    files.set(name, file);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
