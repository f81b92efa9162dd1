/** The conversation as a model is shown it: the newest summary, and the messages that it does not stand for. */
import { sql } from 'kysely';
import type { Message, Usage } from '../domain/messages.ts';
import type { Database } from './database.ts';
import { type MessageRow, withCalls } from './messages.ts';
import { storableJson, storableText } from './storable.ts';
import type { TurnTool } from './tool-servers.ts';

export interface StoredSummary {
  text: string;
  /** The last message that it stands for. */
  throughMessageId: string;
  /** Paths of the files that came with the messages it stands for. */
  attachments: string[];
  /** The claim of the step that had it made. */
  stepKey: string;
  /** What was still planned as it was stored, in words (H3); null: nothing. */
  plan: string | null;
}

/** A message, with what has to go back to the model that gave it (M8). */
export type ContextMessage = Message & { returned?: ReturnedItems };

/** As the model handler gave it. */
export interface ReturnedItems {
  endpoint: string;
  model: string;
  message?: Record<string, unknown>;
  calls?: (Record<string, unknown> | null)[];
  output?: Record<string, unknown>[];
}

/** What a turn began with: a text, and tools of people's servers. */
export interface Opening {
  text: string;
  tools: TurnTool[];
}

export interface StoredContext {
  summary: StoredSummary | undefined;
  /** What each turn began with, as far as its beginning is part of the conversation. */
  openings: ReadonlyMap<number, Opening>;
  /** Oldest first: the person's first message, those of theirs in the running turn, and what follows the summary. */
  conversation: ContextMessage[];
}

/** What one agent's model is to be told, in one statement (and one for the calls): see read_context in functions/context.sql. */
export async function readContext(db: Database, workId: string, agent: string): Promise<StoredContext> {
  const { rows } = await sql<
    MessageRow & {
      summary: StoredSummary | null;
      returned: ReturnedItems | null;
      opening: string | null;
      openingTurn: number | null;
      tools: TurnTool[] | null;
    }
  >`
    select c.*, r.items as returned, o.text as opening, o.turn as "openingTurn", o.tools
    from read_context(${workId}::uuid, ${agent}::text) with ordinality c
    left join answer_returns r on r.work_id = ${workId}::uuid and r.message_id = c.id
    left join openings o on o.work_id = ${workId}::uuid and o.agent = ${agent}::text
      and case when ${agent}::text = 'main' then c.role = 'user' and o.turn = c.turn else c.ordinality = 1 end
    order by c.ordinality`.execute(db);
  const messages = await withCalls(db, workId, rows);
  const openings = new Map<number, Opening>();
  for (const { openingTurn, opening, tools } of rows) {
    if (openingTurn !== null && opening !== null)
      openings.set(openingTurn, { text: opening, tools: tools ?? [] });
  }
  return {
    summary: rows[0]?.summary ?? undefined,
    openings,
    conversation: messages.map((message, at) => {
      const returned = rows[at]?.returned;
      return returned ? { ...message, returned } : message;
    }),
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
): Promise<{ kind: 'fenced' } | { kind: 'stored'; text: string; plan: string | null; stop: boolean }> {
  const { rows } = await sql<{
    answer: { kind: 'fenced' } | { kind: 'stored'; text: string; plan: string | null; stop: boolean };
  }>`
    select store_summary(${summary.workId}::uuid, ${summary.key}::text, ${summary.attempt}::integer,
      ${summary.agent}::text, ${summary.throughMessageId}::uuid, ${storableText(summary.text)}::text,
      ${storableJson(summary.attachments)}::jsonb, ${storableJson(summary.usage)}::jsonb,
      ${summary.tokensBefore}::integer, ${summary.tokensAfter}::integer) as answer`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error('store_summary gave no row');
  return row.answer;
}
