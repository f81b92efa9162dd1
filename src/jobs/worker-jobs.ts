/** Every job of a worker process; docs/architecture.md has the table. */
import { forgetOldExports, keptExports } from '../db/exports.ts';
import { worksToMeasure } from '../db/room.ts';
import { isAgentWanted, isRunWanted } from '../db/runs.ts';
import { pruneLog, worksWithOldHistory } from '../db/sweeps.ts';
import { isScratchRunWanted } from '../db/verifications.ts';
import { forgetDeliveries } from '../db/webhook-deliveries.ts';
import { measureWork } from '../room/room.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { peopleWithExports, removeExportsBut } from '../workspace/export-files.ts';
import { reachWorkspace } from '../workspace/reach-workspace.ts';
import { type ArchivingDependencies, archivingJobs } from './archiving.ts';
import type { Job } from './job.ts';
import { type LeftRestoresDependencies, leftRestoresJob } from './left-restores.ts';
import { leftVersionsJob } from './left-versions.ts';
import { type OperatorToolServersDependencies, operatorToolServersJob } from './operator-tool-servers.ts';
import { type RecoveryDependencies, recoveryJobs } from './recovery.ts';
import { type WebhooksDependencies, webhooksJob } from './webhooks.ts';
import { wordsJob } from './words.ts';

export interface WorkerJobsDependencies
  extends RecoveryDependencies,
    ArchivingDependencies,
    LeftRestoresDependencies,
    OperatorToolServersDependencies,
    WebhooksDependencies {
  log: RecoveryDependencies['log'] & WebhooksDependencies['log'];
  /** Writes a Work's history file where it is behind. */
  writeHistory: (workId: string) => Promise<void>;
  /** Absolute path of PA_DATA. */
  dataDir: string;
  sandbox: Sandbox | null;
  logRetentionMinutes: number;
  /** Gives up claims of this worker that no attempt here stands for. */
  releaseOrphanedClaims: () => Promise<void>;
}

/** Works whose disk is measured in a round. */
const WORKS_MEASURED = 100;

export function workerJobs(deps: WorkerJobsDependencies): Job[] {
  const { db, sandbox, log } = deps;
  const jobs: Job[] = [
    ...recoveryJobs(deps),
    { name: 'orphaned claims', everyMs: 1_000, run: deps.releaseOrphanedClaims },
    {
      name: 'history files',
      everyMs: 2_000,
      atStart: true,
      run: async () => {
        for (const workId of await worksWithOldHistory(db)) await deps.writeHistory(workId);
      },
    },
    wordsJob(db),
    {
      name: 'log pruning',
      everyMs: 30_000,
      run: async () => {
        const pruned = await pruneLog(db, deps.logRetentionMinutes);
        if (pruned > 0) log.info({ turns: pruned }, 'the log was pruned');
      },
    },
    {
      name: 'disk of works',
      everyMs: 30_000,
      run: async () => {
        for (const workId of await worksToMeasure(db, WORKS_MEASURED)) {
          const workspace = await reachWorkspace(deps.dataDir, workId);
          await measureWork({ db, workId, workspace });
        }
      },
    },
    {
      name: 'old exports',
      everyMs: 600_000,
      run: async () => {
        await forgetOldExports(db);
        for (const ownerId of await peopleWithExports(deps.dataDir))
          await removeExportsBut(deps.dataDir, ownerId, await keptExports(db, ownerId));
      },
    },
    webhooksJob(deps),
    { name: 'old deliveries', everyMs: 600_000, run: () => forgetDeliveries(db) },
    operatorToolServersJob(deps),
    leftRestoresJob(deps),
    leftVersionsJob(deps),
    ...archivingJobs(deps),
  ];
  if (sandbox !== null) {
    jobs.push({
      name: 'sandbox reaper',
      everyMs: 60_000,
      atStart: true,
      run: () =>
        sandbox.reap({
          run: async (key) =>
            (await isRunWanted(db, key.workId, key.toolCallId)) || (await isScratchRunWanted(db, key)),
          agent: (owner) => isAgentWanted(db, owner),
        }),
    });
  }
  return jobs;
}
