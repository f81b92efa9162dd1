/**
 * Idle Works are archived: their workflows end, so that Temporal keeps what is in use and not all that ever was. What
 * was said stays where it is, in Postgres, and the next message starts a workflow from the Work's id (R2).
 */
import type { Database } from '../db/database.ts';
import { noteArchived, worksToArchive } from '../db/sweeps.ts';
import type { Job } from './job.ts';

export interface ArchivingDependencies {
  db: Database;
  /** Asks a Work's workflow to end, if it waits for nothing. */
  archive: (workId: string) => Promise<void>;
  /** How long nothing has happened in a Work that is archived; 0: none is. */
  days: number;
  log: { info(fields: object, message: string): void };
}

/** Each costs a signal and a decision, often with a replay: a backlog of years is worked off in days. */
const AT_ONCE = 100;

export function archivingJobs(deps: ArchivingDependencies): Job[] {
  if (deps.days === 0) return [];
  return [{ name: 'idle works', everyMs: 60_000, atStart: true, run: () => archiveIdleWorks(deps) }];
}

export async function archiveIdleWorks({ db, archive, days, log }: ArchivingDependencies): Promise<void> {
  const workIds = await worksToArchive(db, { days, limit: AT_ONCE });
  if (workIds.length === 0) return;
  // Noted afterwards: a process that dies in between, or another that found the same Works, says it once more.
  for (const workId of workIds) await archive(workId);
  await noteArchived(db, workIds, days);
  log.info({ works: workIds.length }, 'idle works were archived');
}
