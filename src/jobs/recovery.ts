/**
 * What keeps every Work going whatever died (R9, life of a turn 2): a dead worker's activities are failed at once,
 * so that their next attempt starts; a Work that something waits for and nobody is at is woken. Every api and
 * worker process does this: the statements behind it give each finding to one of them.
 */
import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import { claimStalledExports } from '../db/exports.ts';
import { claimStalledWorks } from '../db/sweeps.ts';
import { claimStalledVerifications } from '../db/verifications.ts';
import { startExport } from '../temporal/export-client.ts';
import { startVerification } from '../temporal/verify-client.ts';
import { stopWork, wakeWork } from '../temporal/work-client.ts';
import { deadWorkersJob } from './dead-workers.ts';
import type { Job } from './job.ts';
import { schedulesJob } from './schedules.ts';

export interface RecoveryDependencies {
  db: Database;
  client: Client;
  log: { info(fields: object, message: string): void };
  onAlive?: (workerIds: string[]) => void;
}

export function recoveryJobs(deps: RecoveryDependencies): Job[] {
  return [
    deadWorkersJob(deps),
    { name: 'stalled works', everyMs: 2_000, run: () => wakeStalledWorks(deps) },
    { name: 'stalled exports', everyMs: 5_000, run: () => startStalledExports(deps) },
    { name: 'stalled verifications', everyMs: 5_000, run: () => startStalledVerifications(deps) },
    schedulesJob(deps),
  ];
}

async function wakeStalledWorks({ db, client, log }: RecoveryDependencies): Promise<void> {
  for (const work of await claimStalledWorks(db, { quietMs: 3_000, againMs: 10_000 })) {
    log.info({ workId: work.workId }, 'a work waits and nobody is at it: woken');
    await wakeWork(client, work);
    if (work.stopTurn !== null) await stopWork(client, work.workId, work.stopTurn);
  }
}

async function startStalledExports({ db, client, log }: RecoveryDependencies): Promise<void> {
  for (const exportId of await claimStalledExports(db)) {
    log.info({ exportId }, 'an export waits and nobody is at it: started');
    await startExport(client, exportId);
  }
}

async function startStalledVerifications({ db, client, log }: RecoveryDependencies): Promise<void> {
  for (const verificationId of await claimStalledVerifications(db)) {
    log.info({ verificationId }, 'a verification waits and nobody is at it: started');
    await startVerification(client, verificationId);
  }
}
