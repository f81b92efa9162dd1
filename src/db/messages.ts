/** The conversation of a Work, as rows: what is said once it is complete. What still streams is in the log. */
import { sql } from 'kysely';
import {
  type Delivery,
  type Message,
  type Part,
  type ToolPart,
  textOf,
  type Usage,
} from '../domain/messages.ts';
import { keepOutput, OUTPUT_KEPT } from '../domain/reducer.ts';
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
  scheduledBy: string | null;
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
  'scheduled_by as scheduledBy',
  sql<string>`iso_time(created_at)`.as('createdAt'),
] as const;

/**
 * Bytes of the messages that are read together for one reader, about: fewer come where they are long (SR-H6). One message
 * comes in any case, its calls' results and output cut to this together.
 */
export const PAGE_BYTES = 8 * 1024 ** 2;

/**
 * The newest `limit` complete messages of every agent, oldest first, and the position of the first of them, from
 * which older ones are asked for; `before` is such a position. `upTo` leaves out what came later in the log. They are
 * fewer where they would be more than `bytes`, which is about what they are as JSON.
 */
export async function readMessages(
  db: Database,
  workId: string,
  { limit, bytes, before, upTo }: { limit: number; bytes?: number; before?: number; upTo?: number },
): Promise<{ messages: Message[]; cursor: number | undefined }> {
  const sizes = bytes === undefined ? [] : await sizesOf(db, workId, { limit, before, upTo });
  const fitting = bytes === undefined ? limit : Math.max(1, howManyFit(sizes, bytes));
  const most = Math.min(limit, fitting);
  let query = db
    .selectFrom('messages')
    .select([...MESSAGE_COLUMNS, 'position'])
    .where('work_id', '=', workId)
    .where('position', 'is not', null)
    .where('rewound', '=', false)
    .orderBy('position', 'desc')
    .limit(most + 1);
  if (before !== undefined) query = query.where('position', '<', before);
  if (upTo !== undefined) query = query.where('position', '<=', upTo);
  const rows = await query.execute();
  const page = rows.slice(0, most).reverse();
  const isCut = bytes !== undefined && (sizes[0] ?? 0) > bytes;
  return {
    messages: await withCalls(db, workId, page, isCut ? bytes : undefined),
    cursor: rows.length > most ? (page[0]?.position ?? undefined) : undefined,
  };
}

/** Bytes of each of those messages, with all that their calls hold, the newest first. Nothing of them is read here. */
async function sizesOf(
  db: Database,
  workId: string,
  { limit, before, upTo }: { limit: number; before: number | undefined; upTo: number | undefined },
): Promise<number[]> {
  const { rows } = await sql<{ size: number }>`
    select (octet_length(m.parts::text) + coalesce((
      select sum(coalesce(octet_length(c.result), 0) + least(coalesce(octet_length(c.output), 0), ${OUTPUT_KEPT})
        + octet_length(c.arguments::text) + coalesce(octet_length(c.files::text), 0))
      from jsonb_array_elements(m.parts) p
      join tool_calls c on c.work_id = m.work_id and c.id = (p ->> 'toolCallId')::uuid
      where p ->> 'type' = 'tool'), 0))::float8 as size
    from messages m
    where m.work_id = ${workId}::uuid and m.position is not null and not m.rewound
      and m.position < ${before ?? null}::bigint is not false and m.position <= ${upTo ?? null}::bigint is not false
    order by m.position desc limit ${limit}`.execute(db);
  return rows.map(({ size }) => size);
}

function howManyFit(sizes: number[], bytes: number): number {
  let left = bytes;
  const end = sizes.findIndex((size) => {
    left -= size;
    return left < 0;
  });
  return end < 0 ? sizes.length : end;
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

/** What the person said in a turn, oldest first. */
export async function askedInTurn(db: Database, workId: string, turn: number): Promise<string> {
  const rows = await db
    .selectFrom('messages')
    .select('parts')
    .where('work_id', '=', workId)
    .where('turn', '=', turn)
    .where('role', '=', 'user')
    .where('rewound', '=', false)
    .orderBy('position')
    .execute();
  return rows.map(({ parts }) => textOf({ parts: parts as unknown as Part[] })).join('\n\n');
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

/** Characters that no text in a row has. */
const UNCUT = 2 ** 31 - 1;

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

/**
 * Rows as messages, their tool parts filled from the calls' own rows. With `bytes` their results and what was printed
 * have about as many together, each an equal share.
 */
export async function withCalls(
  db: Database,
  workId: string,
  rows: MessageRow[],
  bytes?: number,
): Promise<Message[]> {
  const ids = rows.flatMap((row) => callIds(row.parts as Part[]));
  const calls = new Map<string, CallRow>();
  if (ids.length > 0) {
    const each = bytes === undefined ? UNCUT : Math.floor(bytes / 2 / ids.length);
    const found = await db
      .selectFrom('tool_calls')
      .select(['id', 'name', 'arguments', 'state', 'files', 'ending'])
      .select([sql<string | null>`left(result, ${each}::integer)`.as('result')])
      .select([sql<string | null>`right(output, ${each}::integer)`.as('output')])
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
    ...(row.scheduledBy === null ? {} : { scheduledBy: row.scheduledBy }),
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
