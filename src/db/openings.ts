/** What a turn, or a code agent, began with, as its model was shown it (M1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { storableText } from './storable.ts';

/** Keeps the opening of an agent's turn; what is there already stays. Where the Work is gone, nothing is kept. */
export async function keepOpening(
  db: Database,
  { workId, agent, turn, text }: { workId: string; agent: string; turn: number; text: string },
): Promise<void> {
  await sql`
    insert into openings (work_id, turn, agent, text)
    select id, ${turn}::integer, ${agent}::text, ${storableText(text)}::text from works where id = ${workId}::uuid
    on conflict do nothing`.execute(db);
}
