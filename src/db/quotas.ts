/** Each person's share of what all use: Works, turns at once, tokens a day, disk. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** One person's share; undefined: without bound. */
export interface Share {
  works: number;
  /** Works in which a turn runs or a message waits for one. */
  turnsAtOnce: number | undefined;
  /** Input and output together, of the last 24 hours. */
  tokensPerDay: number | undefined;
  /** In all their Works together, paused ones too. */
  schedules: number;
  /** Of the files of all their Works together. */
  diskBytes: number | undefined;
}

/** What an operator gives to each person with an account, and to each guest, who costs nothing to make. */
export interface Quotas {
  account: Share;
  guest: Share;
}

/** What a message is refused for that would start a turn. */
export type UsedUp = 'turns' | 'tokens';

/** Holds the person's row, so that of those who make something at once each counts what the others made. */
export async function holdPerson(db: Database, id: string): Promise<{ guest: boolean } | undefined> {
  return await db
    .selectFrom('users')
    .select('guest')
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Whether the person has as many Works as they may have; exact for whoever holds the person's row. */
export async function hasAllWorks(
  db: Database,
  { id: ownerId, guest }: { id: string; guest: boolean },
  quotas: Quotas,
): Promise<boolean> {
  const { works: most } = guest ? quotas.guest : quotas.account;
  const { rows } = await sql<{ full: boolean }>`
    select (select count(*) from (
      select 1 from works where owner_id = ${ownerId}::uuid and deleted_at is null limit ${most}) counted) >= ${most}
      as full`.execute(db);
  return rows[0]?.full ?? false;
}
