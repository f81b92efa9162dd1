/** A key as it is used: each has its own rate (I1). */
import { type UsedKey, useApiKey } from '../../db/api-keys.ts';
import { onBehalfOf } from '../../db/askers.ts';
import type { Database } from '../../db/database.ts';
import { rateLimited } from '../api-error.ts';
import type { FindKey } from './tokens.ts';

/** Keys that are remembered as somebody's; the one that was learned first is forgotten first. */
const MOST_REMEMBERED = 10_000;
/** Keys of which nobody knows yet whether they are anybody's take turns as one person (SR-H8). */
const NOBODY_YET = 'keys that are not known';

/** Finds the key with a hash, within its rate. */
export function usableKeys(db: Database, perMinute: number): FindKey {
  const people = new Map<string, string>();
  return async (hash) => {
    const id = hash.toString('hex');
    const key = await onBehalfOf(people.get(id) ?? NOBODY_YET, () => useApiKey(db, hash, perMinute));
    if (key === undefined) people.delete(id);
    else remember(people, id, key);
    if (key !== undefined && key.wait > 0) throw rateLimited(key.wait, 'requests with this key');
    return key;
  };
}

function remember(people: Map<string, string>, id: string, { userId }: UsedKey): void {
  people.set(id, userId);
  const [oldest] = people.keys();
  if (people.size > MOST_REMEMBERED && oldest !== undefined) people.delete(oldest);
}
