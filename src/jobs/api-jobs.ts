/** Every job of an api process; docs/architecture.md has the table. */
import { removeExpired } from '../db/rates.ts';
import { deleteLeftGuests } from '../db/users.ts';
import type { Job } from './job.ts';
import { type RecoveryDependencies, recoveryJobs } from './recovery.ts';

export interface ApiJobsDependencies extends RecoveryDependencies {
  /** Finishes the deletions that were accepted, and removes folders that no Work names. */
  finishDeletions: () => Promise<void>;
  /** Makes the files of templates that are missing, and removes those without a row. */
  syncTemplateFiles: () => Promise<void>;
  /** 0: for ever. */
  guestRetentionDays: number;
}

export function apiJobs(deps: ApiJobsDependencies): Job[] {
  const { db, guestRetentionDays } = deps;
  const jobs: Job[] = [
    ...recoveryJobs(deps),
    { name: 'deletions', everyMs: 60_000, run: deps.finishDeletions },
    { name: 'template files', everyMs: 60_000, run: deps.syncTemplateFiles },
    { name: 'expired rows', everyMs: 60_000, run: () => removeExpired(db) },
  ];
  if (guestRetentionDays > 0) {
    jobs.push({
      name: 'left guests',
      everyMs: 600_000,
      run: async () => {
        await deleteLeftGuests(db, guestRetentionDays);
      },
    });
  }
  return jobs;
}
