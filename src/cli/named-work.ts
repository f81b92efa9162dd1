/** A Work of this server that is named on a command line: what is done with it is done in its owner's name. */
import { ConfigError } from '../config/environment.ts';
import type { Database } from '../db/database.ts';

/**
 * The id of the Work that was named.
 *
 * @param usage how the program is called, for the sentence about what was named instead
 * @throws ConfigError
 */
export function namedWorkId(word: string | undefined, usage: string): string {
  if (word === undefined) throw new ConfigError(`one Work is to be named; ${usage}`);
  if (!/^[0-9a-f-]{36}$/i.test(word))
    throw new ConfigError(`${word} is no id of a Work: it stands in the page's address; ${usage}`);
  return word;
}

/** Whose it is. @throws ConfigError where this server has no such Work */
export async function ownerOf(db: Database, workId: string): Promise<string> {
  const work = await db
    .selectFrom('works')
    .select('owner_id as ownerId')
    .where('id', '=', workId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (work === undefined) throw new ConfigError('this server has no such Work');
  return work.ownerId;
}
