/**
 * Turns: whether one runs, how it is stopped, how it ends. Each function is one statement and is idempotent. The rules
 * are in functions/turns.sql (R5, R8): they must hold between processes.
 */
import { sql } from 'kysely';
import type { TurnError, TurnOutcome } from '../domain/events.ts';
import { STOPPED_CALL } from '../domain/messages.ts';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableJson } from './storable.ts';

/** Whether a turn of the Work runs now. */
export async function isTurnRunning(db: Database, workId: string): Promise<boolean> {
  const row = await db.selectFrom('works').select('running_turn').where('id', '=', workId).executeTakeFirst();
  return (row?.running_turn ?? null) !== null;
}

/** Whether an attempt at something of the turn still runs, on a worker that lives. */
export async function isAttended(db: Database, workId: string, turn: number): Promise<boolean> {
  return await call<boolean>(db, sql`is_attended(${workId}::uuid, ${turn}::integer)`);
}

/** Asks the given turn, or whichever runs, to stop; gives its number, or null where nothing of it runs. */
export async function requestStop(db: Database, workId: string, turn: number | null): Promise<number | null> {
  return await call<number | null>(db, sql`request_stop(${workId}::uuid, ${turn}::integer)`);
}

/** Those of the given turns that somebody asked to stop. */
export async function stoppedTurns(
  db: Database,
  turns: { workId: string; turn: number }[],
): Promise<{ workId: string; turn: number }[]> {
  if (turns.length === 0) return [];
  const rows = await db
    .selectFrom('works')
    .select(['id as workId', 'stop_turn as turn'])
    .where('id', 'in', [...new Set(turns.map(({ workId }) => workId))])
    .where('stop_turn', 'is not', null)
    .execute();
  return rows.filter((row): row is { workId: string; turn: number } => row.turn !== null);
}

/**
 * Ends a turn that did not end by a final answer; `error: null` leaves it to the step that failed to say why.
 * Ending one that has ended changes nothing.
 */
export async function finishTurn(
  db: Database,
  turn: { workId: string; turn: number; outcome: Exclude<TurnOutcome, 'done'>; error: TurnError | null },
): Promise<{ ended: boolean; outcome: TurnOutcome; queued: boolean }> {
  const words = turn.outcome === 'stopped' ? STOPPED_CALL : 'This call did not finish: the turn failed.';
  const error = turn.error ? storableJson(turn.error) : null;
  return await call(
    db,
    sql`finish_turn(${turn.workId}::uuid, ${turn.turn}::integer, ${turn.outcome}::text, ${error}::jsonb,
      ${words}::text)`,
  );
}
