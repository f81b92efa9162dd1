/** Restores that nobody is at any more are finished: whoever began them died, or the turn that began with one was stopped. */
import type { Database } from '../db/database.ts';
import { leftRestores } from '../db/restores.ts';
import type { DiskShares } from '../db/room.ts';
import { finishRestore } from '../versions/restore.ts';
import { reachWorkspace } from '../workspace/reach-workspace.ts';
import { WorkspaceError } from '../workspace/workspace-error.ts';
import type { Job } from './job.ts';

/** One that was asked for so long ago has most likely lost whoever did it; should it not have, two do the same. */
const LEFT_MS = 10_000;
const AT_ONCE = 20;

export interface LeftRestoresDependencies {
  db: Database;
  dataDir: string;
  /** What people's Works may have on the disk. */
  disk: DiskShares;
  log: { info(fields: object, message: string): void };
}

export function leftRestoresJob({ db, dataDir, disk, log }: LeftRestoresDependencies): Job {
  return {
    name: 'left restores',
    everyMs: 5_000,
    async run() {
      for (const { workId, id } of await leftRestores(db, { olderThanMs: LEFT_MS, limit: AT_ONCE })) {
        const workspace = await reachWorkspace(dataDir, workId);
        try {
          await finishRestore({ db, dataDir, workId, workspace, shares: disk }, id);
          log.info({ workId, id }, 'a restore that was left was finished');
        } catch (error) {
          // Its row says so to whoever asks.
          if (!(error instanceof WorkspaceError)) throw error;
        }
      }
    },
  };
}
