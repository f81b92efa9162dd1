/** Writing a file whole or not at all: a temporary file beside it, then a rename. */
import { createHash, randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  constants,
  linkSync,
  lstatSync,
  type PathLike,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { parse } from 'node:path';
import type { FileChange } from '../domain/messages.ts';
import { codeOf } from '../system-error.ts';
import type { Directory, Owner } from './directory.ts';
import { type HashFile, openRegular } from './regular-file.ts';
import { TEMPORARY } from './relative-path.ts';
import { quote, WorkspaceError } from './workspace-error.ts';

export type Content = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** SHA-256 that the file must have now, or null when it must not exist; absent: whatever is there is replaced. */
  ifMatch?: string | null;
  /**
   * A file that has the name keeps it, and this one gets the next that is free: `data (2).csv`. Where one of them holds
   * the same bytes that is the file, for whoever does not know that an upload arrived sends it again. Goes without
   * `ifMatch`.
   */
  besideOthers?: boolean;
  /**
   * Awaited once the content, so many bytes, is on the disk; where it throws, the file stays as it is. Between its
   * end and the replacement nothing else of this process runs.
   */
  beforeReplace?: (size: number) => Promise<void>;
  /** More content than this many bytes is refused, and nothing is written. */
  maxBytes?: number;
  /** Of whoever writes, for the temporary file's name; else it has one of its own. */
  temporaryId?: string;
  /** Pieces of nothing but zeros become holes, as they were in the file that is copied. */
  sparse?: boolean;
}

/** What a successful write did; size and hash are those of the new content. */
export type Written = Required<FileChange> & { change: 'added' | 'changed' };

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** The name that a file has while it is being written. */
export function temporaryName(id: string): string {
  return TEMPORARY + id;
}

/** Content as it is written, part after part. */
export function asParts(content: Content): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/** Writes `content` as `name` into an open folder. A link or FIFO of that name is replaced, never followed. */
export async function writeInto(
  directory: Directory,
  name: string,
  path: string,
  content: Content,
  options: WriteOptions & { owner: Owner | undefined; hashOf: HashFile },
): Promise<Written> {
  const expected = await expectedState(directory, name, path, options);
  const temporary = directory.entry(temporaryName(options.temporaryId ?? randomUUID()));
  const handle = await open(temporary, CREATE, 0o600);
  try {
    const { size, sha256 } = await fill(handle, path, content, options);
    await options.beforeReplace?.(size);
    // From here to the rename nothing else of this process runs, so the file that was checked is the one replaced.
    const now = lstatSync(directory.entry(name), { bigint: true, throwIfNoEntry: false });
    if (now?.isDirectory() && !options.besideOthers)
      throw new WorkspaceError('is_directory', path, `${quote(path)} is a folder.`);
    if (expected !== undefined && !sameState(expected, now)) throw changed(path);
    if (options.besideOthers) {
      const taken = await takeName(directory, temporary, name, { size, sha256, hashOf: options.hashOf });
      await unlink(temporary);
      return { path: path.slice(0, path.length - name.length) + taken, size, sha256, change: 'added' };
    }
    renameSync(temporary, directory.entry(name));
    return { path, size, sha256, change: now === undefined ? 'added' : 'changed' };
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
}

/** Removes `name` from an open folder where it is a file that holds `ifMatch`, by its hash, up to the end. */
export async function removeIfSame(
  directory: Directory,
  name: string,
  path: string,
  options: { ifMatch: string; beforeRemove: () => Promise<void>; hashOf: HashFile },
): Promise<void> {
  const expected = await expectedState(directory, name, path, options);
  await options.beforeRemove();
  // As in writeInto: from here on nothing else of this process runs.
  const now = lstatSync(directory.entry(name), { bigint: true, throwIfNoEntry: false });
  if (expected === undefined || !sameState(expected, now)) throw changed(path);
  unlinkSync(directory.entry(name));
}

/** Names that are tried: who has more files of one name than this has them by mistake. */
const MOST_NAMES = 1_000;

interface Bytes {
  size: number;
  sha256: string;
  hashOf: HashFile;
}

/**
 * Gives the finished file the first name that no other has, or finds the one that a file of the same bytes has, and tells
 * which. A link is refused where the name is taken, whoever takes it in that moment; a rename would replace what is there.
 */
async function takeName(
  directory: Directory,
  temporary: PathLike,
  name: string,
  bytes: Bytes,
): Promise<string> {
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const wanted = number === 1 ? name : numbered(name, number);
    try {
      linkSync(temporary, directory.entry(wanted));
      return wanted;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    if (await holds(directory, wanted, bytes)) return wanted;
  }
  throw new WorkspaceError(
    'changed',
    name,
    `There are ${MOST_NAMES} files named like ${quote(name)} already.`,
  );
}

/** Whether what has that name is a file of these bytes. */
async function holds(directory: Directory, name: string, { size, sha256, hashOf }: Bytes): Promise<boolean> {
  let file: Awaited<ReturnType<typeof openRegular>>;
  try {
    file = await openRegular(directory, name, name);
  } catch (error) {
    // A folder or a link; or gone meanwhile, and then the next name is as good.
    if (error instanceof WorkspaceError || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    return file.stats.size === BigInt(size) && (await hashOf(file)) === sha256;
  } finally {
    await file.handle.close();
  }
}

/** The name with a number before its ending. */
function numbered(name: string, number: number): string {
  const { name: stem, ext } = parse(name);
  return `${stem} (${number})${ext}`;
}

/** The state that `ifMatch` allows (null: absent), or undefined where any is. */
async function expectedState(
  directory: Directory,
  name: string,
  path: string,
  { ifMatch, hashOf }: Pick<WriteOptions, 'ifMatch'> & { hashOf: HashFile },
): Promise<BigIntStats | null | undefined> {
  if (ifMatch === undefined || ifMatch === null) return ifMatch;
  let file: Awaited<ReturnType<typeof openRegular>>;
  try {
    file = await openRegular(directory, name, path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw changed(path);
    throw error;
  }
  try {
    if ((await hashOf(file)) !== ifMatch) throw changed(path);
    return file.stats;
  } finally {
    await file.handle.close();
  }
}

function sameState(expected: BigIntStats | null, now: BigIntStats | undefined): boolean {
  if (expected === null || now === undefined) return expected === null && now === undefined;
  return expected.ino === now.ino && expected.ctimeNs === now.ctimeNs && expected.size === now.size;
}

function changed(path: string): WorkspaceError {
  return new WorkspaceError('changed', path, `${quote(path)} was changed in the meantime.`);
}

async function fill(
  handle: FileHandle,
  path: string,
  content: Content,
  { maxBytes = Number.POSITIVE_INFINITY, sparse = false, owner }: WriteOptions & { owner: Owner | undefined },
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const part of asParts(content)) {
      size += part.byteLength;
      if (size > maxBytes) {
        throw new WorkspaceError('too_large', path, `${quote(path)} would be over ${maxBytes} bytes.`);
      }
      hash.update(part);
      if (!sparse || !isZeros(part)) await writeAll(handle, part, size - part.byteLength);
    }
    if (sparse) await handle.truncate(size);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { size, sha256: hash.digest('hex') };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await handle.write(bytes, at, undefined, position + at)).bytesWritten;
  }
}

/** Compares with itself, one byte on: the system's comparison is many times faster than a loop. */
function isZeros(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0 || bytes[0] !== 0) return false;
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(buffer, byteOffset, byteLength - 1).equals(
    Buffer.from(buffer, byteOffset + 1, byteLength - 1),
  );
}
