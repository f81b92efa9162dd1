/** Networks from which an account's right password came lately (A3). */
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** As long as a session may rest: who was away for longer begins anew. */
const KNOWN_DAYS = 30;

/** Whether the account of an address is known to be used from `network`. */
export async function isKnownNetwork(db: Database, email: string, network: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from known_networks k join users u on u.id = k.user_id
    where u.email = ${email} and k.network = ${network}
      and k.seen_at > pa_now() - make_interval(days => ${KNOWN_DAYS}::integer)`.execute(db);
  return rows.length > 0;
}

/** Notes that the right password of an account came from `network`. */
export async function noteKnownNetwork(db: Database, userId: string, network: string): Promise<void> {
  await sql`
    insert into known_networks (user_id, network, seen_at) values (${userId}::uuid, ${network}, pa_now())
    on conflict (user_id, network) do update set seen_at = excluded.seen_at`.execute(db);
}

/** Removes networks that are known no more. */
export async function forgetNetworks(db: Database): Promise<void> {
  await sql`
    delete from known_networks
    where seen_at < pa_now() - make_interval(days => ${KNOWN_DAYS}::integer)`.execute(db);
}
