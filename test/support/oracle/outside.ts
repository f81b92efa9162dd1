/** What the world outside Postgres shows of an idle Work: its history file and its workflow (D8, R2). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Database } from '../../../src/db/database.ts';
import { readSnapshot } from '../../../src/db/snapshot.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Message } from '../../../src/domain/messages.ts';
import { workflowIdOf } from '../../../src/domain/work-names.ts';
import { ofKind } from '../works.ts';
import { EVERYTHING, firstDifference } from './rows.ts';
import { same } from './same.ts';

/** D8: the file is valid JSON and shows the stored messages, at least to the end of the last turn. */
export async function brokenInHistory(
  db: Database,
  { workId, dataDir }: { workId: string; dataDir: string },
  events: LogEvent[],
): Promise<string[]> {
  const end = ofKind(events, 'turn.completed').at(-1)?.seq;
  if (end === undefined) return [];
  const file = path.join(dataDir, 'chat_history', `${workId}.json`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => String(error));
  if (!text.startsWith('{')) return [`D8: no history file: ${text}`];
  const document = JSON.parse(text) as { workId: string; version: number; seq: number; messages: Message[] };
  const problems: string[] = [];
  if (document.workId !== workId || document.version !== 1)
    problems.push('D8: the history file is of another');
  if (document.seq < end || document.seq > events.length) {
    problems.push(`D8: the history file shows event ${document.seq}; the last turn ended at ${end}`);
  }
  const snapshot = await readSnapshot(db, workId, EVERYTHING);
  if (!same(document.messages, snapshot?.messages)) {
    problems.push(`D8: the history file differs:\n${firstDifference(document.messages, snapshot?.messages)}`);
  }
  const { history_seq } = await db
    .selectFrom('works')
    .select('history_seq')
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  if (history_seq !== document.seq) problems.push(`D8: history_seq is ${history_seq}, not ${document.seq}`);
  return problems;
}

/**
 * The workflow waits for its next message; that of an archived Work has ended. One that is lost is none that is needed
 * while the Work is idle (R2).
 */
export async function brokenInTemporal(db: Database, client: Client, workId: string): Promise<string[]> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowIdOf(workId)).describe();
    const activities = raw.pendingActivities?.map(({ activityType }) => activityType?.name) ?? [];
    const wanted = (await isArchived(db, workId)) ? 'COMPLETED' : 'RUNNING';
    const children = raw.pendingChildren?.length ?? 0;
    return [
      ...(status.name === wanted ? [] : [`R2: the workflow is ${status.name}, not ${wanted}`]),
      ...activities.map((name) => `D1: the workflow of an idle Work still waits for ${name}`),
      ...(children === 0 ? [] : [`D1: the workflow of an idle Work still has ${children} children`]),
    ];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}

async function isArchived(db: Database, workId: string): Promise<boolean> {
  const { archived_at, updated_at } = await db
    .selectFrom('works')
    .select(['archived_at', 'updated_at'])
    .where('id', '=', workId)
    .executeTakeFirstOrThrow();
  return archived_at !== null && archived_at >= updated_at;
}
