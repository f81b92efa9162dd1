/**
 * The state of a Work's conversation at one seq: complete messages from their rows, and the running turn by the
 * reducer over its events, which are never pruned while it runs. One reader's transaction sees both alike (P6).
 */
import { type RawBuilder, sql } from 'kysely';
import type { LogEvent } from '../domain/events.ts';
import type { Message } from '../domain/messages.ts';
import type { Plan } from '../domain/plans.ts';
import { type Conversation, reduceAll, type TurnEnd, type WorkStatus } from '../domain/reducer.ts';
import type { Review } from '../domain/reviews.ts';
import type { Database } from './database.ts';
import { readEvents } from './event-log.ts';
import { readMessages } from './messages.ts';
import { readPlan } from './plans.ts';
import { readReview } from './reviews.ts';

export interface Snapshot {
  seq: number;
  status: WorkStatus;
  messages: Message[];
  /** How the turns of these messages ended, oldest first. */
  outcomes: TurnEnd[];
  /** From which older messages are asked for; absent when there are none. */
  cursor?: number;
  /** The main agent's message while it streams. */
  running?: Message;
  /** What the running turn asks a person. */
  ask?: NonNullable<Conversation['ask']>;
  /** What the agent means to do. */
  plan?: Plan;
  /** What the reviewer said of the paper last. */
  review?: Review;
  /** Why nothing moves just now. */
  retrying?: NonNullable<Conversation['retrying']>;
}

/**
 * The newest `limit` messages of every agent up to now, fewer where they would be more than `bytes` as JSON; undefined
 * where the Work is gone.
 */
export async function readSnapshot(
  db: Database,
  workId: string,
  limit: number,
  bytes?: number,
): Promise<Snapshot | undefined> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const work = await tx
        .selectFrom('works')
        .leftJoin('turns', (join) =>
          join.onRef('turns.work_id', '=', 'works.id').onRef('turns.turn', '=', 'works.running_turn'),
        )
        .select(['works.last_seq', 'works.running_turn', 'works.stop_turn', 'turns.first_seq'])
        .where('works.id', '=', workId)
        .where('works.deleted_at', 'is', null)
        .executeTakeFirst();
      if (work === undefined) return undefined;
      const before = work.first_seq === null ? work.last_seq : work.first_seq - 1;
      const older = await readMessages(tx, workId, {
        limit,
        upTo: before,
        ...(bytes === undefined ? {} : { bytes }),
      });
      const queued = await readQueuedAsOf(tx, workId, before);
      const planned = await readPlan(tx, workId, before);
      const reviewed = await readReview(tx, workId, before);
      let state: Conversation = {
        seq: before,
        runningTurn: null,
        messages: [...older.messages, ...queued],
        outcomes: [],
        ...(planned ? { plan: planned } : {}),
        ...(reviewed ? { review: reviewed } : {}),
      };
      state = reduceAll(state, await eventsSince(tx, workId, before));
      // Queued messages always belong; of the others the newest fill the page.
      const tooMany = Math.max(0, state.messages.length - queued.length - limit);
      const excess = bytes === undefined ? tooMany : Math.max(tooMany, tooLong(state.messages, bytes));
      const messages = state.messages.slice(excess);
      // What still streams has no position yet: all that has one is older.
      const cursor =
        excess > 0 ? ((await positionOf(tx, workId, messages[0]?.id)) ?? state.seq + 1) : older.cursor;
      const running = state.messages.findLast(
        (message) => message.status === 'running' && message.agent === 'main',
      );
      return {
        seq: state.seq,
        status: statusOf({ ...work, asking: state.ask !== undefined }),
        messages,
        outcomes: await readOutcomes(tx, workId, messages),
        ...(cursor === undefined ? {} : { cursor }),
        ...(running ? { running } : {}),
        ...(state.ask ? { ask: state.ask } : {}),
        ...(state.plan ? { plan: state.plan } : {}),
        ...(state.review ? { review: state.review } : {}),
        ...(state.retrying ? { retrying: state.retrying } : {}),
      };
    });
}

/** How many of the oldest messages have to go for the rest to have so many bytes as JSON; the newest stays. */
function tooLong(messages: Message[], bytes: number): number {
  let left = bytes;
  const last = messages.findLastIndex((message) => {
    left -= JSON.stringify(message).length;
    return left < 0;
  });
  return Math.min(last + 1, Math.max(0, messages.length - 1));
}

/** What the Work is doing, from its row. */
export function statusOf(work: {
  running_turn: number | null;
  stop_turn: number | null;
  asking: boolean;
}): WorkStatus {
  if (work.running_turn === null) return 'idle';
  if (work.stop_turn === work.running_turn) return 'stopping';
  return work.asking ? 'asking' : 'running';
}

async function readOutcomes(db: Database, workId: string, messages: Message[]): Promise<TurnEnd[]> {
  const turns = [...new Set(messages.flatMap(({ turn }) => (turn === null ? [] : [turn])))];
  if (turns.length === 0) return [];
  const rows = await db
    .selectFrom('turns')
    .select(['turn', 'state', 'usage', 'error'])
    .where('work_id', '=', workId)
    .where('turn', '=', sql<number>`any(${turns}::integer[])`)
    .where('state', '!=', 'running')
    .orderBy('turn')
    .execute();
  return rows.map((row) => ({
    turn: row.turn,
    outcome: row.state as TurnEnd['outcome'],
    usage: row.usage as unknown as TurnEnd['usage'],
    ...(row.error === null ? {} : { error: row.error as unknown as NonNullable<TurnEnd['error']> }),
  }));
}

/** All events after `after`, page by page. */
async function eventsSince(db: Database, workId: string, after: number): Promise<LogEvent[]> {
  const page = 5_000;
  const all: LogEvent[] = [];
  for (let cursor = after; ; ) {
    const events = await readEvents(db, workId, { after: cursor, limit: page });
    all.push(...events);
    const last = events.at(-1);
    if (last === undefined || events.length < page) return all;
    cursor = last.seq;
  }
}

/** The messages that were queued when the log stood at `seq`, including those that were taken since. */
async function readQueuedAsOf(db: Database, workId: string, seq: number): Promise<Message[]> {
  const queuedBy = (where: RawBuilder<unknown>) => sql`
    select id, parts, attachments, delivery, scheduled_by as "scheduledBy", queued_seq, iso_time(created_at) as "createdAt" from messages
    where work_id = ${workId}::uuid and queued_seq <= ${seq}::bigint and ${where}`;
  // One by one, so that each is found by its own index. Nothing that the running turn took is rewound.
  const { rows } = await sql<QueuedRow>`
    ${queuedBy(sql`status = 'queued'`)}
    union all
    ${queuedBy(sql`not rewound and position > ${seq}::bigint`)}
    order by queued_seq`.execute(db);
  return rows.map(({ id, createdAt, parts, attachments, delivery, scheduledBy }) => ({
    id,
    turn: null,
    role: 'user',
    status: 'queued',
    createdAt,
    parts,
    attachments,
    delivery,
    ...(scheduledBy === null ? {} : { scheduledBy }),
  }));
}

type QueuedRow = Required<Pick<Message, 'id' | 'createdAt' | 'parts' | 'attachments' | 'delivery'>> & {
  scheduledBy: string | null;
};

async function positionOf(db: Database, workId: string, id: string | undefined): Promise<number | undefined> {
  if (id === undefined) return undefined;
  const row = await db
    .selectFrom('messages')
    .select('position')
    .where('work_id', '=', workId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.position ?? undefined;
}
