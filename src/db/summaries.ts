/** The conversation as a model is shown it: the newest summary, and the messages that it does not stand for. */
import { sql } from 'kysely';
import type { Message, Usage } from '../domain/messages.ts';
import type { Database } from './database.ts';
import { type MessageRow, withCalls } from './messages.ts';
import { storableJson, storableText } from './storable.ts';

export interface StoredSummary {
  text: string;
  /** The last message that it stands for. */
  throughMessageId: string;
  /** Paths of the files that came with the messages it stands for. */
  attachments: string[];
  /** The claim of the step that had it made. */
  stepKey: string;
}

export interface StoredContext {
  summary: StoredSummary | undefined;
  /** Oldest first: the person's first message, those of theirs in the running turn, and what follows the summary. */
  conversation: Message[];
}

/** What one agent's model is to be told, in one statement (and one for the calls): see read_context in migrations/. */
export async function readContext(db: Database, workId: string, agent: string): Promise<StoredContext> {
  const { rows } = await sql<MessageRow & { summary: StoredSummary | null }>`
    select * from read_context(${workId}::uuid, ${agent}::text)`.execute(db);
  return {
    summary: rows[0]?.summary ?? undefined,
    conversation: await withCalls(db, workId, rows),
  };
}

/**
 * Stores a summary with its event and its cost, under the claim of the step that needed it. Where an earlier one
 * stands for the same messages, that one counts, and nothing is stored.
 */
export async function storeSummary(
  db: Database,
  summary: {
    workId: string;
    agent: string;
    /** The step's claim. */
    key: string;
    attempt: number;
    throughMessageId: string;
    text: string;
    attachments: string[];
    usage: Usage;
    tokensBefore: number;
    tokensAfter: number;
  },
): Promise<{ kind: 'fenced' } | { kind: 'stored'; text: string; stop: boolean }> {
  const { rows } = await sql<{
    answer: { kind: 'fenced' } | { kind: 'stored'; text: string; stop: boolean };
  }>`
    select store_summary(${summary.workId}::uuid, ${summary.key}::text, ${summary.attempt}::integer,
      ${summary.agent}::text, ${summary.throughMessageId}::uuid, ${storableText(summary.text)}::text,
      ${storableJson(summary.attachments)}::jsonb, ${storableJson(summary.usage)}::jsonb,
      ${summary.tokensBefore}::integer, ${summary.tokensAfter}::integer) as answer`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('store_summary gave no row');
  return row.answer;
}
