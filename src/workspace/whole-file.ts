/** A file of ours that is at every instant absent or whole (D8): written beside itself, made durable, then renamed. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { unlessMissing } from '../system-error.ts';

const TEMPORARY_END = '.tmp';

/** Writes `name` in `dir`, which is made where it is missing. The last rename wins. */
export async function writeWholeFile(dir: string, name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const temporary = join(dir, `.${parse(name).name}.${randomUUID()}${TEMPORARY_END}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(dir, name));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Removes the file, and what writers that were killed left of it. */
export async function removeWholeFile(dir: string, name: string): Promise<void> {
  const names = await listFolder(dir);
  const left = names.filter(
    (other) => other.startsWith(`.${parse(name).name}.`) && other.endsWith(TEMPORARY_END),
  );
  for (const file of [name, ...left]) {
    await unlessMissing(unlink(join(dir, file)));
  }
}

/** The names in a folder; none where there is no such folder. */
export async function listFolder(dir: string): Promise<string[]> {
  return (await unlessMissing(readdir(dir))) ?? [];
}
