/** How kept bytes are made smaller (T4): zstd, or gzip where this Node has none; a row says which it was. */
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Encoding } from '../db/versions.ts';
import { LostBytes } from './lost-bytes.ts';

/** Where the first so many bytes do not become smaller by a tenth, none of the content are compressed. */
export const TRIED_BYTES = 64 * 1024;
const ENOUGH = 0.9;

/** Node has zstd from 22.15 on; before, gzip is what it has. */
const compressed: Exclude<Encoding, 'plain'> = 'zstdCompress' in zlib ? 'zstd' : 'gzip';
const FAST = { level: 1 };
export const compress = promisify(
  compressed === 'zstd'
    ? (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => zlib.zstdCompress(bytes, done)
    : (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => zlib.gzip(bytes, FAST, done),
);

/** A small content as it is stored, at once: it takes less time than to hand it to a thread. */
export function encoded(bytes: Buffer): { encoding: Encoding; stored: Buffer } {
  if (bytes.length > 0) {
    const small = compressed === 'zstd' ? zlib.zstdCompressSync(bytes) : zlib.gzipSync(bytes, FAST);
    if (small.length < bytes.length * ENOUGH) return { encoding: compressed, stored: small };
  }
  return { encoding: 'plain', stored: bytes };
}

/** How a content is stored that begins so. */
export async function encodingFor(first: Buffer): Promise<Encoding> {
  if (first.length === 0) return 'plain';
  return (await compress(first)).length < first.length * ENOUGH ? compressed : 'plain';
}

export function compressor(): Transform {
  return compressed === 'zstd' ? zlib.createZstdCompress() : zlib.createGzip(FAST);
}

/** @throws LostBytes where this Node cannot read them */
export function decompressor(encoding: Exclude<Encoding, 'plain'>): Transform {
  if (encoding === 'gzip') return zlib.createGunzip();
  if (compressed !== 'zstd')
    throw new LostBytes('these bytes are compressed by zstd: Node 22.15 or newer reads them');
  return zlib.createZstdDecompress();
}
