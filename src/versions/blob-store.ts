/**
 * The bytes of old versions (T4), under PA_DATA/history/<work>: one file for each content, compressed where that helps.
 * Each writing makes a file of its own name, which a row then names, so that no two writers, and nobody who clears up,
 * can take a file away from another. What a crash leaves is a file without a row.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Blob, BlobFile, Encoding } from '../db/versions.ts';
import { unlessMissing } from '../system-error.ts';
import { type OpenFile, pieces } from '../workspace/regular-file.ts';
import { listFolder } from '../workspace/whole-file.ts';

/** Up to this size a file is read and compressed in one piece. */
const WHOLE_BYTES = 4 * 1024 ** 2;
/** Where the first so many bytes do not become smaller by a tenth, none of the file are compressed. */
const TRIED_BYTES = 64 * 1024;
const BEGUN = '.tmp';

/** Node has zstd from 22.15 on; before, gzip is what it has. A row says which it was. */
const compressed: Exclude<Encoding, 'plain'> = 'zstdCompress' in zlib ? 'zstd' : 'gzip';
const FAST = { level: 1 };
const compress = promisify(
  compressed === 'zstd'
    ? (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => zlib.zstdCompress(bytes, done)
    : (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => zlib.gzip(bytes, FAST, done),
);

export function historyFolder(dataDir: string, workId: string): string {
  return join(dataDir, 'history', workId);
}

/**
 * Stores what an open file holds, if it holds `size` bytes: complete and durable when this returns. Null where the file
 * changed while it was read. The hash is that of the bytes that were stored.
 */
export async function storeBlob(folder: string, { handle, stats }: OpenFile): Promise<Blob | null> {
  const size = Number(stats.size);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = randomUUID();
  const temporary = join(folder, file + BEGUN);
  const target = await open(temporary, 'wx', 0o600);
  let blob: Blob;
  try {
    try {
      const written = await (size <= WHOLE_BYTES ? writeAtOnce : writeInPieces)(target, handle, size);
      await target.sync();
      const now = await handle.stat({ bigint: true });
      const isSame =
        now.size === stats.size && now.mtimeNs === stats.mtimeNs && now.ctimeNs === stats.ctimeNs;
      if (!isSame || written.size !== size) {
        await unlink(temporary);
        return null;
      }
      blob = { ...written, file, stored: Number((await target.stat()).size) };
    } finally {
      await target.close();
    }
    const place = placeOf(folder, blob);
    await mkdir(join(place, '..'), { recursive: true, mode: 0o700 });
    await rename(temporary, place);
    return blob;
  } catch (error) {
    await unlessMissing(unlink(temporary));
    throw error;
  }
}

type Written = Pick<Blob, 'sha256' | 'size' | 'encoding'>;

async function writeAtOnce(target: FileHandle, source: FileHandle, size: number): Promise<Written> {
  const parts: Buffer[] = [];
  for await (const piece of pieces(source, 0, size)) parts.push(piece);
  const bytes = Buffer.concat(parts);
  const encoding = await encodingFor(bytes.subarray(0, TRIED_BYTES));
  await target.writeFile(encoding === 'plain' ? bytes : await compress(bytes));
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, encoding };
}

async function writeInPieces(target: FileHandle, source: FileHandle, size: number): Promise<Written> {
  let encoding: Encoding | undefined;
  for await (const piece of pieces(source, 0, TRIED_BYTES)) encoding ??= await encodingFor(piece);
  const hash = createHash('sha256');
  let read = 0;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const piece of pieces(source, 0, size)) {
      hash.update(piece);
      read += piece.length;
      yield piece;
    }
  }
  const write = async (parts: AsyncIterable<Uint8Array>) => {
    for await (const part of parts) await target.writeFile(part);
  };
  if (encoding === 'plain') await write(hashed());
  else await pipeline(Readable.from(hashed()), compressor(), write);
  return { sha256: hash.digest('hex'), size: read, encoding: encoding ?? 'plain' };
}

function compressor(): Transform {
  return compressed === 'zstd' ? zlib.createZstdCompress() : zlib.createGzip(FAST);
}

async function encodingFor(first: Buffer): Promise<Encoding> {
  if (first.length === 0) return 'plain';
  return (await compress(first)).length < first.length * 0.9 ? compressed : 'plain';
}

/** Bytes that a row names are not on the disk any more, or are others, or this Node cannot read them. */
export class LostBytes extends Error {
  override readonly name = 'LostBytes';
}

/**
 * The bytes of a blob. The stream fails with LostBytes where they are not those that were stored.
 * @throws LostBytes where the file is gone
 */
export async function openBlob(
  folder: string,
  blob: Pick<Blob, 'sha256' | 'file' | 'encoding'>,
): Promise<Readable> {
  const place = placeOf(folder, blob);
  if ((await unlessMissing(stat(place))) === undefined)
    throw new LostBytes(`the kept bytes of ${blob.sha256} are gone`);
  const hash = createHash('sha256');
  const checked = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
    flush(done) {
      const isWhole = hash.digest('hex') === blob.sha256;
      done(isWhole ? null : new LostBytes(`the kept bytes of ${blob.sha256} were changed on the disk`));
    },
  });
  const through = blob.encoding === 'plain' ? [] : [decompressor(blob.encoding)];
  // What fails is told by the stream that is read.
  pipeline([createReadStream(place), ...through, checked]).catch(() => undefined);
  return checked;
}

function decompressor(encoding: Exclude<Encoding, 'plain'>): Transform {
  if (encoding === 'gzip') return zlib.createGunzip();
  if (compressed !== 'zstd')
    throw new LostBytes('these bytes are compressed by zstd: Node 22.15 or newer reads them');
  return zlib.createZstdDecompress();
}

/** Removes files of the store; those that are gone already are no trouble. */
export async function removeBlobs(folder: string, blobs: readonly BlobFile[]): Promise<void> {
  for (const blob of blobs) await unlessMissing(unlink(placeOf(folder, blob)));
}

/** Removes all that a Work's history has. */
export async function removeHistory(dataDir: string, workId: string): Promise<void> {
  await rm(historyFolder(dataDir, workId), { recursive: true, force: true });
}

function placeOf(folder: string, { sha256, file }: BlobFile): string {
  return join(folder, sha256.slice(0, 2), `${sha256}.${file}`);
}

/** A file of the store, or one that was begun, that is older than this may have been left. */
export const LEFT_MS = 3_600_000;

/**
 * Removes what writers that were killed left in a store: files that were begun long ago, and old ones that no row names.
 * `unnamed` tells which of so many files have none.
 */
export async function sweepBlobs(
  folder: string,
  unnamed: (files: string[]) => Promise<Set<string>>,
  now = Date.now(),
): Promise<number> {
  let removed = 0;
  for (const name of await listFolder(folder)) {
    const inside = name.endsWith(BEGUN) ? [''] : await listFolder(join(folder, name));
    const old: { place: string; file: string }[] = [];
    for (const entry of inside) {
      const place = join(folder, name, entry);
      const seen = await unlessMissing(stat(place));
      if (seen === undefined || now - seen.ctimeMs < LEFT_MS) continue;
      old.push({ place, file: entry.slice(entry.indexOf('.') + 1) });
    }
    const isBegun = name.endsWith(BEGUN);
    const left = isBegun ? new Set(old.map(({ file }) => file)) : await unnamed(old.map(({ file }) => file));
    for (const { place } of old.filter(({ file }) => left.has(file))) {
      await unlessMissing(unlink(place));
      removed += 1;
    }
  }
  return removed;
}
