/** The calls of run_python of a Work, as they are stored: what its runs are known from (T1). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface RunCall {
  id: string;
  turn: number;
  arguments: unknown;
  isOk: boolean;
  /** How the run ended; null where no run began. */
  ending: string | null;
  /** What it printed, as far as that is kept. */
  output: string;
  files: { path: string; sha256?: string; change: 'added' | 'changed' | 'removed' }[];
}

/** The newest runs are looked at; what a paper cites is hardly older. */
export const MOST_RUNS = 500;

/** Those that have ended, the oldest first. */
export async function endedRunCalls(db: Database, workId: string): Promise<RunCall[]> {
  const { rows } = await sql<RunCall>`
    select * from (
      select c.id, c.turn, c.arguments, c.state = 'ok' as "isOk", c.ending,
        coalesce(c.output, c.result, '') as output, coalesce(c.files, '[]') as files, m.created_at, c.index
      from tool_calls c join messages m on m.work_id = c.work_id and m.id = c.message_id
      where c.work_id = ${workId}::uuid and c.name = 'run_python' and c.state <> 'running' and c.ending is not null
      order by m.created_at desc, c.index desc limit ${MOST_RUNS}
    ) newest order by created_at, index`.execute(db);
  return rows;
}

/** What people said in a Work that still counts, newest first, in so many characters at most. */
export async function wordsOfPeople(db: Database, workId: string, characters: number): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    select coalesce(string_agg(part ->> 'text', E'\n' order by m.created_at desc), '') as text
    from (select created_at, parts from messages
      where work_id = ${workId}::uuid and role = 'user' and not rewound
      order by created_at desc limit 200) m,
      jsonb_array_elements(m.parts) part
    where part ->> 'type' = 'text'`.execute(db);
  return (rows[0]?.text ?? '').slice(0, characters);
}
