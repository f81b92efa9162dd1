/** A worker: Temporal's workers for both queues, the lease, the group commit, the jobs, and their order of end. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { createClaimRunner } from '../activities/claims/claim-runner.ts';
import { createPeers } from '../activities/claims/peers.ts';
import { createContextMemory } from '../activities/context/memory.ts';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { startTurn } from '../activities/eager-start.ts';
import { createActivities, createCodeActivities } from '../activities/index.ts';
import { createHistoryFiles } from '../activities/reporting/history.ts';
import type { ActivityMetrics } from '../activities/reporting/metrics.ts';
import { createTurnTrace, NO_TRACE } from '../activities/reporting/turn-trace.ts';
import { createServingModels } from '../activities/serving-models.ts';
import { createToolMarkdown } from '../activities/tools/markdown-jobs.ts';
import { openDatabase } from '../db/database.ts';
import { type BatchObserver, createEventWriter } from '../db/event-writer.ts';
import { findTurnOrigin } from '../db/turn-origin.ts';
import { holdLease } from '../db/worker-lease.ts';
import { findPaperTools, type PaperToolsOptions } from '../exports/make-paper.ts';
import { workerIdentity } from '../jobs/dead-workers.ts';
import { startJobs } from '../jobs/job.ts';
import { workerJobs } from '../jobs/worker-jobs.ts';
import type { AllowHost } from '../llm/connection.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import { createPaperChecker } from '../paper-check/check-work.ts';
import { createCheckThreads } from '../paper-check/jobs.ts';
import { createProvenanceThreads } from '../provenance/jobs.ts';
import { createPaperTracer } from '../provenance/trace-paper.ts';
import { withWarmPool } from '../sandbox/warm-pool.ts';
import { connectionOptions, lazyConnection, type TemporalEndpoint } from '../temporal/endpoint.ts';
import { archiveWork } from '../temporal/work-client.ts';
import type { Tracer } from '../tracing/spans.ts';
import { CODE_QUEUE, DEPLOYMENT, WORK_QUEUE } from '../workflows/messages.ts';
import { workspaceFolder } from '../workspace/create-workspace.ts';
import { reachWorkspace } from '../workspace/reach-workspace.ts';
import { codePlaces, codePlacesOfOne, createPlaces } from './places.ts';

export interface WorkerSettings {
  databaseUrl: string;
  /** Without a pooler: for the lease's sessions. */
  databaseDirectUrl: string;
  temporal: TemporalEndpoint;
  /** The version of the workflow code that this worker says it is; undefined: workers are not versioned. */
  buildId: string | undefined;
  dataDir: string;
  workflowBundle: WorkflowBundleOption;
  /** What serves whoever has no model of their own. */
  serverModel: ModelEndpoint;
  /** Hosts of people's own models that need not be public (A6). */
  allowModelHost: AllowHost;
  /** 32 bytes that people's keys are sealed with. */
  encryptionKey: Buffer;
  sandbox: ActivityDependencies['sandbox'];
  /** Where what documents are made with may lie. */
  paperTools: PaperToolsOptions;
  /** Whether sandboxes are started ahead (S12). */
  sandboxPrepare: boolean;
  limits: ActivityDependencies['limits'];
  logRetentionMinutes: number;
  /** 0: no Work is archived. */
  workArchiveDays: number;
  metrics: ActivityMetrics & { onBatch: BatchObserver };
  /** Undefined: nobody collects traces. */
  tracer: Tracer | undefined;
  log: ActivityDependencies['log'];
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

const CONNECTIONS = 20;

export async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const { log } = settings;
  const db = openDatabase(settings.databaseUrl, {
    name: 'paperagent-worker',
    max: CONNECTIONS,
    onIdleError: (err) => log.warn({ err }, 'a database connection broke'),
  });
  const workerId = randomUUID();
  const claims = createClaimRunner({ db, workerId, log });
  const peers = createPeers();
  const [lease, connection] = await Promise.all([
    holdLease(
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
    ),
    NativeConnection.connect(connectionOptions(settings.temporal)),
  ]);

  // Lazy: only jobs speak over it, and try again what failed.
  const clientConnection = lazyConnection(settings.temporal);
  const client = new Client({ connection: clientConnection, namespace: settings.temporal.namespace });
  const models = createServingModels({
    db,
    server: settings.serverModel,
    secret: settings.encryptionKey,
    allowHost: settings.allowModelHost,
    log: settings.log,
  });

  const sandbox = withinBudget(settings);

  const { metrics, tracer } = settings;
  const trace =
    tracer === undefined
      ? NO_TRACE
      : createTurnTrace(
          tracer,
          (of) => findTurnOrigin(db, of),
          (of, err) => log.warn({ ...of, err }, 'a span is left out of its trace'),
        );

  const provenance = createProvenanceThreads();
  const deps: ActivityDependencies = {
    db,
    writer: createEventWriter(db, metrics.onBatch),
    claims,
    places: createPlaces(),
    modelFor: models.modelFor,
    contextMemory: createContextMemory(),
    markdown: createToolMarkdown(),
    provenance,
    paperChecker: createPaperChecker(createPaperTracer(db, provenance), createCheckThreads()),
    workspaceOf: (workId) => reachWorkspace(settings.dataDir, workId),
    workspacePath: (workId) => workspaceFolder(settings.dataDir, workId),
    dataDir: settings.dataDir,
    history: createHistoryFiles({ db, dir: path.join(settings.dataDir, 'chat_history'), log }),
    sandbox,
    paperTools: paperToolsOnce(settings),
    limits: settings.limits,
    metrics: {
      turnEnded: metrics.turnEnded,
      modelCall(call) {
        metrics.modelCall(call);
        trace.modelCall(call);
      },
      sandboxRun(run) {
        metrics.sandboxRun(run);
        trace.sandboxRun(run);
      },
    },
    trace,
    log,
  };
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
  const jobs = startJobs(
    workerJobs({
      db,
      client,
      log,
      onAlive: (alive) => peers.known(alive, workerId),
      releaseOrphanedClaims: claims.giveUpOrphaned,
      writeHistory: deps.history.write,
      dataDir: settings.dataDir,
      disk: settings.limits.disk,
      sandbox: sandbox.runs,
      logRetentionMinutes: settings.logRetentionMinutes,
      archive: (workId) => archiveWork(client, workId),
      days: settings.workArchiveDays,
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
      await lease.release();
      models.close();
      await trace.settled();
      await tracer?.close();
      await clientConnection.close();
      await connection.close();
      await db.destroy();
    },
  };
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

/** Sandboxes that wait for code: no more than could run at once, and only in memory that is free. */
/** Looked for when the first document is to be made: most workers never make one. */
function paperToolsOnce({ paperTools, log }: WorkerSettings): ActivityDependencies['paperTools'] {
  let found: ReturnType<typeof findPaperTools> | undefined;
  return async () => {
    found ??= findPaperTools(paperTools).then((tools) => {
      const { notContained } = tools.containment;
      if (notContained !== null)
        log.warn(
          { why: notContained },
          'documents are made without a world of their own: Node alone contains them',
        );
      return tools;
    });
    return await found;
  };
}

function withinBudget({ sandbox, sandboxPrepare }: WorkerSettings): ActivityDependencies['sandbox'] {
  if (sandbox.runs === null) return sandbox;
  const budget = {
    most: sandboxPrepare ? codePlaces() : 0,
    mostOfOne: codePlacesOfOne(),
    freeMemory: () => process.availableMemory(),
  };
  return { runs: withWarmPool(sandbox.runs, budget) };
}
