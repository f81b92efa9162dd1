/** A key as it is used: each has its own rate (I1). */
import { type UsedKey, useApiKey } from '../../db/api-keys.ts';
import { onBehalfOf } from '../../db/askers.ts';
import type { Database } from '../../db/database.ts';
import { rateLimited } from '../api-error.ts';

/** The key with this hash; undefined: there is none. @throws ApiError rate_limited where it was used too often of late */
export async function usableKey(db: Database, hash: Buffer, perMinute: number): Promise<UsedKey | undefined> {
  const key = await onBehalfOf(hash.toString('hex'), () => useApiKey(db, hash, perMinute));
  if (key !== undefined && key.wait > 0) throw rateLimited(key.wait, 'requests with this key');
  return key;
}
