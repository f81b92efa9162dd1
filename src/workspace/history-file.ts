/** The chat history as a JSON file (F9): at every instant it is absent or one whole valid document (D8). */
import { join } from 'node:path';
import { removeWholeFile, writeWholeFile } from './whole-file.ts';

/** Path of a Work's history file in `dir` (`pa_data/chat_history`). */
export function historyFile(dir: string, workId: string): string {
  return join(dir, nameOf(workId));
}

/** Writes a Work's history document. A writer that finds itself overtaken afterwards writes again (D8). */
export async function writeHistoryFile(dir: string, workId: string, document: unknown): Promise<void> {
  await writeWholeFile(dir, nameOf(workId), JSON.stringify(document));
}

/** Removes a Work's history file, and what writers that were killed left of it. */
export async function removeHistoryFile(dir: string, workId: string): Promise<void> {
  await removeWholeFile(dir, nameOf(workId));
}

function nameOf(workId: string): string {
  return `${workId}.json`;
}
