/** A conversation of a year ago, put into the database in one statement: its log has long been pruned. */
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';

/**
 * Turns of one question and one answer each: `question 1`, `answer 1` and so on; `more` follows each answer. Each took
 * ten tokens in and two out.
 */
export async function addLongConversation(
  db: Database,
  workId: string,
  { turns, more }: { turns: number; more: string },
): Promise<void> {
  await sql`
    with said as (
      insert into messages (work_id, id, role, agent, turn, step, status, position, parts)
      select ${workId}::uuid, gen_random_uuid(), role, case role when 'assistant' then 'main' end, turn,
        case role when 'assistant' then 1 end, 'complete', 2 * turn - case role when 'user' then 1 else 0 end,
        jsonb_build_array(jsonb_build_object('type', 'text', 'text',
          case role when 'user' then 'question ' || turn else 'answer ' || turn || ${more}::text end))
      from generate_series(1, ${turns}::integer) as turn, unnest(array['user', 'assistant']) as role
    ), ended as (
      insert into turns (work_id, turn, state, first_seq, last_seq, completed_at, pruned)
      select ${workId}::uuid, turn, 'done', 2 * turn - 1, 2 * turn, now(), true
      from generate_series(1, ${turns}::integer) as turn
    )
    update works set last_seq = 2 * ${turns}::integer, last_turn = ${turns}::integer, pruned_through = 2 * ${turns}::integer,
      usage = jsonb_build_object('inputTokens', 10 * ${turns}::integer, 'outputTokens', 2 * ${turns}::integer)
    where id = ${workId}::uuid
  `.execute(db);
}
