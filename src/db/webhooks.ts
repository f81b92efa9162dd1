/** Addresses of a person that are told of what happens in their Works (I9). Each query names the owner (A2). */
import { sql } from 'kysely';
import type { WebhookEnd, WebhookEvent } from '../domain/webhooks.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';
import { storableText } from './storable.ts';

export interface WebhookRow {
  id: string;
  url: string;
  events: WebhookEvent[];
  createdAt: Date;
  failingSince: Date | null;
  endedAt: Date | null;
  endedWhy: WebhookEnd | null;
  /** Events that were not kept for it, as too many waited. */
  missed: number;
}

/** Which webhook of whom. */
export interface OwnWebhook {
  id: string;
  ownerId: string;
}

/** Webhooks that a person may have at a time. */
export const MOST_WEBHOOKS = 10;

/** How long the secret before the newest one signs beside it. */
const OVERLAP = '24 hours';

const COLUMNS = [
  'id',
  'url',
  'events',
  'created_at as createdAt',
  'failing_since as failingSince',
  'ended_at as endedAt',
  'ended_why as endedWhy',
  'missed',
] as const;

/** Why there is none: the person is no more, is a guest, or has as many as may be, whoever adds one at the same time. */
export type WebhookRefusal = 'gone' | 'guest' | 'full';

/** @param hook its secret is sealed under its id */
export async function addWebhook(
  db: Database,
  hook: OwnWebhook & { url: string; events: readonly WebhookEvent[]; sealedSecret: Buffer },
): Promise<WebhookRow | WebhookRefusal> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, hook.ownerId);
    if (person === undefined) return 'gone';
    if (person.guest) return 'guest';
    const { count } = await held
      .selectFrom('webhooks')
      .select((q) => q.fn.countAll<number>().as('count'))
      .where('owner_id', '=', hook.ownerId)
      .executeTakeFirstOrThrow();
    if (Number(count) >= MOST_WEBHOOKS) return 'full';
    return (await held
      .insertInto('webhooks')
      .values({
        id: hook.id,
        owner_id: hook.ownerId,
        url: storableText(hook.url),
        events: [...hook.events],
        sealed_secret: hook.sealedSecret,
        created_at: databaseNow,
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()) as WebhookRow;
  });
}

/** All of a person's, the oldest first: there are never more than MOST_WEBHOOKS. */
export async function listWebhooks(db: Database, ownerId: string): Promise<WebhookRow[]> {
  return (await db
    .selectFrom('webhooks')
    .select(COLUMNS)
    .where('owner_id', '=', ownerId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()) as WebhookRow[];
}

/** Where it is sent to and the secret that signs for it; undefined where the person has none of that id. */
export async function findWebhook(
  db: Database,
  { id, ownerId }: OwnWebhook,
): Promise<{ url: string; sealedSecret: Buffer } | undefined> {
  return await db
    .selectFrom('webhooks')
    .select(['url', 'sealed_secret as sealedSecret'])
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
}

/** Gives it another secret; the one before goes on signing beside it for a day. False where there is none of that id. */
export async function replaceSecret(
  db: Database,
  { id, ownerId }: OwnWebhook,
  sealedSecret: Buffer,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('webhooks')
    .set({
      sealed_previous: sql.ref('sealed_secret'),
      previous_until: sql<Date>`pa_now() + ${OVERLAP}::interval`,
      sealed_secret: sealedSecret,
    })
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Switches it on again, with what happens from now on; undefined where there is none of that id. */
export async function resumeWebhook(
  db: Database,
  { id, ownerId }: OwnWebhook,
): Promise<WebhookRow | undefined> {
  const row = await db
    .updateTable('webhooks')
    .set({ failing_since: null, ended_at: null, ended_why: null, missed: 0 })
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row as WebhookRow | undefined;
}

/** False where the person has none of that id. What waits for it goes with it. */
export async function removeWebhook(db: Database, { id, ownerId }: OwnWebhook): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('webhooks')
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
