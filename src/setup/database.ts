/** What the database needs before anyone uses it. */
import { migrateToLatest } from '../db/migrate.ts';
import { SetupError } from './setup-error.ts';

/**
 * Brings the database up to date. Safe when several processes do it at once.
 * @throws SetupError
 */
export async function prepareDatabase(url: string): Promise<void> {
  try {
    await migrateToLatest(url);
  } catch (error) {
    throw new SetupError(`the database could not be brought up to date: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
