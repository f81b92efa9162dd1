/** The operator's MCP servers (I6): what their file says of them, and what they offered when a worker looked last. */
import { sql } from 'kysely';
import { type LeftOut, type OfferedTool, withoutBlocked } from '../domain/offered-tools.ts';
import { MOST_OPERATOR_SERVERS } from '../domain/operator-tool-servers.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './storable.ts';

/** What a server of the operator's offered when a worker looked last, and what the operator says of it. */
export interface OperatorServerRow {
  name: string;
  guests: boolean;
  tools: OfferedTool[];
  leftOut: LeftOut[];
  /** Names there of tools that a Work's person is asked about before each call. */
  asked: string[];
  lookedAt: Date;
}

/** What the operator's file says of a server. */
export interface OperatorServerWord extends Pick<OperatorServerRow, 'name' | 'guests' | 'asked'> {
  /** Names there of tools that no model is told of. */
  blocked: string[];
  /** Stands for its address or command: what was found at another is not offered. */
  source: string;
}

/** All of the operator's that were looked at, by name, without what is blocked: no more than MOST_OPERATOR_SERVERS. */
export async function listOperatorServers(db: Database): Promise<OperatorServerRow[]> {
  const rows = (await db
    .selectFrom('operator_tool_servers')
    .select([
      ...(['name', 'for_guests as guests', 'tools', 'left_out as leftOut', 'asked', 'blocked'] as const),
      'looked_at as lookedAt',
    ])
    .where('looked_at', 'is not', null)
    .orderBy('name')
    .limit(MOST_OPERATOR_SERVERS)
    .execute()) as unknown as (OperatorServerRow & { blocked: string[] })[];
  return rows.map(({ blocked, ...row }) => ({ ...row, tools: withoutBlocked(row.tools, blocked) }));
}

/**
 * Makes what the operator's file says of these hold from now on, whatever of them answers; what one offered at another address,
 * or by another command, is forgotten.
 */
export async function settleOperatorServers(
  db: Database,
  servers: readonly OperatorServerWord[],
): Promise<void> {
  for (const { name, guests, asked, blocked, source } of servers) {
    const word = {
      for_guests: guests,
      asked: asked.map(storableText),
      blocked: blocked.map(storableText),
      source,
    };
    const nothing = { tools: storableJson([]), left_out: storableJson([]), looked_at: null };
    const same = sql<boolean>`operator_tool_servers.source = ${source}`;
    await db
      .insertInto('operator_tool_servers')
      .values({ name, ...word, ...nothing })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({
          ...word,
          tools: sql`case when ${same} then operator_tool_servers.tools else excluded.tools end`,
          left_out: sql`case when ${same} then operator_tool_servers.left_out else excluded.left_out end`,
          looked_at: sql`case when ${same} then operator_tool_servers.looked_at end`,
        }),
      )
      .execute();
  }
}

/** Keeps what a server of the operator's offers now, where its name still stands for what was asked. */
export async function keepOperatorServer(
  db: Database,
  {
    name,
    source,
    tools,
    leftOut,
  }: Pick<OperatorServerRow, 'name' | 'tools' | 'leftOut'> & { source: string },
): Promise<void> {
  await db
    .updateTable('operator_tool_servers')
    .set({ tools: storableJson(tools), left_out: storableJson(leftOut), looked_at: databaseNow })
    .where('name', '=', name)
    .where('source', '=', source)
    .execute();
}

/** Of these, those that have no row: a worker whose file leaves them out has forgotten them. */
export async function missingOperatorServers(db: Database, names: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('operator_tool_servers')
    .select('name')
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute();
  return names.filter((name) => !rows.some((row) => row.name === name));
}

/** Forgets those of the operator's that their file has no more. */
export async function forgetOperatorServersBut(db: Database, names: readonly string[]): Promise<void> {
  await sql`delete from operator_tool_servers where name <> all (${names}::text[])`.execute(db);
}
