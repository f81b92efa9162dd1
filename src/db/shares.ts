/** Links by which anybody reads a Work, or its paper alone (H8, P24). */
import { sql } from 'kysely';
import type { Shared } from '../domain/shares.ts';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';
import { holdPerson } from './quotas.ts';

/** Links that a Work, a person and a guest may have at a time. */
export const MOST_SHARES = { work: 20, account: 200, guest: 10 } as const;

export interface ShareRow {
  id: string;
  what: Shared;
  hint: string;
  createdAt: string;
  expiresAt: string | null;
}

/** A link that somebody came by, while it is good. */
export interface OpenShare {
  id: string;
  what: Shared;
  workId: string;
  ownerId: string;
  title: string;
  expiresAt: string | null;
}

const COLUMNS = [
  'shares.id',
  'shares.what',
  'shares.hint',
  sql<string>`iso_time(shares.created_at)`.as('createdAt'),
  sql<string | null>`iso_time(shares.expires_at)`.as('expiresAt'),
] as const;

/** Those that still lead somewhere. */
const IS_GOOD = sql<boolean>`(shares.expires_at is null or shares.expires_at > pa_now())`;

/**
 * Makes a link; 'past' where it would be over already, 'full' where there are MOST_SHARES, counted under the person's
 * row; undefined where they have no such Work.
 */
export async function addShare(
  db: Database,
  share: {
    workId: string;
    ownerId: string;
    what: Shared;
    hash: Buffer;
    hint: string;
    expiresAt: string | null;
  },
): Promise<ShareRow | 'full' | 'past' | undefined> {
  return await db.transaction().execute(async (held) => {
    const person = await holdPerson(held, share.ownerId);
    if (person === undefined) return undefined;
    const { rows } = await sql<{ ofWork: number; ofPerson: number; isPast: boolean }>`
      select count(*) filter (where s.work_id = ${share.workId}::uuid)::integer as "ofWork",
        count(s.id)::integer as "ofPerson", coalesce(${share.expiresAt}::timestamptz <= pa_now(), false) as "isPast"
      from works w left join shares s on s.work_id = w.id and (s.expires_at is null or s.expires_at > pa_now())
      where w.owner_id = ${share.ownerId}::uuid and w.deleted_at is null
      having bool_or(w.id = ${share.workId}::uuid)`.execute(held);
    const [counted] = rows;
    if (counted === undefined) return undefined;
    if (counted.isPast) return 'past';
    const most = person.guest ? MOST_SHARES.guest : MOST_SHARES.account;
    if (counted.ofWork >= MOST_SHARES.work || counted.ofPerson >= most) return 'full';
    const { workId, what, hash, hint, expiresAt } = share;
    return (await held
      .insertInto('shares')
      .values({
        ...{ work_id: workId, what, token_hash: hash, hint, expires_at: expiresAt, created_at: databaseNow },
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()) as ShareRow;
  });
}

/** Those of a Work that still lead somewhere, the newest first: never more than MOST_SHARES. Undefined where they have no such Work. */
export async function listShares(
  db: Database,
  { workId, ownerId }: { workId: string; ownerId: string },
): Promise<ShareRow[] | undefined> {
  const rows = await db
    .selectFrom('works')
    .leftJoin('shares', (join) => join.onRef('shares.work_id', '=', 'works.id').on(IS_GOOD))
    .select(COLUMNS)
    .where('works.id', '=', workId)
    .where('works.owner_id', '=', ownerId)
    .where('works.deleted_at', 'is', null)
    .orderBy('shares.created_at', 'desc')
    .orderBy('shares.id')
    .execute();
  return rows.length === 0 ? undefined : (rows.filter(({ id }) => id !== null) as ShareRow[]);
}

/** Ends a link, and what it holds open: told like the end of a session. False where the person has no such link. */
export async function removeShare(
  db: Database,
  share: { id: string; workId: string; ownerId: string },
): Promise<boolean> {
  const { rows } = await sql`
    with ended as (
      delete from shares s using works w
      where s.id = ${share.id}::uuid and s.work_id = ${share.workId}::uuid
        and w.id = s.work_id and w.owner_id = ${share.ownerId}::uuid and w.deleted_at is null
      returning s.id
    )
    select pg_notify('pa_session_ended', id::text) from ended`.execute(db);
  return rows.length > 0;
}

/** Where the link with this hash leads; undefined where it leads nowhere, or nowhere any more. */
export async function findShare(db: Database, hash: Buffer): Promise<OpenShare | undefined> {
  const row = await db
    .selectFrom('shares')
    .innerJoin('works', 'works.id', 'shares.work_id')
    .select([
      'shares.id',
      'shares.what',
      'shares.work_id as workId',
      'works.owner_id as ownerId',
      'works.title',
      sql<string | null>`iso_time(shares.expires_at)`.as('expiresAt'),
    ])
    .where('shares.token_hash', '=', hash)
    .where(IS_GOOD)
    .where('works.deleted_at', 'is', null)
    .executeTakeFirst();
  return row && { ...row, what: row.what as Shared };
}

/**
 * Whether a reader who has the Work's log through `after` may have the rest of it as it was logged: none of that was taken
 * back since by rewinding, nor is any of it older than the link (P24). It reads no more of the log than it lets through.
 */
export async function mayResume(
  db: Database,
  { id, workId }: Pick<OpenShare, 'id' | 'workId'>,
  after: number,
): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select not exists (
      select from events e, shares s
      where e.work_id = ${workId}::uuid and e.seq > ${after}::bigint and s.id = ${id}::uuid
        and (e.kind = 'conversation.rewound' or e.at < s.created_at)) as may`.execute(db);
  return rows[0]?.may === true;
}

/** Removes links whose time is over. */
export async function removeExpiredShares(db: Database): Promise<void> {
  await sql`delete from shares where expires_at < pa_now()`.execute(db);
}

/** A call of a Work, as it was made. */
export async function findCall(
  db: Database,
  workId: string,
  id: string,
): Promise<{ name: string; arguments: unknown } | undefined> {
  return await db
    .selectFrom('tool_calls')
    .select(['name', 'arguments'])
    .where('work_id', '=', workId)
    .where('id', '=', id)
    .executeTakeFirst();
}
