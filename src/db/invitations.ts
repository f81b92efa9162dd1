/** Invitations to make an account: good once, for a while. Only hashes are stored: the codes are as good as passwords. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { databaseNow } from './clock.ts';
import type { Database } from './database.ts';

/** Makes an invitation that is good for `days` days; gives its code, which is told nowhere else. */
export async function createInvitation(db: Database, days: number): Promise<string> {
  const code = randomBytes(16).toString('base64url');
  await db
    .insertInto('invitations')
    .values({
      code_hash: hashOf(code),
      expires_at: sql<Date>`pa_now() + make_interval(days => ${days}::integer)`,
    })
    .execute();
  return code;
}

/** Uses an invitation up; false where there is none (any more). In a transaction it is free again where that fails. */
export async function takeInvitation(db: Database, code: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('invitations')
    .where('code_hash', '=', hashOf(code))
    .where('expires_at', '>', databaseNow)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
