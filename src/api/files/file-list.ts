/** Files as they are listed: to their person, and to whoever reads by a shared link. */
import type { Listing } from '../../workspace/listing.ts';

/** Bytes that a list of files has at most: paths may have 14,000 each (SR-H6). And what an entry has besides its path. */
const LISTED_BYTES = 8 * 1024 ** 2;
const ENTRY_BYTES = 100;

/** What of a listing one answer holds. */
export function fileList({ entries, truncated }: Listing) {
  let left = LISTED_BYTES;
  const end = entries.findIndex(({ path }) => {
    left -= Buffer.byteLength(path) + ENTRY_BYTES;
    return left < 0;
  });
  const items = (end < 0 ? entries : entries.slice(0, end)).map(({ path, kind, size, mtimeMs }) => ({
    ...{ path, kind, size },
    modifiedAt: new Date(mtimeMs).toISOString(),
  }));
  return { items, truncated: truncated || end >= 0 };
}
