/** The conversation of a Work, as rows: what is said once it is complete. What still streams is in the log. */
import { sql } from 'kysely';
import type { Delivery, Message, Part, ToolPart, Usage } from '../domain/messages.ts';
import { keepOutput } from '../domain/reducer.ts';
import type { Database } from './database.ts';

export interface MessageRow {
  id: string;
  turn: number | null;
  role: string;
  agent: string | null;
  status: string;
  parts: unknown;
  usage: unknown;
  attachments: unknown;
  delivery: string | null;
  createdAt: string;
}

const MESSAGE_COLUMNS = [
  'id',
  'turn',
  'role',
  'agent',
  'status',
  'parts',
  'usage',
  'attachments',
  'delivery',
  sql<string>`iso_time(created_at)`.as('createdAt'),
] as const;

/**
 * The newest `limit` complete messages of every agent, oldest first, and the position of the first of them, from
 * which older ones are asked for; `before` is such a position. `upTo` leaves out what came later in the log.
 */
export async function readMessages(
  db: Database,
  workId: string,
  { limit, before, upTo }: { limit: number; before?: number; upTo?: number },
): Promise<{ messages: Message[]; cursor: number | undefined }> {
  let query = db
    .selectFrom('messages')
    .select([...MESSAGE_COLUMNS, 'position'])
    .where('work_id', '=', workId)
    .where('position', 'is not', null)
    .where('rewound', '=', false)
    .orderBy('position', 'desc')
    .limit(limit + 1);
  if (before !== undefined) query = query.where('position', '<', before);
  if (upTo !== undefined) query = query.where('position', '<=', upTo);
  const rows = await query.execute();
  const page = rows.slice(0, limit).reverse();
  return {
    messages: await withCalls(db, workId, page),
    cursor: rows.length > limit ? (page[0]?.position ?? undefined) : undefined,
  };
}

/** The messages of a Work that one agent's model is shown, oldest first: a code agent has no user's words. */
export async function readConversation(db: Database, workId: string, agent: string): Promise<Message[]> {
  const rows = await db
    .selectFrom('messages')
    .select([...MESSAGE_COLUMNS, 'position'])
    .where('work_id', '=', workId)
    .where('position', 'is not', null)
    .where('rewound', '=', false)
    .where((where) =>
      agent === 'main'
        ? where.or([where('role', '=', 'user'), where('agent', '=', 'main')])
        : where.and([
            where('agent', '=', agent),
            where('position', '>', sql<number>`called_at(${workId}::uuid, ${agent}::text)`),
          ]),
    )
    .orderBy('position')
    .execute();
  return await withCalls(db, workId, rows);
}

/** One message of a Work as it is now; undefined where there is none, or it was withdrawn. */
export async function findMessage(db: Database, workId: string, id: string): Promise<Message | undefined> {
  const rows = await db
    .selectFrom('messages')
    .select(MESSAGE_COLUMNS)
    .where('work_id', '=', workId)
    .where('id', '=', id)
    .where('status', '!=', 'withdrawn')
    .execute();
  return (await withCalls(db, workId, rows))[0];
}

interface CallRow {
  id: string;
  name: string;
  arguments: unknown;
  state: string;
  result: string | null;
  files: unknown;
  output: string | null;
  ending: string | null;
  durationMs: number | null;
}

/** Rows as messages, their tool parts filled from the calls' own rows. */
export async function withCalls(db: Database, workId: string, rows: MessageRow[]): Promise<Message[]> {
  const ids = rows.flatMap((row) => callIds(row.parts as Part[]));
  const calls = new Map<string, CallRow>();
  if (ids.length > 0) {
    const found = await db
      .selectFrom('tool_calls')
      .select(['id', 'name', 'arguments', 'state', 'result', 'files', 'output', 'ending'])
      .select('duration_ms as durationMs')
      .where('work_id', '=', workId)
      .where('id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
    for (const call of found) calls.set(call.id, call);
  }
  return rows.map((row) => toMessage(row, calls));
}

function callIds(parts: Part[]): string[] {
  return parts.filter((part) => part.type === 'tool').map((part) => part.toolCallId);
}

function toMessage(row: MessageRow, calls: Map<string, CallRow>): Message {
  const parts = (row.parts as Part[]).map((part) =>
    part.type === 'tool' ? toToolPart(part.toolCallId, calls.get(part.toolCallId)) : part,
  );
  return {
    id: row.id,
    turn: row.turn,
    role: row.role as Message['role'],
    ...(row.agent === null ? {} : { agent: row.agent }),
    status: row.status as Message['status'],
    createdAt: row.createdAt,
    parts,
    ...(row.usage === null ? {} : { usage: row.usage as Usage }),
    ...(row.role === 'user' ? { attachments: row.attachments as string[] } : {}),
    ...(row.status === 'queued' && row.delivery ? { delivery: row.delivery as Delivery } : {}),
  };
}

function toToolPart(toolCallId: string, call: CallRow | undefined): ToolPart {
  if (call === undefined) throw new Error(`tool call ${toolCallId} has no row`);
  return {
    type: 'tool',
    toolCallId,
    name: call.name,
    arguments: call.arguments as ToolPart['arguments'],
    state: call.state as ToolPart['state'],
    ...(call.result === null ? {} : { result: call.result }),
    ...(call.files === null ? {} : { files: call.files as NonNullable<ToolPart['files']> }),
    ...(call.output === null || call.output === '' ? {} : { output: keepOutput('', call.output) }),
    ...(call.durationMs === null ? {} : { durationMs: call.durationMs }),
    ...(call.ending === null ? {} : { ending: call.ending as NonNullable<ToolPart['ending']> }),
  };
}
