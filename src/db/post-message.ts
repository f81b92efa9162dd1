/** A person's message, on its way into the log: stored once, and not too many of them. */
import { sql } from 'kysely';
import type { Delivery } from '../domain/messages.ts';
import type { Database } from './database.ts';
import type { Quotas, UsedUp } from './quotas.ts';
import { storableJson, storableText } from './storable.ts';

/**
 * 'reused' means that the id stands for another text already (P5); 'limited' that the person sends too many and may
 * go on in `retryAfter` seconds; 'used_up' that it would start a turn for which they have no share left.
 */
export type Posted =
  | { kind: 'stored' | 'duplicate' | 'reused' | 'not_found' }
  | { kind: 'limited'; retryAfter: number }
  | { kind: 'used_up'; share: UsedUp };

/**
 * Stores a user message with its event, once per id, within `perMinute` messages a minute and person; repeats of
 * stored ones count for nothing. `title` becomes the Work's where nobody named it.
 */
export async function postMessage(
  db: Database,
  message: {
    ownerId: string;
    workId: string;
    id: string;
    text: string;
    attachments: string[];
    delivery: Delivery;
    title: string;
    perMinute: number;
    quotas: Quotas;
  },
): Promise<Posted> {
  const { rows } = await sql<{ answer: Posted }>`
    select post_message(${message.ownerId}::uuid, ${message.workId}::uuid, ${message.id}::uuid,
      ${storableText(message.text)}::text, ${storableJson(message.attachments)}::jsonb,
      ${message.delivery}::text, ${storableText(message.title)}::text,
      ${message.perMinute}::integer, ${turnShares(message.quotas)}) as answer`.execute(db);
  return rows[0]?.answer ?? { kind: 'not_found' };
}

/** The shares that bound turns, as post_message and rerun_message take them. */
export function turnShares({ account, guest }: Quotas) {
  return sql`${account.turnsAtOnce ?? null}::integer, ${guest.turnsAtOnce ?? null}::integer,
    ${account.tokensPerDay ?? null}::bigint, ${guest.tokensPerDay ?? null}::bigint`;
}
