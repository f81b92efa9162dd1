/** What writers that were killed left in the histories of Works is cleared up, each history once after it last changed. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Database } from '../db/database.ts';
import { unnamedBlobs } from '../db/versions.ts';
import { unlessMissing } from '../system-error.ts';
import { LEFT_MS, sweepBlobs } from '../versions/blob-store.ts';
import { historyFolder } from '../versions/store-files.ts';
import { listFolder } from '../workspace/whole-file.ts';
import type { Job } from './job.ts';

/** Histories that are looked through in a round. */
const AT_ONCE = 50;

export function leftVersionsJob({ db, dataDir }: { db: Database; dataDir: string }): Job {
  /** When each history that was looked through had last changed. */
  const swept = new Map<string, number>();
  return {
    name: 'left versions',
    everyMs: 600_000,
    async run() {
      const root = dirname(historyFolder(dataDir, 'x'));
      const names = await listFolder(root);
      for (const name of swept.keys()) if (!names.includes(name)) swept.delete(name);
      let left = AT_ONCE;
      for (const workId of names) {
        const seen = await unlessMissing(stat(join(root, workId)));
        if (seen === undefined || Date.now() - seen.mtimeMs < LEFT_MS) continue;
        if (swept.get(workId) === seen.mtimeMs) continue;
        left -= 1;
        if (left < 0) return;
        await sweepBlobs(join(root, workId), (files) => unnamedBlobs(db, workId, files));
        swept.set(workId, seen.mtimeMs);
      }
    },
  };
}
