/** The bytes of one content of a Work's history, whole (T4). */
import { buffer } from 'node:stream/consumers';
import type { Database } from '../db/database.ts';
import { findBlobs } from '../db/versions.ts';
import { openBlob } from './blob-store.ts';
import { LostBytes } from './lost-bytes.ts';
import { historyFolder } from './store-files.ts';

/** Null where they are not kept, or not on the disk any more. */
export async function keptBytes(
  { db, dataDir, workId }: { db: Database; dataDir: string; workId: string },
  sha256: string,
): Promise<Buffer | null> {
  const [blob] = await findBlobs(db, workId, [sha256]);
  if (blob === undefined) return null;
  try {
    return await buffer(await openBlob(historyFolder(dataDir, workId), blob));
  } catch (error) {
    if (error instanceof LostBytes) return null;
    throw error;
  }
}
