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
    .innerJoin('messages as m', (join) =>
      join.onRef('m.work_id', '=', 't.work_id').onRef('m.turn', '=', 't.turn').on('m.role', '=', 'user'),
    )
    .where('t.work_id', '=', workId)
    .where('t.turn', '=', turn)
    .orderBy('m.position')
    .limit(1)
    .select([
      'm.id as messageId',
      sql<number>`extract(epoch from t.started_at)::double precision * 1000`.as('startedAt'),
      sql<number | null>`extract(epoch from t.completed_at)::double precision * 1000`.as('completedAt'),
    ])
    .executeTakeFirst();
}
