/** What a turn, or a code agent, began with, as its model was shown it (M1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';
import type { TurnTool } from './tool-servers.ts';

/** Keeps the opening of an agent's turn; what is there already stays. Where the Work is gone, nothing is kept. */
export async function keepOpening(
  db: Database,
  {
    workId,
    agent,
    turn,
    text,
    tools,
  }: {
    workId: string;
    agent: string;
    turn: number;
    text: string;
    /** Of people's servers, as they are offered all through the turn. */
    tools: readonly TurnTool[];
  },
): Promise<void> {
  const offered = tools.length === 0 ? null : storableJson(tools);
  await sql`
    insert into openings (work_id, turn, agent, text, tools)
    select id, ${turn}::integer, ${agent}::text, ${storableText(text)}::text, ${offered}::jsonb
    from works where id = ${workId}::uuid
    on conflict do nothing`.execute(db);
}
