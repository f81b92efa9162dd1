/**
 * The bytes of old versions (T4), under PA_DATA/history/<work>, compressed where that helps: each content once, in a file of
 * its own, or with others where it is small (packs.ts). Each writing makes a file of its own name, which rows then name, so
 * that no two writers, and nobody who clears up, can take a file away from another. What a crash leaves is a file without a
 * row.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Blob, BlobFile, Encoding, StoredBlob } from '../db/versions.ts';
import { unlessMissing } from '../system-error.ts';
import { type OpenFile, pieces } from '../workspace/regular-file.ts';
import { listFolder } from '../workspace/whole-file.ts';
import { compress, compressor, decompressor, encodingFor, TRIED_BYTES } from './encodings.ts';
import { LostBytes } from './lost-bytes.ts';
import { BEGUN, historyFolder, placeOf, writeInPlace } from './store-files.ts';

/** Up to this size a file is read and compressed in one piece. */
const WHOLE_BYTES = 4 * 1024 ** 2;

/**
 * Stores what an open file holds, if it holds `size` bytes, in a file of its own: complete and durable when this returns.
 * Null where the file changed while it was read. The hash is that of the bytes that were stored.
 */
export async function storeBlob(folder: string, { handle, stats }: OpenFile): Promise<Blob | null> {
  const size = Number(stats.size);
  const file = randomUUID();
  let blob: Blob | null = null;
  await writeInPlace(folder, file, async (target) => {
    const written = await (size <= WHOLE_BYTES ? writeAtOnce : writeInPieces)(target, handle, size);
    const now = await handle.stat({ bigint: true });
    const isSame = now.size === stats.size && now.mtimeNs === stats.mtimeNs && now.ctimeNs === stats.ctimeNs;
    if (!isSame || written.size !== size) return null;
    blob = { ...written, file, at: null, stored: Number((await target.stat()).size) };
    return placeOf(folder, blob);
  });
  return blob;
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

/**
 * The bytes of a blob. The stream fails with LostBytes where they are not those that were stored.
 * @throws LostBytes where the file is gone
 */
export async function openBlob(folder: string, blob: StoredBlob): Promise<Readable> {
  const { at, stored, encoding } = blob;
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
  const through = encoding === 'plain' ? [] : [decompressor(encoding)];
  for (const stage of through)
    stage.once('error', () =>
      checked.destroy(new LostBytes(`the kept bytes of ${blob.sha256} cannot be read`)),
    );
  // `end` is the last byte, which nothing does not have.
  const part = at === null ? {} : { start: at, end: at + stored - 1 };
  const source = stored === 0 ? Readable.from([]) : createReadStream(place, part);
  // What fails is told by the stream that is read.
  pipeline([source, ...through, checked]).catch(() => undefined);
  return checked;
}

/** Removes files of the store; those that are gone already are no trouble. */
export async function removeBlobs(folder: string, blobs: readonly BlobFile[]): Promise<void> {
  const places = new Set(blobs.map((blob) => placeOf(folder, blob)));
  for (const place of places) await unlessMissing(unlink(place));
}

/** Removes all that a Work's history has. */
export async function removeHistory(dataDir: string, workId: string): Promise<void> {
  await rm(historyFolder(dataDir, workId), { recursive: true, force: true });
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
