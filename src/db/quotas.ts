/** Each person's share of what all use: Works, turns at once, tokens a day. */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** What an operator gives to each person; undefined: as much as they like. */
export interface Quotas {
  works: number;
  /** The same for guests, who cost nothing to make. */
  guestWorks: number;
  turnsAtOnce: number | undefined;
  /** Input and output together, in the last 24 hours. */
  tokensPerDay: number | undefined;
}

/** Whether a person has as many Works as they may have. */
export async function hasAllWorks(db: Database, ownerId: string, quotas: Quotas): Promise<boolean> {
  const { rows } = await sql<{ full: boolean }>`
    select (select count(*) from (
        select 1 from works where owner_id = u.id and deleted_at is null limit q.most) counted) >= q.most as full
    from users u
    cross join lateral (select case when u.guest then ${quotas.guestWorks}::integer else ${quotas.works}::integer end
      as most) q
    where u.id = ${ownerId}::uuid`.execute(db);
  return rows[0]?.full ?? false;
}

/** The share that a person has used up who sends this message; undefined where they may. */
export async function usedUp(
  db: Database,
  message: { ownerId: string; workId: string; id: string },
  { turnsAtOnce, tokensPerDay }: Quotas,
): Promise<'turns' | 'tokens' | undefined> {
  if (turnsAtOnce === undefined && tokensPerDay === undefined) return undefined;
  const { rows } = await sql<{ share: 'turns' | 'tokens' | null }>`
    select used_up(${message.ownerId}::uuid, ${message.workId}::uuid, ${message.id}::uuid,
      ${turnsAtOnce ?? null}::integer, ${tokensPerDay ?? null}::bigint) as share`.execute(db);
  return rows[0]?.share ?? undefined;
}
