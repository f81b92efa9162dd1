/**
 * What an agent asks a person. Each function is one statement and is idempotent; the rules are in functions/asks.sql (H1):
 * they must hold between processes.
 */
import { sql } from 'kysely';
import type { AnsweredBy, Ask } from '../domain/asks.ts';
import type { ToolArguments } from '../domain/messages.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson, storableText } from './storable.ts';

/** What a call asks; `waitSeconds`: for how long, absent: without an end. */
export interface Question {
  question: string;
  options?: string[];
  default?: string;
  waitSeconds?: number;
}

export type AskOfCall =
  | { kind: 'over' }
  | { kind: 'stopped' }
  | { kind: 'done'; ok: boolean }
  /** A person is to answer; `inMs`: until then, where there is a deadline. */
  | { kind: 'waiting'; inMs?: number };

interface CallOf {
  workId: string;
  turn: number;
  toolCallId: string;
}

/** How the question of a call stands; with its arguments where nothing was asked yet. Keeps a deadline that has passed. */
export async function lookAtAsk(
  db: Database,
  of: CallOf,
): Promise<AskOfCall | { kind: 'unasked'; arguments: ToolArguments }> {
  return await askForCall(db, of, null);
}

/** Asks what a call says, unless that was asked already, and says how it stands. */
export async function raiseAsk(db: Database, of: CallOf, question: Question): Promise<AskOfCall> {
  return await askForCall<AskOfCall>(db, of, storableJson(question));
}

async function askForCall<Found>(db: Database, of: CallOf, question: string | null): Promise<Found> {
  const { workId, turn, toolCallId } = of;
  return await call<Found>(
    db,
    sql`ask_for_call(${workId}::uuid, ${turn}::integer, ${toolCallId}::uuid, ${question}::jsonb)`,
  );
}

export type Answered =
  /** There is no such Work, or in it no such question. */
  | { kind: 'not_found' }
  | { kind: 'unknown' }
  /** `late`: it had another answer by then, which is given. */
  | { kind: 'stored' | 'duplicate' | 'late'; by: AnsweredBy; text: string; allow?: boolean };

/**
 * Stores a person's answer, where the question has none yet.
 * @param answer `saidAs`: the id that it would have had as a message, where it was said as one
 */
export async function answerAsk(
  db: Database,
  ask: { ownerId: string; workId: string; askId: string },
  answer: { text?: string | undefined; allow?: boolean | undefined; saidAs?: string | undefined },
): Promise<Answered> {
  return await call<Answered>(
    db,
    sql`answer_ask(${ask.ownerId}::uuid, ${ask.workId}::uuid, ${ask.askId}::uuid, ${answer.text === undefined ? null : storableText(answer.text)}::text,
      ${answer.allow ?? null}::boolean, ${answer.saidAs ?? null}::uuid)`,
  );
}

/**
 * Whether a client that was told of the question was to answer it by what it says next: it is open, or was answered so.
 */
export async function endsAnswer(
  db: Database,
  { workId, askId }: { workId: string; askId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('asks')
    .select('id')
    .where('work_id', '=', workId)
    .where('id', '=', askId)
    .where((is) => is.or([is('answered_by', 'is', null), is('said_as', 'is not', null)]))
    .executeTakeFirst();
  return row !== undefined;
}

/** A question as it is listed: with its answer, where it has one. */
export interface AskView extends Ask {
  turn: number;
  raisedAt: string;
  answer?: { by: AnsweredBy; text: string; allow?: boolean; at: string };
}

/** A page of a Work's questions, the newest first; `before`: of what was asked before that event. */
export async function listAsks(
  db: Database,
  workId: string,
  { limit, before }: { limit: number; before?: number | undefined },
): Promise<{ items: AskView[]; next: number | undefined }> {
  let query = db
    .selectFrom('asks')
    .select([
      sql<Ask>`ask_json(asks)`.as('ask'),
      'turn',
      sql<string>`iso_time(raised_at)`.as('raisedAt'),
      'raised_seq',
      'answered_by',
      'answer',
      'allow',
      sql<string | null>`iso_time(answered_at)`.as('answeredAt'),
    ])
    .where('work_id', '=', workId)
    .orderBy('raised_seq', 'desc')
    .limit(limit + 1);
  if (before !== undefined) query = query.where('raised_seq', '<', before);
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  return {
    items: page.map(({ ask, turn, raisedAt, answered_by, answer, allow, answeredAt }) => ({
      ...ask,
      turn,
      raisedAt,
      ...(answered_by === null || answer === null || answeredAt === null
        ? {}
        : {
            answer: {
              by: answered_by as AnsweredBy,
              text: answer,
              ...(allow === null ? {} : { allow }),
              at: answeredAt,
            },
          }),
    })),
    next: rows.length > limit ? page.at(-1)?.raised_seq : undefined,
  };
}
