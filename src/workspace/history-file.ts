/** The chat history as a JSON file (F9): at every instant it is absent or one whole valid document (D8). */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './workspace-error.ts';

const TEMPORARY_END = '.tmp';

/** Path of a Work's history file in `dir` (`pa_data/chat_history`). */
export function historyFile(dir: string, workId: string): string {
  return join(dir, `${workId}.json`);
}

/**
 * Writes a Work's history document: to a new file, made durable, then renamed over the old one. The last rename
 * wins, so a writer that finds itself overtaken afterwards writes again (D8).
 */
export async function writeHistoryFile(dir: string, workId: string, document: unknown): Promise<void> {
  await mkdir(dir, { recursive: true });
  const temporary = join(dir, `.${workId}.${randomUUID()}${TEMPORARY_END}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(document));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, historyFile(dir, workId));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Removes a Work's history file, and what writers that were killed left of it. */
export async function removeHistoryFile(dir: string, workId: string): Promise<void> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const left = names.filter((name) => name.startsWith(`.${workId}.`) && name.endsWith(TEMPORARY_END));
  for (const name of [`${workId}.json`, ...left]) {
    await unlink(join(dir, name)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}
