/** What code agents did in the turn that called them: by the ids of their calls. */
import { sql } from 'kysely';
import type { FileChange } from '../domain/messages.ts';
import type { Database } from './database.ts';

/** The code agents that a turn has started, by the ids of their calls. */
export async function codeAgentsOf(db: Database, workId: string, turn: number): Promise<string[]> {
  const rows = await db
    .selectFrom('claims')
    .select('agent')
    .distinct()
    .where('work_id', '=', workId)
    .where('turn', '=', turn)
    .where('agent', '!=', 'main')
    .execute();
  return rows.map((row) => row.agent);
}

/** The files that all calls of one code agent changed, each once, with its last change. */
export async function filesOfAgent(db: Database, workId: string, agent: string): Promise<FileChange[]> {
  const rows = await db
    .selectFrom('tool_calls')
    .select('files')
    .where('work_id', '=', workId)
    .where('turn', '=', turnOfAgent(workId, agent))
    .where('agent', '=', agent)
    .where('files', 'is not', null)
    .orderBy('step')
    .orderBy('index')
    .execute();
  const byPath = new Map<string, FileChange>();
  for (const change of rows.flatMap((row) => row.files as unknown as FileChange[])) {
    const earlier = byPath.get(change.path);
    // Added and then changed is, seen from before, added.
    const added = earlier?.change === 'added' && change.change === 'changed';
    byPath.set(change.path, added ? { ...change, change: 'added' } : change);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Milliseconds since a code agent's first step began; 0 before it. */
export async function agentAgeMs(db: Database, workId: string, agent: string): Promise<number> {
  const row = await db
    .selectFrom('claims')
    .select(sql<number | null>`age_ms(min(first_at))`.as('age'))
    .where('work_id', '=', workId)
    .where('turn', '=', turnOfAgent(workId, agent))
    .where('agent', '=', agent)
    .where('step', 'is not', null)
    .executeTakeFirst();
  return row?.age ?? 0;
}

/** The turn in which a code agent was called. What it did is found by it, however long the Work is (D11). */
function turnOfAgent(workId: string, agent: string) {
  return sql<number>`(select turn from tool_calls where work_id = ${workId}::uuid and id = ${agent}::uuid)`;
}
