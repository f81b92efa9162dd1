/** Where the turn that answers a message stands in its Work's log. */
import { sql } from 'kysely';
import type { TurnError, TurnOutcome } from '../domain/events.ts';
import type { Database } from './database.ts';

export interface AnswerPlace {
  /** As it was stored. */
  status: 'queued' | 'complete' | 'withdrawn' | (string & {});
  /** Milliseconds since 1970. */
  createdAt: number;
  /** The log's position where the message was queued; null for one that was copied. */
  queuedSeq: number | null;
  /** Undefined: no turn has taken the message yet. */
  turn: AnsweringTurn | undefined;
  /** The question that this is the answer to; absent for a message. */
  question?: string;
}

export interface AnsweringTurn {
  number: number;
  firstSeq: number;
  /** Null while it runs. */
  lastSeq: number | null;
  outcome: TurnOutcome | 'running';
  error: TurnError | null;
}

interface SaidAt {
  workId: string;
  ownerId: string;
  /** Of a message of a person, or what an answer to a question was said as, or the id of a question. */
  messageId: string;
}

/** Undefined where the person has no such Work, or it nothing that was said under this id. */
export async function findAnswerPlace(db: Database, at: SaidAt): Promise<AnswerPlace | undefined> {
  return (await placeOfMessage(db, at)) ?? (await placeOfAnswer(db, at));
}

async function placeOfMessage(db: Database, at: SaidAt): Promise<AnswerPlace | undefined> {
  const row = await db
    .selectFrom('messages as m')
    .innerJoin('works as w', 'w.id', 'm.work_id')
    .leftJoin('turns as t', (join) =>
      join.onRef('t.work_id', '=', 'm.work_id').onRef('t.turn', '=', 'm.turn'),
    )
    .select([
      'm.status',
      'm.queued_seq',
      'm.created_at',
      't.turn',
      't.first_seq',
      't.last_seq',
      't.state',
      't.error',
    ])
    .where('m.work_id', '=', at.workId)
    .where('m.id', '=', at.messageId)
    .where('m.role', '=', 'user')
    .where('w.owner_id', '=', at.ownerId)
    .where('w.deleted_at', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      status: row.status,
      createdAt: row.created_at.getTime(),
      queuedSeq: row.queued_seq,
      turn:
        row.turn === null || row.first_seq === null
          ? undefined
          : turnOf({ ...row, turn: row.turn, first_seq: row.first_seq, state: row.state ?? 'running' }),
    }
  );
}

async function placeOfAnswer(db: Database, at: SaidAt): Promise<AnswerPlace | undefined> {
  const row = await db
    .selectFrom('asks as a')
    .innerJoin('works as w', 'w.id', 'a.work_id')
    .innerJoin('turns as t', (join) =>
      join.onRef('t.work_id', '=', 'a.work_id').onRef('t.turn', '=', 'a.turn'),
    )
    .select([
      'a.id',
      'a.raised_at',
      'a.answered_at',
      't.turn',
      't.first_seq',
      't.last_seq',
      't.state',
      't.error',
    ])
    .where('a.work_id', '=', at.workId)
    .where((is) => is.or([is('a.said_as', '=', at.messageId), is('a.id', '=', at.messageId)]))
    .where('w.owner_id', '=', at.ownerId)
    .where('w.deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    status: 'complete',
    createdAt: (row.answered_at ?? row.raised_at).getTime(),
    queuedSeq: null,
    turn: turnOf(row),
    question: row.id,
  };
}

function turnOf(row: {
  turn: number;
  first_seq: number;
  last_seq: number | null;
  state: string;
  error: unknown;
}): AnsweringTurn {
  return {
    number: row.turn,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    outcome: row.state as AnsweringTurn['outcome'],
    error: row.error as TurnError | null,
  };
}

