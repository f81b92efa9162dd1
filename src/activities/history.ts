/** Keeps pa_data/chat_history/{work_id}.json equal to the stored messages (F9, D8). */

import type { Database } from '../db/database.ts';
import { readSnapshot } from '../db/snapshot.ts';
import type { Message } from '../domain/messages.ts';
import { codeOf } from '../system-error.ts';
import { removeHistoryFile, writeHistoryFile } from '../workspace/history-file.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** The history document, as `GET /api/chat/work/{id}/history` gives it. */
export interface HistoryDocument {
  workId: string;
  version: 1;
  /** The last event that the messages show. */
  seq: number;
  messages: Message[];
}

/** What a disk says that is full or broken. */
const DISK_TROUBLE = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/**
 * Writes the history file at a turn's end. A disk that takes nothing now keeps no Work from its next turn: the
 * sweeper writes the file when it can.
 */
export async function historyAtTurnsEnd(deps: ActivityDependencies, workId: string): Promise<void> {
  try {
    await updateHistory(deps.db, deps.historyDir, workId);
  } catch (err) {
    if (!DISK_TROUBLE.includes(codeOf(err) ?? '')) throw err;
    deps.log.warn({ workId, err }, 'the history file could not be written; it is tried again');
  }
}

/**
 * Writes the history file as of now. A writer that was overtaken (its rename came after that of a newer one)
 * writes again, so that the newest stands whatever the order; one whose Work was deleted meanwhile removes what it
 * wrote, for whoever deletes may have passed by before.
 */
export async function updateHistory(db: Database, historyDir: string, workId: string): Promise<void> {
  for (;;) {
    const snapshot = await readSnapshot(db, workId, Number.MAX_SAFE_INTEGER);
    if (snapshot === undefined) return;
    const document: HistoryDocument = {
      workId,
      version: 1,
      seq: snapshot.seq,
      messages: snapshot.messages,
    };
    await writeHistoryFile(historyDir, workId, document);
    const shown = await db
      .updateTable('works')
      .set((set) => ({
        history_seq: set.fn<number>('greatest', ['history_seq', set.val(snapshot.seq)]),
      }))
      .where('id', '=', workId)
      .where('deleted_at', 'is', null)
      .returning('history_seq')
      .executeTakeFirst();
    if (shown === undefined) {
      await removeHistoryFile(historyDir, workId);
      return;
    }
    if (shown.history_seq <= snapshot.seq) return;
  }
}
