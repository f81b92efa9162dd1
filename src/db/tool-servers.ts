/** Other people's servers, whose tools a person's MainAgent may call (I6). Each query names the owner (A2). */
import { sql } from 'kysely';
import { type LeftOut, MOST_TOOLS, type OfferedTool, withoutBlocked } from '../domain/offered-tools.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';
import { storableJson, storableText } from './storable.ts';

export interface ToolServerRow {
  id: string;
  name: string;
  url: string;
  sealedToken: Buffer | null;
  tools: OfferedTool[];
  leftOut: LeftOut[];
  /** Names there of tools that no model is told of. */
  blocked: string[];
  /** Those that a Work's person is asked about before each call. */
  asked: string[];
  lookedAt: Date;
}

export interface OwnToolServer {
  id: string;
  ownerId: string;
}

/**
 * A tool as a turn has it: of a server of the person's, by its id, or of the operator's, by its name; or one of ours whose
 * description is the turn's own.
 */
export type TurnTool = OfferedTool & ({ server: string } | { operator: string } | { own: true });

/** Servers that a person may have at a time. */
export const MOST_TOOL_SERVERS = 10;

const COLUMNS = [
  'id',
  'name',
  'url',
  'sealed_token as sealedToken',
  'tools',
  'left_out as leftOut',
  'blocked',
  'asked',
  'looked_at as lookedAt',
] as const;

/** Why there is none: the person is no more, is a guest, has as many as may be, or has one of this name. */
export type ToolServerRefusal = 'gone' | 'guest' | 'full' | 'taken';

/** Adds one with what it offers; its token is sealed under its id. */
export async function addToolServer(
  db: Database,
  server: OwnToolServer & Pick<ToolServerRow, 'name' | 'url' | 'sealedToken' | 'tools' | 'leftOut'>,
): Promise<ToolServerRow | ToolServerRefusal> {
  return await db.transaction().execute(async (held) => {
    const refusal = await refusalOf(held, server.ownerId, server.name);
    if (refusal !== undefined) return refusal;
    return (await held
      .insertInto('tool_servers')
      .values({
        id: server.id,
        owner_id: server.ownerId,
        name: server.name,
        url: storableText(server.url),
        sealed_token: server.sealedToken,
        tools: storableJson(server.tools),
        left_out: storableJson(server.leftOut),
        looked_at: databaseNow,
        created_at: databaseNow,
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()) as unknown as ToolServerRow;
  });
}

async function refusalOf(
  held: Database,
  ownerId: string,
  name: string,
): Promise<ToolServerRefusal | undefined> {
  const person = await holdPerson(held, ownerId);
  if (person === undefined) return 'gone';
  if (person.guest) return 'guest';
  const names = await held
    .selectFrom('tool_servers')
    .select('name')
    .where('owner_id', '=', ownerId)
    .execute();
  if (names.length >= MOST_TOOL_SERVERS) return 'full';
  if (names.some((one) => one.name === name)) return 'taken';
  const operators = held.selectFrom('operator_tool_servers').select('name').where('name', '=', name);
  return (await operators.executeTakeFirst()) === undefined ? undefined : 'taken';
}

/** All of a person's, the oldest first: there are never more than MOST_TOOL_SERVERS. */
export async function listToolServers(db: Database, ownerId: string): Promise<ToolServerRow[]> {
  return (await db
    .selectFrom('tool_servers')
    .select(COLUMNS)
    .where('owner_id', '=', ownerId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()) as unknown as ToolServerRow[];
}

export async function findToolServer(
  db: Database,
  { id, ownerId }: OwnToolServer,
): Promise<ToolServerRow | undefined> {
  return (await db
    .selectFrom('tool_servers')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()) as unknown as ToolServerRow | undefined;
}

/** What was found when its person looked again, or what they decided of its tools; undefined where there is none of that id. */
export async function changeToolServer(
  db: Database,
  { id, ownerId }: OwnToolServer,
  change:
    | { found: Pick<ToolServerRow, 'tools' | 'leftOut'> }
    | { blocked?: readonly string[] | undefined; asked?: readonly string[] | undefined },
): Promise<ToolServerRow | undefined> {
  const values =
    'found' in change
      ? {
          tools: storableJson(change.found.tools),
          left_out: storableJson(change.found.leftOut),
          looked_at: databaseNow,
        }
      : {
          ...(change.blocked === undefined ? {} : { blocked: change.blocked.map(storableText) }),
          ...(change.asked === undefined ? {} : { asked: change.asked.map(storableText) }),
        };
  return (await db
    .updateTable('tool_servers')
    .set(values)
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .returning(COLUMNS)
    .executeTakeFirst()) as unknown as ToolServerRow | undefined;
}

export async function removeToolServer(db: Database, { id, ownerId }: OwnToolServer): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('tool_servers')
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** What may be called of servers, those that go first first: of tools with one name the first. */
export function toolsOf(
  servers: readonly {
    /** The person's; null: the operator's of that name. */
    server: string | null;
    operator: string | null;
    tools: OfferedTool[];
    blocked: string[];
  }[],
): TurnTool[] {
  const names = new Set<string>();
  return servers
    .flatMap(({ server, operator, tools, blocked }) => {
      const of = operator === null ? { server: server ?? '' } : { operator };
      return withoutBlocked(tools, blocked).map((tool) => ({ ...tool, ...of }));
    })
    .filter(({ name }) => !names.has(name) && names.add(name))
    .slice(0, MOST_TOOLS);
}

/**
 * The tool that a call of this turn means, and the person's server that has it as it is now; null: the server, or leave for the
 * tool, is gone, or it is one of the operator's.
 */
export async function toolOfCall(
  db: Database,
  of: { workId: string; turn: number; name: string },
): Promise<{ tool: TurnTool; server: ToolServerRow | null } | undefined> {
  const { rows } = await sql<{ tool: TurnTool }>`
    select tool from openings o, jsonb_array_elements(o.tools) tool
    where o.work_id = ${of.workId}::uuid and o.agent = 'main' and o.turn = ${of.turn}::integer
      and tool ->> 'name' = ${of.name}::text`.execute(db);
  const tool = rows[0]?.tool;
  if (tool === undefined) return undefined;
  if (!('server' in tool)) return { tool, server: null };
  const server = (await db
    .selectFrom('tool_servers as s')
    .innerJoin('works as w', 'w.owner_id', 's.owner_id')
    .select([
      ...(['s.id', 's.name', 's.url', 's.tools', 's.blocked', 's.asked'] as const),
      ...(['s.sealed_token as sealedToken', 's.left_out as leftOut', 's.looked_at as lookedAt'] as const),
    ])
    .where('w.id', '=', of.workId)
    .where('s.id', '=', tool.server)
    .executeTakeFirst()) as unknown as ToolServerRow | undefined;
  return { tool, server: server === undefined || server.blocked.includes(tool.tool) ? null : server };
}

/**
 * Writes down that a call goes out; false where its attempt does not count any more, or its turn is to stop. A later attempt
 * finds it as its claim's progress.
 */
export async function sendCall(
  db: Database,
  call: { workId: string; toolCallId: string; attempt: number },
): Promise<boolean> {
  const { rows } = await sql<{ sent: boolean }>`
    select send_call(${call.workId}::uuid, ${call.toolCallId}::uuid, ${call.attempt}::integer) as sent`.execute(
    db,
  );
  return rows[0]?.sent ?? false;
}
