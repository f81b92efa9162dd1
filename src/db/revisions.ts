/** What a person takes back: queued messages are changed or withdrawn, the conversation is run again (revisions.sql). */
import { sql } from 'kysely';
import type { Delivery } from '../domain/messages.ts';
import type { Database } from './database.ts';
import { turnShares } from './post-message.ts';
import type { Quotas, UsedUp } from './quotas.ts';
import { storableJson, storableText } from './storable.ts';

/** One message of the owner's Work. */
export interface OwnMessage {
  ownerId: string;
  workId: string;
  id: string;
}

/** 'taken': it is not queued any more; 'limited': the person may go on in `retryAfter` seconds. */
export type Changed = { kind: 'changed' | 'not_found' | 'taken' } | { kind: 'limited'; retryAfter: number };

/** Changes a queued message, in one statement with its event; absent fields stay. */
export async function changeMessage(
  db: Database,
  { ownerId, workId, id }: OwnMessage,
  change: {
    text?: string | undefined;
    attachments?: string[] | undefined;
    delivery?: Delivery | undefined;
  },
  perMinute: number,
): Promise<Changed> {
  const { rows } = await sql<{ answer: Changed }>`
    select change_message(${ownerId}::uuid, ${workId}::uuid, ${id}::uuid,
      ${change.text === undefined ? null : storableText(change.text)}::text,
      ${change.attachments === undefined ? null : storableJson(change.attachments)}::jsonb,
      ${change.delivery ?? null}::text, ${perMinute}::integer) as answer`.execute(db);
  return rows[0]?.answer ?? { kind: 'not_found' };
}

/** Withdraws a queued message: no turn will answer it, and its id stays used. */
export async function withdrawMessage(
  db: Database,
  { ownerId, workId, id }: OwnMessage,
): Promise<'withdrawn' | 'not_found' | 'taken'> {
  const { rows } = await sql<{ answer: { kind: 'withdrawn' | 'not_found' | 'taken' } }>`
    select withdraw_message(${ownerId}::uuid, ${workId}::uuid, ${id}::uuid) as answer`.execute(db);
  return rows[0]?.answer.kind ?? 'not_found';
}

/**
 * `stop`: the turn that was asked to end first; 'not_said': no person's message of the conversation; 'no_files': the files
 * as they were then are not kept.
 */
export type Rerun =
  | { kind: 'stored'; stop?: number }
  | { kind: 'duplicate' | 'reused' | 'not_found' | 'not_said' | 'no_files' }
  | { kind: 'limited'; retryAfter: number }
  | { kind: 'used_up'; share: UsedUp };

/**
 * Says a message anew, under the id `newId`, and perhaps in other words: it and what followed it leave the
 * conversation now, or in the statement that ends the running turn. `files`: its turn begins with the files as they were
 * then, a person's own changes since to `taken` included.
 */
export async function rerunMessage(
  db: Database,
  { ownerId, workId, id }: OwnMessage,
  again: { newId: string; text?: string | undefined; files?: { taken: string[] } | undefined },
  bounds: { perMinute: number; quotas: Quotas },
): Promise<Rerun> {
  const { rows } = await sql<{ answer: Rerun }>`
    select rerun_message(${ownerId}::uuid, ${workId}::uuid, ${id}::uuid, ${again.newId}::uuid,
      ${again.text === undefined ? null : storableText(again.text)}::text, ${bounds.perMinute}::integer,
      ${turnShares(bounds.quotas)},
      ${again.files === undefined ? null : storableJson(again.files)}::jsonb) as answer`.execute(db);
  return rows[0]?.answer ?? { kind: 'not_found' };
}
