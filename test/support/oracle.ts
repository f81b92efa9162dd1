/**
 * The oracle of docs/durability: looks at one Work after whatever happened to it, and says what is wrong. It reads
 * what is really there (rows, log, history file) and believes none of it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { readSnapshot } from '../../src/db/snapshot.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { type Message, textOf } from '../../src/domain/messages.ts';
import { emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { eventually } from './eventually.ts';

const EVERYTHING = 1_000_000;

/** Every rule that this idle Work breaks, as sentences; empty when all is well. */
export async function violations(
  db: Database,
  { workId, dataDir }: { workId: string; dataDir: string },
): Promise<string[]> {
  const events = await readEvents(db, workId, { after: 0, limit: EVERYTHING });
  const gaps = events.flatMap((event, index) =>
    event.seq === index + 1 ? [] : [`D3: event ${event.seq} stands where ${index + 1} should`],
  );
  if (gaps.length > 0) return gaps;
  return [
    ...turnsEndOnce(events),
    ...messagesAreAnswered(events),
    ...textIsItsDeltas(events),
    ...callsEndOnce(events),
    ...(await rowsAgree(db, workId, events)),
    ...(await historyAgrees(db, workId, dataDir)),
    ...(await nothingIsHeld(db, workId)),
  ];
}

/**
 * The last line of a fault test. The history file may follow the turn's end by a moment (D8): a busy machine is
 * given more of it than the second that is promised.
 * @throws with all violations
 */
export async function expectSound(db: Database, work: { workId: string; dataDir: string }): Promise<void> {
  const found = await eventually(
    () => violations(db, work),
    (list) => list.length === 0,
    10_000,
  );
  if (found.length > 0) throw new Error(`the Work ${work.workId} is not sound:\n- ${found.join('\n- ')}`);
}

function turnsEndOnce(events: LogEvent[]): string[] {
  const problems: string[] = [];
  const started = events.filter((event) => event.kind === 'turn.started');
  for (const { turn } of started) {
    const ends = events.filter((event) => event.kind === 'turn.completed' && event.turn === turn);
    if (ends.length !== 1) problems.push(`D2: turn ${turn} has ${ends.length} turn.completed`);
    const last = events.findLast((event) => event.turn === turn);
    if (last?.kind !== 'turn.completed') problems.push(`D2: turn ${turn} ends with ${last?.kind}`);
  }
  const numbers = started.map(({ turn }) => turn);
  if (new Set(numbers).size !== numbers.length) problems.push(`D1: a turn was started twice: ${numbers}`);
  return problems;
}

function messagesAreAnswered(events: LogEvent[]): string[] {
  const gone = new Set(events.flatMap((event) => (event.kind === 'message.withdrawn' ? [event.id] : [])));
  return events.flatMap((event) => {
    if (event.kind !== 'message.queued' || gone.has(event.message.id)) return [];
    const { id } = event.message;
    const takes = events.filter(
      (other) =>
        (other.kind === 'turn.started' && other.messageIds.includes(id)) ||
        (other.kind === 'message.steered' && other.id === id),
    );
    return takes.length === 1 ? [] : [`D1: message ${id} was taken ${takes.length} times`];
  });
}

function textIsItsDeltas(events: LogEvent[]): string[] {
  const streamed = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'text.delta') {
      streamed.set(event.messageId, (streamed.get(event.messageId) ?? '') + event.text);
    }
  }
  return events.flatMap((event) => {
    if (event.kind !== 'message.completed') return [];
    const said = textOf(event.message);
    const deltas = streamed.get(event.message.id) ?? '';
    return said === deltas ? [] : [`D4: message ${event.message.id} says "${said}", its deltas "${deltas}"`];
  });
}

function callsEndOnce(events: LogEvent[]): string[] {
  const called = events.flatMap((event) => (event.kind === 'tool.called' ? [event.toolCallId] : []));
  const ended = events.flatMap((event) => (event.kind === 'tool.completed' ? [event.toolCallId] : []));
  const problems: string[] = [];
  if (new Set(called).size !== called.length) problems.push('D5: a call was announced twice');
  for (const id of called) {
    const count = ended.filter((other) => other === id).length;
    if (count !== 1) problems.push(`D5: call ${id} has ${count} tool.completed`);
  }
  for (const id of ended)
    if (!called.includes(id)) problems.push(`D5: call ${id} ended but was never called`);
  return problems;
}

async function rowsAgree(db: Database, workId: string, events: LogEvent[]): Promise<string[]> {
  const snapshot = await readSnapshot(db, workId, EVERYTHING);
  const watched = reduceAll(emptyConversation, events);
  const problems: string[] = [];
  if (snapshot?.status !== 'idle') problems.push(`the Work is ${snapshot?.status}`);
  if (snapshot?.seq !== watched.seq) problems.push(`P6: snapshot at ${snapshot?.seq}, log at ${watched.seq}`);
  if (!same(snapshot?.messages, watched.messages)) {
    problems.push(
      `P6: the rows and the log differ:\n${firstDifference(snapshot?.messages, watched.messages)}`,
    );
  }
  return problems;
}

async function historyAgrees(db: Database, workId: string, dataDir: string): Promise<string[]> {
  const file = path.join(dataDir, 'chat_history', `${workId}.json`);
  const text = await readFile(file, 'utf8').catch((error: unknown) => String(error));
  if (!text.startsWith('{')) return [`D8: no history file: ${text}`];
  const document = JSON.parse(text) as { seq: number; messages: Message[] };
  const snapshot = await readSnapshot(db, workId, EVERYTHING);
  return same(document.messages, snapshot?.messages)
    ? []
    : [`D8: the history file differs:\n${firstDifference(document.messages, snapshot?.messages)}`];
}

async function nothingIsHeld(db: Database, workId: string): Promise<string[]> {
  const held = await db
    .selectFrom('claims')
    .select('key')
    .where('work_id', '=', workId)
    .where('state', '=', 'running')
    .execute();
  const open = await db
    .selectFrom('tool_calls')
    .select('id')
    .where('work_id', '=', workId)
    .where('state', '=', 'running')
    .execute();
  return [
    ...held.map(({ key }) => `R4: ${key} is still claimed`),
    ...open.map(({ id }) => `D5: call ${id} is still open`),
  ];
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with sorted keys: Postgres keeps its own order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function firstDifference(a: Message[] | undefined, b: Message[] | undefined): string {
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let index = 0; index < length; index += 1) {
    if (!same(a?.[index], b?.[index])) {
      return `  ${canonical(a?.[index])?.slice(0, 600)}\n  ${canonical(b?.[index])?.slice(0, 600)}`;
    }
  }
  return '  (only their order of keys)';
}
