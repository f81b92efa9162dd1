/** Rate limits that all API processes share (A3). */
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { forgetProviderSignIns } from './identities.ts';
import { forgetNetworks } from './known-networks.ts';
import { removeExpiredShares } from './shares.ts';

const MINUTE_SECONDS = 60;

/** Counts one use of `key`; gives 0 within `limit` uses in a window, else the seconds until it may be used again. */
export async function takeRate(
  db: Database,
  key: string,
  limit: number,
  windowSeconds = MINUTE_SECONDS,
): Promise<number> {
  const { rows } = await sql<{ wait: number }>`
    select take_rate(${key}::text, ${limit}::integer,
      make_interval(secs => ${windowSeconds}::double precision)) as wait`.execute(db);
  return rows[0]?.wait ?? 0;
}

/** Removes what no longer counts: windows, refresh tokens, begun sign-ins and shared links that are over, old use of tokens. */
export async function removeExpired(db: Database): Promise<void> {
  // A window that somebody holds is in use and stays: waiting for it while others are held could deadlock.
  await sql`
    delete from rate_windows where key in (
      select key from rate_windows where began_at + window_length < pa_now() - interval '4 minutes'
      for update skip locked
    )`.execute(db);
  await forgetNetworks(db);
  await removeExpiredShares(db);
  await forgetProviderSignIns(db);
  await sql`delete from refresh_tokens where expires_at < pa_now()`.execute(db);
  await sql`delete from token_use where hour < pa_now() - interval '2 days' and hour > 'epoch'`.execute(db);
}
