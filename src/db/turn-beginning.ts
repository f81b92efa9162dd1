/** What a turn of a MainAgent begins with, apart from the files: one statement, for it stands before a turn's first token (B1). */
import { sql } from 'kysely';
import { MOST_SKILLS, type SkillTitle } from '../domain/skills.ts';
import type { Database } from './database.ts';
import { type TurnTool, toolsOf } from './tool-servers.ts';

export interface TurnBeginning {
  /** What of the plan is still to be done, in words for a model (H3); null: nothing. */
  plan: string | null;
  /** The person's skills (I7), in order of their names. */
  skills: SkillTitle[];
  /** What may be called at present of the operator's servers and the person's (I6). */
  tools: TurnTool[];
}

/** Of a Work that is gone there is nothing. */
export async function readTurnBeginning(db: Database, workId: string): Promise<TurnBeginning> {
  const { rows } = await sql<
    Pick<TurnBeginning, 'plan' | 'skills'> & { servers: Parameters<typeof toolsOf>[0] }
  >`
    select open_plan_text(w.id) as plan,
      (select coalesce(jsonb_agg(s order by s.name), '[]') from (
        select name, description from skills where owner_id = w.owner_id order by name limit ${MOST_SKILLS}
      ) s) as skills,
      (select coalesce(jsonb_agg(t order by t.at nulls first, t.operator, t.server), '[]') from (
        select null::uuid as server, o.name as operator, o.tools, o.blocked, null::timestamptz as at
        from operator_tool_servers o where o.for_guests or not u.guest
        union all
        select id, null, tools, blocked, created_at from tool_servers where owner_id = w.owner_id
      ) t) as servers
    from works w join users u on u.id = w.owner_id where w.id = ${workId}::uuid`.execute(db);
  const row = rows[0];
  if (row === undefined) return { plan: null, skills: [], tools: [] };
  return { plan: row.plan, skills: row.skills, tools: toolsOf(row.servers) };
}
