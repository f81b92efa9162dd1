/** The files of a Work's history (T4): where each lies, and how one gets there whole. */
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobFile } from '../db/versions.ts';
import { unlessMissing } from '../system-error.ts';

/** What the name of a file ends in that is being written. */
export const BEGUN = '.tmp';

export function historyFolder(dataDir: string, workId: string): string {
  return join(dataDir, 'history', workId);
}

export function placeOf(folder: string, { sha256, file, at }: BlobFile): string {
  return at === null
    ? join(folder, sha256.slice(0, 2), `${sha256}.${file}`)
    : join(folder, 'packs', `pack.${file}`);
}

/**
 * Writes a file beside its place, makes it durable, and renames it to the place that `write` gives; none is written where
 * that is null. The name itself is durable after `syncFolders`.
 */
export async function writeInPlace(
  folder: string,
  file: string,
  write: (target: FileHandle) => Promise<string | null>,
): Promise<void> {
  const temporary = join(folder, file + BEGUN);
  const target = await openIn(folder, temporary);
  try {
    let place: string | null;
    try {
      place = await write(target);
      if (place !== null) await target.sync();
    } finally {
      await target.close();
    }
    if (place === null) await unlink(temporary);
    else await renameInto(temporary, place);
  } catch (error) {
    await unlessMissing(unlink(temporary));
    throw error;
  }
}

async function openIn(folder: string, file: string): Promise<FileHandle> {
  const opened = await unlessMissing(open(file, 'wx', 0o600));
  if (opened !== undefined) return opened;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return await open(file, 'wx', 0o600);
}

async function renameInto(temporary: string, place: string): Promise<void> {
  const done = await unlessMissing(rename(temporary, place).then(() => true));
  if (done) return;
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await rename(temporary, place);
}

/** Makes the names of these files durable: each folder that has some once, and those that lead to it. */
export async function syncFolders(folder: string, blobs: readonly BlobFile[]): Promise<void> {
  if (blobs.length === 0) return;
  const folders = new Set(blobs.map((blob) => dirname(placeOf(folder, blob))));
  // At once: what waits for the disk at the same time is written together.
  await Promise.all([...folders, folder, dirname(folder)].map(syncFolder));
}

async function syncFolder(name: string): Promise<void> {
  const opened = await open(name, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
