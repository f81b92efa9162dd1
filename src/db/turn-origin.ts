/** Where a turn came from and when it ran, for its trace. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface TurnOrigin {
  /** The message that the turn was begun for. */
  messageId: string;
  /** Milliseconds since 1970, by the database's clock. */
  startedAt: number;
  /** null while it runs. */
  completedAt: number | null;
}

/** Undefined where the Work, or the turn, is gone. */
export async function findTurnOrigin(
  db: Database,
  { workId, turn }: { workId: string; turn: number },
): Promise<TurnOrigin | undefined> {
  return await db
    .selectFrom('turns as t')
    .innerJoin('events as e', (join) =>
      join.onRef('e.work_id', '=', 't.work_id').onRef('e.seq', '=', 't.first_seq'),
    )
    .where('t.work_id', '=', workId)
    .where('t.turn', '=', turn)
    .select([
      sql<string>`e.body -> 'messageIds' ->> 0`.as('messageId'),
      sql<number>`extract(epoch from t.started_at)::double precision * 1000`.as('startedAt'),
      sql<number | null>`extract(epoch from t.completed_at)::double precision * 1000`.as('completedAt'),
    ])
    .executeTakeFirst();
}