/** The question that a person's Work waits with; undefined where there is none. */
export async function findOpenAsk(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('asks as a')
    .innerJoin('works as w', 'w.id', 'a.work_id')
    .select('a.id')
    .where('a.work_id', '=', workId)
    .where('a.answered_by', 'is', null)
    .where('w.owner_id', '=', ownerId)
    .where('w.deleted_at', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/**
 * What was said last in the turn that is under way, or the first message that waits for one; undefined where nothing is.
 */
export async function findOpenMessage(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<string | undefined> {
  const answer = await db
    .selectFrom('asks as a')
    .innerJoin('works as w', (join) =>
      join.onRef('w.id', '=', 'a.work_id').onRef('w.running_turn', '=', 'a.turn'),
    )
    .select('a.said_as')
    .where('a.work_id', '=', workId)
    .where('a.said_as', 'is not', null)
    .where('w.owner_id', '=', ownerId)
    .where('w.deleted_at', 'is', null)
    .orderBy('a.raised_seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (answer?.said_as) return answer.said_as;
  const row = await db
    .selectFrom('messages as m')
    .innerJoin('works as w', 'w.id', 'm.work_id')
    .select('m.id')
    .where('m.work_id', '=', workId)
    .where('w.owner_id', '=', ownerId)
    .where('w.deleted_at', 'is', null)
    .where('m.role', '=', 'user')
    .where('m.rewound', '=', false)
    .where((is) => is.or([is('m.status', '=', 'queued'), is('m.turn', '=', is.ref('w.running_turn'))]))
    .orderBy(sql`m.turn nulls last`)
    .orderBy('m.queued_seq')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** How far back a message may be the one that a client sends once more, for it never heard an answer. */
const SENT_WITHIN = '15 minutes';

interface SentText {
  ownerId: string;
  workId: string | undefined;
  text: string;
}

/**
 * What the person said last with this text, as a message or as an answer to a question, in that Work or in any: what a
 * client that tries again has sent before.
 */
export async function findSentBefore(
  db: Database,
  sent: SentText,
): Promise<{ workId: string; messageId: string } | undefined> {
  const [message, answer] = await Promise.all([messageWith(db, sent), answerWith(db, sent)]);
  const isAnswer = answer && (message === undefined || answer.at > message.at);
  const found = isAnswer ? answer : message;
  return found && { workId: found.workId, messageId: found.messageId };
}

type Found = { workId: string; messageId: string; at: Date } | undefined;

async function messageWith(db: Database, { ownerId, workId, text }: SentText): Promise<Found> {
  let query = db
    .selectFrom('messages as m')
    .innerJoin('works as w', 'w.id', 'm.work_id')
    .select(['m.work_id as workId', 'm.id as messageId', 'm.created_at as at'])
    .where('w.owner_id', '=', ownerId)
    .where('w.deleted_at', 'is', null)
    .where('m.role', '=', 'user')
    .where('m.status', '!=', 'withdrawn')
    .where(sql<string>`m.parts -> 0 ->> 'text'`, '=', text)
    .where('m.created_at', '>', sql<Date>`pa_now() - ${SENT_WITHIN}::interval`)
    .where('w.updated_at', '>', sql<Date>`pa_now() - ${SENT_WITHIN}::interval`)
    .orderBy('m.created_at', 'desc')
    .limit(1);
  if (workId !== undefined) query = query.where('m.work_id', '=', workId);
  return await query.executeTakeFirst();
}

async function answerWith(db: Database, { ownerId, workId, text }: SentText): Promise<Found> {
  let query = db
    .selectFrom('asks as a')
    .innerJoin('works as w', 'w.id', 'a.work_id')
    .select([
      'a.work_id as workId',
      sql<string>`a.said_as`.as('messageId'),
      sql<Date>`a.answered_at`.as('at'),
    ])
    .where('w.owner_id', '=', ownerId)
    .where('w.deleted_at', 'is', null)
    .where('a.said_as', 'is not', null)
    .where('a.answer', '=', text)
    .where('a.answered_at', '>', sql<Date>`pa_now() - ${SENT_WITHIN}::interval`)
    .where('w.updated_at', '>', sql<Date>`pa_now() - ${SENT_WITHIN}::interval`)
    .orderBy('a.answered_at', 'desc')
    .limit(1);
  if (workId !== undefined) query = query.where('a.work_id', '=', workId);
  return await query.executeTakeFirst();
}
