/** Keeps pa_data/chat_history/{work_id}.json equal to the stored messages (F9, D8). */

import { sql } from 'kysely';
import type { Database } from '../../db/database.ts';
import { readSnapshot } from '../../db/snapshot.ts';
import type { Message } from '../../domain/messages.ts';
import { removeHistoryFile, writeHistoryFile } from '../../workspace/history-file.ts';
import type { Log } from '../log.ts';

/** The history document, as `GET /api/chat/work/{id}/history` gives it. */
export interface HistoryDocument {
  workId: string;
  version: 1;
  /** The last event that the messages show. */
  seq: number;
  messages: Message[];
}

export interface HistoryFiles {
  /** A turn has just ended: its Work's file is written in the background. */
  turnEnded(workId: string): void;
  /** Writes the file where it shows less than was said; one after the other, however many ask at once. */
  write(workId: string): Promise<void>;
  /** Resolves when all that was asked for has been written, or could not be. */
  settled(): Promise<void>;
}

/** What could not be written, or whose writer died, is written by a job later (jobs/worker-jobs.ts). */
export function createHistoryFiles({
  db,
  dir,
  log,
}: {
  db: Database;
  dir: string;
  log: Pick<Log, 'warn'>;
}): HistoryFiles {
  /** The last that was asked for each Work. */
  const writing = new Map<string, Promise<void>>();

  async function write(workId: string): Promise<void> {
    const before = writing.get(workId);
    const mine = (async () => {
      await before?.catch(() => {}); // whoever asked for it is told
      if (await isBehind(db, workId)) await updateHistory(db, dir, workId);
    })();
    writing.set(workId, mine);
    await mine.finally(() => {
      if (writing.get(workId) === mine) writing.delete(workId);
    });
  }

  return {
    turnEnded(workId) {
      write(workId).catch((err: unknown) =>
        log.warn({ workId, err }, 'the history file could not be written; it is tried again'),
      );
    },
    write,
    async settled() {
      await Promise.allSettled(writing.values());
    },
  };
}

/** Whether the file shows less than the end of the last turn, or than what a person took back since. */
async function isBehind(db: Database, workId: string): Promise<boolean> {
  const row = await db
    .selectFrom('works')
    .select('id')
    .where('id', '=', workId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`greatest(ended_seq, revised_seq) > history_seq`)
    .executeTakeFirst();
  return row !== undefined;
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
