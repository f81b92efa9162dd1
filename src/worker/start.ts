/** A worker: Temporal's workers for both queues, the lease, the group commit, the jobs, and their order of end. */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createClaimRunner } from '../activities/claims/claim-runner.ts';
import { createPeers } from '../activities/claims/peers.ts';
import { startTurn } from '../activities/eager-start.ts';
import { createActivities, createCodeActivities } from '../activities/index.ts';
import { openDatabase } from '../db/database.ts';
import { holdLease } from '../db/worker-lease.ts';
import { workerIdentity } from '../jobs/dead-workers.ts';
import { startJobs } from '../jobs/job.ts';
import { workerJobs } from '../jobs/worker-jobs.ts';
import { connectionOptions, lazyConnection } from '../temporal/endpoint.ts';
import { archiveWork } from '../temporal/work-client.ts';
import { createWebhookSender } from '../webhooks/send.ts';
import { CODE_QUEUE, DEPLOYMENT, WORK_QUEUE } from '../workflows/messages.ts';
import { createDependencies, type WorkerSettings } from './dependencies.ts';
import { codePlaces } from './places.ts';

/** A worker that has all it needs and takes no work yet: nobody else knows of it. */
export interface PreparedWorker {
  workerId: string;
  /** Takes work from here on. To be called once. */
  begin(): Promise<RunningWorker>;
}

export interface RunningWorker {
  workerId: string;
  /** Rejects when the worker cannot go on; resolves after `close`. */
  ended: Promise<void>;
  /** Takes no more work, gives what runs a moment to finish, hands the rest over, and ends (SIGTERM). */
  close(): Promise<void>;
}

/** How long a model call or a run may go on after SIGTERM before it is handed to the next worker. */
const DRAIN_MS = 3_000;

/**
 * Activities that a worker takes from Temporal at once. Most of them wait: for a model, for a place of their person's
 * share. Those must not keep others' from being taken, so there are far more than places.
 */
const ACTIVITIES_AT_ONCE = 4_000;

/**
 * Workflows kept in memory, at about 0.3 MB each (measured); an idle Work beyond them costs a replay of at most
 * one history when it wakes, which continue-as-new keeps short.
 */
const CACHED_WORKFLOWS = 250;

/**
 * How often a worker asks for runs of code at a time. Each question of one that has fallen asleep takes a run that then
 * waits for its heartbeat to time out: there should be few.
 */
const CODE_POLLS = 2;

/** Connections to Postgres besides those of the lease; how many of them people's turns have at once, and how many stay. */
const CONNECTIONS = 20;
const CONNECTIONS_OF_PEOPLE = 14;
const KEPT_CONNECTIONS = 6;

/**
 * Makes everything that a worker needs, so that what is left for `begin` takes little time. Temporal's workers ask for
 * nothing before they run.
 */
export async function prepareWorker(settings: WorkerSettings): Promise<PreparedWorker> {
  const { log } = settings;
  const db = openDatabase(settings.databaseUrl, {
    name: 'paperagent-worker',
    max: CONNECTIONS,
    kept: KEPT_CONNECTIONS,
    ofPeople: CONNECTIONS_OF_PEOPLE,
    onIdleError: (err) => log.warn({ err }, 'a database connection broke'),
  });
  const workerId = randomUUID();
  const claims = createClaimRunner({ db, workerId, log });
  const peers = createPeers();
  // Lazy: only what is tried again where it failed speaks over it.
  const clientConnection = lazyConnection(settings.temporal);
  const client = new Client({ connection: clientConnection, namespace: settings.temporal.namespace });
  const { deps, listTools, close: closeDependencies } = createDependencies(settings, db, claims, client);
  const connection = await NativeConnection.connect(connectionOptions(settings.temporal));
  const common = {
    connection,
    namespace: settings.temporal.namespace,
    identity: workerIdentity(workerId),
    ...versioned(settings.buildId),
    shutdownGraceTime: DRAIN_MS,
    shutdownForceTime: DRAIN_MS + 4_000,
    // A heartbeat a second is enough to notice a cancellation that the database did not tell of.
    maxHeartbeatThrottleInterval: '500ms',
    defaultHeartbeatThrottleInterval: '500ms',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: WORK_QUEUE,
      workflowBundle: settings.workflowBundle,
      activities: createActivities(deps),
      maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE,
      maxCachedWorkflows: CACHED_WORKFLOWS,
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    Worker.create({
      ...common,
      taskQueue: CODE_QUEUE,
      activities: createCodeActivities(deps),
      maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE,
      maxConcurrentActivityTaskPolls: CODE_POLLS,
    }),
  ]);

  async function begin(): Promise<RunningWorker> {
    const lease = await holdLease(
      db,
      settings.databaseDirectUrl,
      {
        onStop: claims.stop,
        onQueued(workId) {
          if (peers.isMine(workId)) startTurn(deps, workId);
        },
        onSettled: claims.settled,
        onReconnect: () =>
          void claims
            .catchUp()
            .catch((err: unknown) => log.warn({ err }, 'what was told meanwhile could not be read')),
        onTrouble: (err) => log.warn({ err }, "the worker's lease session broke; it is made again"),
      },
      workerId,
    );
    const sender = createWebhookSender({ allowHost: settings.allowWebhookHost });
    const jobs = startJobs(
      workerJobs({
        db,
        client,
        log,
        sender,
        encryptionKey: settings.encryptionKey,
        onAlive: (alive) => peers.known(alive, workerId),
        releaseOrphanedClaims: claims.giveUpOrphaned,
        writeHistory: deps.history.write,
        dataDir: settings.dataDir,
        disk: settings.limits.disk,
        sandbox: deps.sandbox.runs,
        logRetentionMinutes: settings.logRetentionMinutes,
        archive: (workId) => archiveWork(client, workId),
        days: settings.workArchiveDays,
        operatorToolServers: settings.operatorToolServers,
        listTools,
      }),
      (job, err) => log.warn({ job, err }, 'a job failed; it is tried again'),
    );
    claims.open();
    const ended = Promise.all(workers.map((worker) => worker.run())).then(() => {});
    log.info({ workerId, codePlaces: codePlaces() }, 'worker is up');
    return {
      workerId,
      ended,
      async close() {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
        await claims.close(DRAIN_MS, ended);
        await deps.history.settled();
        await jobs.stop();
        sender.close();
        await lease.release();
        await closeDependencies();
        await clientConnection.close();
        await connection.close();
        await db.destroy();
      },
    };
  }

  return { workerId, begin };
}

/**
 * Worker Versioning (R11): a Work lives for longer than any version, so it moves to the current one at its next
 * decision, in the middle of a turn too. To be kept on the version that it began with, old workers would have to run
 * for as long as the last Work has not moved, and one machine that is updated has none of them.
 */
function versioned(buildId: string | undefined): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT, buildId },
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}
