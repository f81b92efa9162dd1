/** Rows as years of work would leave them: many Works of one person, and one with a long conversation. */
import { sql } from 'kysely';
import type { Database } from '../src/db/database.ts';

/** Gives the person `count` Works, changed one after the other; their titles hold some words each. */
export async function addWorks(db: Database, ownerId: string, count: number): Promise<void> {
  await sql`
    insert into works (owner_id, title, titled, created_at, updated_at)
    select ${ownerId}::uuid, 'Study ' || n || ' of ' || (array['pi', 'waves', 'queues', 'growth'])[1 + n % 4], true,
      now() - n * interval '1 minute', now() - n * interval '1 minute'
    from generate_series(1, ${count}::integer) n`.execute(db);
  await sql`analyze works`.execute(db);
}

/** Messages in one turn: what a person says, three answers that call a tool, and a last one. */
const IN_TURN = 5;

/** Gives a Work that is empty a conversation of `count` messages; a text has about 600 characters. */
export async function addConversation(db: Database, workId: string, count: number): Promise<void> {
  const turns = Math.ceil(count / IN_TURN);
  await sql`
    insert into turns (work_id, turn, state, first_seq, last_seq, completed_at, pruned)
    select ${workId}::uuid, n, 'done', (n - 1) * 10 + 1, n * 10, now(), true
    from generate_series(1, ${turns}::integer) n`.execute(db);
  await sql`
    insert into messages (work_id, id, role, agent, turn, step, status, position, parts)
    select ${workId}::uuid, gen_random_uuid(), case when m = 0 then 'user' else 'assistant' end,
      case when m > 0 then 'main' end, n, nullif(m, 0), 'complete', (n - 1) * 10 + m + 1,
      jsonb_build_array(jsonb_build_object('type', 'text', 'text', repeat('What was found, in words. ', 24)))
        || case when m between 1 and ${IN_TURN - 2}::integer
             then jsonb_build_array(jsonb_build_object('type', 'tool', 'toolCallId', md5(n || ':' || m)::uuid))
             else '[]' end
    from generate_series(1, ${turns}::integer) n, generate_series(0, ${IN_TURN - 1}::integer) m`.execute(db);
  await sql`
    insert into tool_calls (work_id, id, message_id, turn, agent, step, index, name, arguments, state, result, files,
                            duration_ms)
    select m.work_id, (m.parts -> 1 ->> 'toolCallId')::uuid, m.id, m.turn, 'main', m.step, 0, 'read_file',
      '{"path": "paper.md"}', 'ok', repeat('A line of a file.' || chr(10), 40), '[]', 12
    from messages m where m.work_id = ${workId}::uuid and jsonb_array_length(m.parts) > 1`.execute(db);
  await sql`
    update works set last_turn = ${turns}, last_seq = ${turns * 10}, pruned_through = ${turns * 10}
    where id = ${workId}::uuid`.execute(db);
  await sql`analyze messages, tool_calls, turns`.execute(db);
}
