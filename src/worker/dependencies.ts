/** What the activities of one worker process work with, made from its settings. */
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { ClaimRunner } from '../activities/claims/claim-runner.ts';
import { createContextMemory } from '../activities/context/memory.ts';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { createHistoryFiles } from '../activities/reporting/history.ts';
import type { ActivityMetrics } from '../activities/reporting/metrics.ts';
import { createTurnTrace, NO_TRACE } from '../activities/reporting/turn-trace.ts';
import { createServingModels } from '../activities/serving-models.ts';
import { createToolMarkdown } from '../activities/tools/markdown-jobs.ts';
import type { Database } from '../db/database.ts';
import { type BatchObserver, createEventWriter } from '../db/event-writer.ts';
import { verdictsOf } from '../db/reference-verdicts.ts';
import { findTurnOrigin } from '../db/turn-origin.ts';
import type { OperatorToolServer } from '../domain/operator-tool-servers.ts';
import { findPaperTools, type PaperToolsOptions } from '../exports/make-paper.ts';
import { type LiteratureOptions, openSources } from '../literature/open-sources.ts';
import type { ModelEndpoint } from '../llm/types.ts';
import type { AllowHost } from '../network/address-guard.ts';
import { createPaperChecker } from '../paper-check/check-work.ts';
import { createCheckThreads } from '../paper-check/jobs.ts';
import { createProvenanceThreads } from '../provenance/jobs.ts';
import { createPaperTracer } from '../provenance/trace-paper.ts';
import { withWarmPool } from '../sandbox/warm-pool.ts';
import type { TemporalEndpoint } from '../temporal/endpoint.ts';
import { forgetSchedule } from '../temporal/schedule-client.ts';
import { wakeWork } from '../temporal/work-client.ts';
import { createToolServerConnection, type ToolServerConnection } from '../tool-servers/connection.ts';
import type { Tracer } from '../tracing/spans.ts';
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
  /** Hosts of their webhooks that need not be public. */
  allowWebhookHost: AllowHost;
  /** How works are looked up (O6); undefined: they are not. */
  literature: Omit<LiteratureOptions, 'onTrouble'> | undefined;
  /** The same of the servers whose tools they connect. */
  allowToolServerHost: AllowHost;
  /** MCP servers of the operator's, for everybody. */
  /** undefined: this worker has no file of them. */
  operatorToolServers: readonly OperatorToolServer[] | undefined;
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

/** What the activities have, and what of it ends with the process: once `claims` are closed, call `close`. */
export interface WorkerDependencies {
  deps: ActivityDependencies;
  listTools: ToolServerConnection['list'];
  close(): Promise<void>;
}

/** @param db the pool of this process; it stays the caller's to end */
export function createDependencies(
  settings: WorkerSettings,
  db: Database,
  claims: ClaimRunner,
  client: Client,
): WorkerDependencies {
  const { log } = settings;
  const models = createServingModels({
    db,
    server: settings.serverModel,
    secret: settings.encryptionKey,
    allowHost: settings.allowModelHost,
    log,
  });

  const { metrics, tracer } = settings;
  const trace =
    tracer === undefined
      ? NO_TRACE
      : createTurnTrace(
          tracer,
          (of) => findTurnOrigin(db, of),
          (of, err) => log.warn({ ...of, err }, 'a span is left out of its trace'),
        );

  const literature =
    settings.literature === undefined
      ? undefined
      : openSources({
          ...settings.literature,
          onTrouble: (source, why) => log.warn({ source, why }, 'a source of literature gave no answer'),
        });
  const toolServers = createToolServerConnection({
    allowHost: settings.allowToolServerHost,
    onComplaint: (command, said) => log.warn({ command, said }, "an MCP server's command failed"),
  });
  const provenance = createProvenanceThreads();
  const deps: ActivityDependencies = {
    db,
    writer: createEventWriter(db, metrics.onBatch),
    claims,
    places: createPlaces(),
    modelFor: models.modelFor,
    contextMemory: createContextMemory(),
    markdown: createToolMarkdown(),
    toolServers: {
      connection: toolServers,
      operators: settings.operatorToolServers ?? [],
      encryptionKey: settings.encryptionKey,
    },
    provenance,
    paperChecker: createPaperChecker(createPaperTracer(db, provenance), createCheckThreads(), {
      online: literature !== undefined,
      verdictsOf: (workId) => verdictsOf(db, workId),
    }),
    literature,
    workspaceOf: (workId) => reachWorkspace(settings.dataDir, workId),
    workspacePath: (workId) => workspaceFolder(settings.dataDir, workId),
    dataDir: settings.dataDir,
    history: createHistoryFiles({ db, dir: path.join(settings.dataDir, 'chat_history'), log }),
    sandbox: withinBudget(settings),
    temporal: {
      wake: (work) => wakeWork(client, work),
      forgetSchedule: (id) => forgetSchedule(client, id),
    },
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
  return {
    deps,
    listTools: toolServers.list,
    async close() {
      models.close();
      literature?.close();
      await toolServers.close();
      await trace.settled();
      await tracer?.close();
    },
  };
}

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

/** Sandboxes that wait for code: no more than could run at once, and only in memory that is free. */
function withinBudget({ sandbox, sandboxPrepare }: WorkerSettings): ActivityDependencies['sandbox'] {
  if (sandbox.runs === null) return sandbox;
  const budget = {
    most: sandboxPrepare ? codePlaces() : 0,
    mostOfOne: codePlacesOfOne(),
    freeMemory: () => process.availableMemory(),
  };
  return { runs: withWarmPool(sandbox.runs, budget) };
}
