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
  return (await findSaid(db, at))?.place;
}

/** What matters of a Work to whoever says something there under an id. */
export interface Said {
  /** Undefined where nothing was said under the id. */
  place: AnswerPlace | undefined;
  /** The question that the Work waits with; undefined where there is none. */
  openAsk: string | undefined;
}

/** One statement: it stands before every first token of an interface that is not ours (I10). Undefined as above. */
export async function findSaid(db: Database, at: SaidAt): Promise<Said | undefined> {
  const { rows } = await sql<SaidRow>`
    select m.status, m.queued_seq, coalesce(m.created_at, a.answered_at, a.raised_at) as created_at, a.id as question,
      t.turn, t.first_seq, t.last_seq, t.state, t.error, o.id as open_ask
    from works w
    left join messages m on m.work_id = w.id and m.id = ${at.messageId} and m.role = 'user'
    left join asks a on m.id is null and a.work_id = w.id and (a.said_as = ${at.messageId} or a.id = ${at.messageId})
    left join turns t on t.work_id = w.id and t.turn = coalesce(m.turn, a.turn)
    left join asks o on o.work_id = w.id and o.answered_by is null
    where w.id = ${at.workId} and w.owner_id = ${at.ownerId} and w.deleted_at is null
    limit 1`.execute(db);
  const row = rows[0];
  return row && { place: placeOf(row), openAsk: row.open_ask ?? undefined };
}

interface SaidRow extends Omit<TurnRow, 'turn' | 'first_seq'> {
  /** Null where it was no message. */
  status: string | null;
  queued_seq: number | null;
  /** Null where nothing was said. */
  created_at: Date | null;
  question: string | null;
  /** Null where no turn has taken it. */
  turn: number | null;
  first_seq: number | null;
  open_ask: string | null;
}

function placeOf(row: SaidRow): AnswerPlace | undefined {
  const { turn, first_seq } = row;
  if (row.created_at === null) return undefined;
  return {
    // An answer to a question is said as soon as it is stored.
    status: row.status ?? 'complete',
    createdAt: row.created_at.getTime(),
    queuedSeq: row.queued_seq,
    turn: turn === null || first_seq === null ? undefined : turnOf({ ...row, turn, first_seq }),
    ...(row.question === null ? {} : { question: row.question }),
  };
}

interface TurnRow {
  turn: number;
  first_seq: number;
  last_seq: number | null;
  state: string | null;
  error: unknown;
}

function turnOf(row: TurnRow): AnsweringTurn {
  return {
    number: row.turn,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    outcome: (row.state ?? 'running') as AnsweringTurn['outcome'],
    error: row.error as TurnError | null,
  };
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
