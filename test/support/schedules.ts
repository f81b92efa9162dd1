/** Schedules in tests: their times are not waited for, but were minutes ago. */
import { sql } from 'kysely';
import type { Database } from '../../src/db/database.ts';
import type { TestAccount, TestSystem } from './system.ts';

export interface MadeSchedule {
  id: string;
  cron: string;
  timeZone: string;
  paused: boolean;
  next: string[];
}

/** A crontab of each day at the minute of so long ago, in UTC, and that time. */
export function dailyAgo(minutes: number): { cron: string; at: Date } {
  const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 - minutes * 60_000);
  return { cron: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, at };
}

/** Makes a schedule over REST. */
export async function makeSchedule(
  system: Pick<TestSystem, 'request'>,
  account: TestAccount,
  workId: string,
  wish: Record<string, unknown>,
): Promise<MadeSchedule> {
  const body = { text: 'Look at the new data.', timeZone: 'UTC', ...wish };
  const response = await system.request(account, 'POST', `/api/works/${workId}/schedules`, body);
  if (response.status !== 201) throw new Error(`no schedule was made: ${await response.text()}`);
  return (await response.json()) as MadeSchedule;
}

/**
 * Has Temporal told of it as if it had not known of it for so many minutes: it takes the times of these. As a change does it
 * makes a new version: who tells Temporal of the last one at this moment notes down that one only.
 */
export async function comeSince(db: Database, id: string, minutes: number): Promise<void> {
  await sql`
    update schedules set version = version + 1, since = pa_now() - make_interval(mins => ${minutes}::integer),
      told_at = null, next_at = null
    where id = ${id}::uuid`.execute(db);
}
