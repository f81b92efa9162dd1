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

/**
 * What one agent's model is to be told, in one statement (and one for the calls) whose cost depends on what follows
 * the summary, not on what it stands for. A code agent has no user's words.
 */
export async function readContext(db: Database, workId: string, agent: string): Promise<StoredContext> {
  const columns = sql`m.id, m.turn, m.role, m.agent, m.status, m.parts, m.usage, m.attachments, m.delivery,
    m.created_at, m.position`;
  const { rows } = await sql<MessageRow & { summary: StoredSummary | null }>`
    with newest as materialized (
      select m.position, jsonb_build_object('text', s.text, 'throughMessageId', s.through_message_id,
        'attachments', s.attachments, 'stepKey', s.step_key) as summary
      from summaries s join messages m on m.work_id = s.work_id and m.id = s.through_message_id
      where s.work_id = ${workId}::uuid and s.agent = ${agent}::text and not m.rewound
      order by m.position desc limit 1
    ), kept as (
      select ${columns} from messages m
      where m.work_id = ${workId}::uuid and not m.rewound
        and m.position > coalesce((select position from newest), -1)
        and (m.agent = ${agent}::text or (m.role = 'user' and ${agent}::text = 'main'))
      union
      (select ${columns} from messages m
       where m.work_id = ${workId}::uuid and not m.rewound and m.position <= (select position from newest)
         and m.role = 'user' and ${agent}::text = 'main'
       order by m.position limit 1)
      union
      select ${columns} from messages m
      where m.work_id = ${workId}::uuid and not m.rewound and m.position <= (select position from newest)
        and m.position >= (select t.first_seq from works w join turns t on t.work_id = w.id and t.turn = w.running_turn
                           where w.id = ${workId}::uuid)
        and m.role = 'user' and ${agent}::text = 'main'
    )
    select id, turn, role, agent, status, parts, usage, attachments, delivery,
      iso_time(created_at) as "createdAt",
      case when row_number() over (order by position) = 1 then (select summary from newest) end as summary
    from kept order by position`.execute(db);
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
