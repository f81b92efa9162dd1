/**
 * A file beside the one that was made again (T13): by its bytes, then by the numbers in it, then by its pixels. What is
 * packed is unpacked first. It is a stranger's, so this is done in a thread, with bounds.
 */
import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { BadArchive, unpack } from '../documents/zip.ts';
import { isSameValue } from '../domain/verification/compare-facts.ts';
import type { Compared } from '../domain/verification/types.ts';
import { imageHeader } from '../workspace/image-header.ts';
import { looksSame } from './compare-pixels.ts';

/** Bytes of what is unpacked. */
const MOST_UNPACKED = 64 * 1024 ** 2;
/** How a zip archive begins. */
const ZIP = 0x04034b50;
/** Of Office documents and the like: who saved it, and when. */
const OF_THE_MOMENT = new Set(['docProps/core.xml', 'docProps/app.xml']);
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;

export async function compareBytes(expected: Buffer, got: Buffer): Promise<Compared> {
  if (expected.equals(got)) return { result: 'same_bytes' };
  if (isGzip(expected) && isGzip(got))
    return unpacked(await compareBytes(gunzip(expected), gunzip(got)), 'unpacked');
  const [one, other] = [unzip(expected), unzip(got)];
  if (one !== null && other !== null) return await compareEntries(one, other);
  if (imageHeader(expected) !== null && imageHeader(got) !== null && !isText(expected))
    return await looksSame(expected, got);
  if (isText(expected) && isText(got)) return compareText(expected.toString('utf8'), got.toString('utf8'));
  return { result: 'differs', note: 'its bytes differ, and are no text, picture or archive' };
}

/** What is in it has the same bytes; it itself has other ones. */
function unpacked(inside: Compared, how: string): Compared {
  return inside.result === 'same_bytes'
    ? { result: 'same_value', note: `the same once it is ${how}` }
    : inside;
}

function isGzip(bytes: Buffer): boolean {
  return bytes.length > 18 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzip(bytes: Buffer): Buffer {
  return gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED });
}

/** The files of a zip archive such as a workbook or an .npz; null where it is none that can be unpacked. */
function unzip(bytes: Buffer): Map<string, Buffer> | null {
  if (bytes.length < 22 || bytes.readUInt32LE(0) !== ZIP) return null;
  try {
    return unpack(bytes, () => true, MOST_UNPACKED);
  } catch (error) {
    if (error instanceof BadArchive) return null;
    throw error;
  }
}

async function compareEntries(one: Map<string, Buffer>, other: Map<string, Buffer>): Promise<Compared> {
  const names = [...one.keys()].filter((name) => !OF_THE_MOMENT.has(name));
  if (
    names.some((name) => !other.has(name)) ||
    names.length !== [...other.keys()].filter((name) => !OF_THE_MOMENT.has(name)).length
  )
    return { result: 'differs', note: 'it holds other files' };
  for (const name of names) {
    const inside = await compareBytes(one.get(name) as Buffer, other.get(name) as Buffer);
    if (inside.result !== 'same_bytes' && inside.result !== 'same_value')
      return { result: inside.result, note: `${name} in it: ${inside.note ?? 'differs'}` };
  }
  return { result: 'same_value', note: 'the same once it is unpacked' };
}

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

function compareText(expected: string, got: string): Compared {
  const [numbers, others] = [expected.match(NUMBER) ?? [], got.match(NUMBER) ?? []];
  if (numbers.length !== others.length || expected.replace(NUMBER, '#') !== got.replace(NUMBER, '#'))
    return { result: 'differs', note: 'its text differs' };
  let apart = 0;
  for (const [index, text] of numbers.entries()) {
    const [a, b] = [Number(text), Number(others[index])];
    if (!isSameValue(a, b)) return { result: 'differs', note: `${text} became ${others[index]}` };
    if (a !== b) apart = Math.max(apart, Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)));
  }
  // Beyond the last digits of doubles it is said by how much.
  return {
    result: 'same_value',
    ...(apart > 1e-9 ? { note: `numbers differ by up to ${apart.toExponential(1)}` } : {}),
  };
}
