/**
 * What webhooks are to be told (I9). Deliveries are made by triggers, in the statements that make the events; who takes
 * which is decided in functions/webhooks.sql.
 */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { call } from './function-call.ts';
import { storableText } from './storable.ts';
import type { OwnWebhook } from './webhooks.ts';

/** A delivery that was taken: nobody else is at it until its lease ends. */
export interface TakenDelivery {
  /** The same at each attempt. */
  id: string;
  webhookId: string;
  url: string;
  type: string;
  data: Record<string, unknown>;
  /** When it happened, ISO 8601. */
  at: string;
  /** The number of this attempt, from 1. */
  attempt: number;
  /** In base64, as they were sealed under the webhook's id. */
  sealed: string;
  sealedPrevious: string | null;
}

/** How long whoever took one may be at it: longer than a request may last. */
const LEASE = '60 seconds';
/** For how long nothing may get through before the webhook is switched off. */
const PATIENCE = '5 days';
/** How long what is done with is listed, and how much of one webhook. */
const KEPT = { age: '7 days', most: 200 };
export const MOST_LISTED = 50;

/** Takes deliveries that are due: at most `most`, of one person at most `ofOne` at a time, whoever takes them. */
export async function takeDeliveries(
  db: Database,
  { most, ofOne }: { most: number; ofOne: number },
): Promise<TakenDelivery[]> {
  return await call<TakenDelivery[]>(
    db,
    sql`take_deliveries(${most}::integer, ${ofOne}::integer, ${LEASE}::interval)`,
  );
}

/** What came of an attempt; `pauseMs`: until the next one, undefined: there is none. */
export interface Attempted {
  ok: boolean;
  status: number | null;
  error: string | null;
  pauseMs: number | undefined;
}

/** Stores what came of an attempt, unless its lease ended and somebody else took the delivery. */
export async function endDelivery(
  db: Database,
  { id, attempt }: Pick<TakenDelivery, 'id' | 'attempt'>,
  { ok, status, error, pauseMs }: Attempted,
): Promise<void> {
  await sql`
    select end_delivery(${id}::uuid, ${attempt}::integer, ${ok}::boolean, ${status}::integer,
      ${error === null ? null : storableText(error)}::text,
      ${pauseMs === undefined ? null : `${pauseMs} ms`}::interval, ${PATIENCE}::interval)`.execute(db);
}

/** Gives back what was not sent. */
export async function putBackDelivery(
  db: Database,
  { id, attempt }: Pick<TakenDelivery, 'id' | 'attempt'>,
): Promise<void> {
  await sql`select put_back_delivery(${id}::uuid, ${attempt}::integer)`.execute(db);
}

/** Forgets what was done with long ago, and what is more than a list shows. */
export async function forgetDeliveries(db: Database): Promise<void> {
  await sql`select forget_deliveries(${KEPT.age}::interval, ${KEPT.most}::integer)`.execute(db);
}

export interface DeliveryRow {
  id: string;
  type: string;
  at: Date;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  /** When it is tried next, while it waits. */
  nextAt: Date;
  triedAt: Date | null;
  status: number | null;
  error: string | null;
}

/** The newest of a webhook's, at most MOST_LISTED; none where the person has no such webhook. */
export async function listDeliveries(db: Database, { id, ownerId }: OwnWebhook): Promise<DeliveryRow[]> {
  return (await db
    .selectFrom('webhook_deliveries as d')
    .innerJoin('webhooks as h', 'h.id', 'd.webhook_id')
    .select([
      ...(['d.id', 'd.type', 'd.at', 'd.state', 'd.attempts', 'd.status', 'd.error'] as const),
      'd.next_at as nextAt',
      'd.tried_at as triedAt',
    ])
    .where('h.id', '=', id)
    .where('h.owner_id', '=', ownerId)
    .orderBy('d.at', 'desc')
    .orderBy('d.id')
    .limit(MOST_LISTED)
    .execute()) as DeliveryRow[];
}
