/** Rows to test with: a guest's Work, and what happened in it. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { postMessage } from '../../src/db/post-message.ts';
import type { Quotas } from '../../src/db/quotas.ts';
import type { EventKind, LogEvent } from '../../src/domain/events.ts';

export interface TestWork {
  workId: string;
  ownerId: string;
}

/** A guest with one empty Work. */
export async function makeWork(db: Database, ownerId?: string): Promise<TestWork> {
  const user =
    ownerId === undefined
      ? await db.insertInto('users').values({ guest: true }).returning('id').executeTakeFirstOrThrow()
      : { id: ownerId };
  const work = await db
    .insertInto('works')
    .values({ owner_id: user.id, title: 'A test' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { workId: work.id, ownerId: user.id };
}

/** Messages a minute that no test sends. */
export const NO_LIMIT = 1_000_000;

const ALL = {
  works: NO_LIMIT,
  turnsAtOnce: undefined,
  tokensPerDay: undefined,
  schedules: NO_LIMIT,
  diskBytes: undefined,
};
/** As much of everything as a test likes. */
export const NO_QUOTAS: Quotas = { account: ALL, guest: ALL };

/** How much a person of a test may send. */
export const UNLIMITED = { perMinute: NO_LIMIT, quotas: NO_QUOTAS };

/** Queues a message; gives its id. */
export async function queueMessage(
  db: Database,
  work: TestWork,
  text: string,
  delivery: 'queue' | 'steer' = 'queue',
): Promise<string> {
  const id = randomUUID();
  const message = { ...work, id, text, attachments: [], delivery, title: text, ...UNLIMITED };
  const { kind } = await postMessage(db, message);
  if (kind !== 'stored') throw new Error(`the message was ${kind}`);
  return id;
}

/** The whole log of a Work, after checking that its numbers have no gap (R5). */
export async function wholeLog(db: Database, workId: string): Promise<LogEvent[]> {
  const events = await readEvents(db, workId, { after: 0, limit: 1_000_000 });
  events.forEach((event, index) => {
    if (event.seq !== index + 1) throw new Error(`event ${index + 1} is missing: found ${event.seq}`);
  });
  return events;
}

/** The events of some kinds. */
export function ofKind<K extends EventKind>(events: LogEvent[], ...kinds: K[]): (LogEvent & { kind: K })[] {
  return events.filter((event): event is LogEvent & { kind: K } => (kinds as string[]).includes(event.kind));
}
