/** What the reviewer of a Work said (H5). The rules are in functions/reviews.sql: they must hold between processes. */
import { sql } from 'kysely';
import type { TurnError } from '../domain/events.ts';
import { type Part, textOf } from '../domain/messages.ts';
import { REVIEWER, type Review } from '../domain/reviews.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson } from './storable.ts';

const COLUMNS = [
  'seq',
  'turn',
  'round',
  'message_id',
  'verdict',
  'points',
  'sent_back',
  'paper',
  'error',
] as const;

/** What stood beside the paper when the log stood at `upTo`; undefined where nothing did. */
export async function readReview(db: Database, workId: string, upTo: number): Promise<Review | undefined> {
  const row = await db
    .selectFrom('reviews')
    .select(COLUMNS)
    .where('work_id', '=', workId)
    .where('seq', '<=', upTo)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  // One without a verdict: the conversation was rewound.
  return row === undefined || row.verdict === null ? undefined : toReview(row);
}

/** A page of what reviewers said in a Work, the newest first, of before `cursor`. */
export async function listReviews(
  db: Database,
  workId: string,
  { limit, cursor }: { limit: number; cursor?: number | undefined },
): Promise<{ items: Review[]; nextCursor?: number }> {
  let query = db
    .selectFrom('reviews')
    .select(COLUMNS)
    .where('work_id', '=', workId)
    .where('verdict', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) query = query.where('seq', '<', cursor);
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toReview),
    ...(rows.length > limit && last !== undefined ? { nextCursor: last.seq } : {}),
  };
}

/** What the reviewer said last in a turn, word for word; null where it said nothing yet. */
export async function lastReviewWords(db: Database, workId: string, turn: number): Promise<string | null> {
  const row = await db
    .selectFrom('messages')
    .select('parts')
    .where('work_id', '=', workId)
    .where('turn', '=', turn)
    .where('agent', '=', REVIEWER)
    .where('status', '=', 'complete')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : textOf({ parts: row.parts as unknown as Part[] });
}

/** Ends a turn whose reviewer can say nothing; `error: null`: the claim of the round says why. */
export async function giveUpReview(
  db: Database,
  of: { workId: string; turn: number; round: number },
  error: TurnError | null,
): Promise<{ kind: 'over' } | { kind: 'ended'; queued: boolean }> {
  return await call(
    db,
    sql`give_up_review(${of.workId}::uuid, ${of.turn}::integer, ${of.round}::integer,
      ${error === null ? null : storableJson(error)}::jsonb)`,
  );
}

interface ReviewRow {
  turn: number | null;
  round: number | null;
  message_id: string | null;
  verdict: string | null;
  points: unknown;
  sent_back: boolean;
  paper: string | null;
  error: unknown;
}

function toReview(row: ReviewRow): Review {
  return {
    turn: row.turn ?? 0,
    round: row.round ?? 0,
    verdict: row.verdict as Review['verdict'],
    points: row.points as string[],
    sentBack: row.sent_back,
    ...(row.message_id === null ? {} : { messageId: row.message_id }),
    ...(row.paper === null ? {} : { paper: row.paper }),
    ...(row.error === null ? {} : { error: row.error as NonNullable<Review['error']> }),
  };
}
