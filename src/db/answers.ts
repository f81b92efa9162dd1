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
}

export interface AnsweringTurn {
  number: number;
  firstSeq: number;
  /** Null while it runs. */
  lastSeq: number | null;
  outcome: TurnOutcome | 'running';
  error: TurnError | null;
}

/** Undefined where the person has no such Work, or it no such message of a person. */
export async function findAnswerPlace(
  db: Database,
  at: { workId: string; ownerId: string; messageId: string },
): Promise<AnswerPlace | undefined> {
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
          : {
              number: row.turn,
              firstSeq: row.first_seq,
              lastSeq: row.last_seq,
              outcome: row.state as AnsweringTurn['outcome'],
              error: row.error as TurnError | null,
            },
    }
  );
}

/** The message whose answer is under way, or the first that waits for one; undefined where none does. */
export async function findOpenMessage(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<string | undefined> {
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

/** The person's newest message with this text, in that Work or in any: what a client that tries again has sent before. */
export async function findSentBefore(
  db: Database,
  { ownerId, workId, text }: { ownerId: string; workId: string | undefined; text: string },
): Promise<{ workId: string; messageId: string } | undefined> {
  let query = db
    .selectFrom('messages as m')
    .innerJoin('works as w', 'w.id', 'm.work_id')
    .select(['m.work_id as workId', 'm.id as messageId'])
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
