/** An API process: REST, the socket, server-sent events and the page, until SIGTERM. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { startApi } from '../api/start.ts';
import { storeShippedTemplates } from '../api/templates/shipped-templates.ts';
import { syncTemplateFiles } from '../api/templates/template-files.ts';
import { finishDeletions } from '../api/works/deletion.ts';
import { readCommandLine } from '../cli/command-line.ts';
import { readServiceConfig } from '../config/config.ts';
import { decodeKey } from '../config/values.ts';
import { openDatabase } from '../db/database.ts';
import { apiJobs } from '../jobs/api-jobs.ts';
import { startJobs } from '../jobs/job.ts';
import { limitHeapGrowth } from '../process/limit-heap-growth.ts';
import { createLog } from '../process/logging.ts';
import { openTracer } from '../process/tracing.ts';
import { startWatchdog } from '../process/watchdog.ts';
import { UNPRIVILEGED_ID } from '../sandbox/unprivileged-id.ts';
import { CHECKOUT } from '../setup/checkout.ts';
import { FILES_OF_PEOPLE } from '../setup/data-folder.ts';
import { prepareDatabase } from '../setup/database.ts';
import { makePrivateFolders } from '../setup/private-folders.ts';
import { lazyConnection } from '../temporal/endpoint.ts';
import { registerSearchAttributes } from '../temporal/work-client.ts';

/** Connections to Postgres besides the one that listens; how many of them people's requests have at once, and how many stay. */
const CONNECTIONS = 20;
const CONNECTIONS_OF_PEOPLE = 16;
const KEPT_CONNECTIONS = 4;

readCommandLine();
const config = readServiceConfig(process.env);
const log = createLog('api', config.logLevel);

makePrivateFolders(config.dataDir, FILES_OF_PEOPLE);
await prepareDatabase(config.databaseDirectUrl);
const db = openDatabase(config.databaseUrl, {
  name: 'paperagent-api',
  max: CONNECTIONS,
  kept: KEPT_CONNECTIONS,
  ofPeople: CONNECTIONS_OF_PEOPLE,
  onIdleError: (err) => log.warn({ err }, 'a database connection broke'),
});
await storeShippedTemplates(db, path.join(CHECKOUT, 'templates'));
await syncTemplateFiles(db, config.dataDir, { all: true });

// Lazy: messages are taken while Temporal is away, and a job tells it of them (src/jobs/recovery.ts).
const connection = lazyConnection(config.temporal);
const temporal = new Client({ connection, namespace: config.temporal.namespace });
registerSearchAttributes(temporal).catch((err: unknown) =>
  log.warn({ err }, 'Temporal knows no search attributes of ours: Works are found by their id alone'),
);

const { version } = JSON.parse(await readFile(path.join(CHECKOUT, 'package.json'), 'utf8')) as {
  version: string;
};
const tracer = await openTracer('api', config.otlpEndpoint, log);
const api = await startApi({
  tracer,
  db,
  databaseDirectUrl: config.databaseDirectUrl,
  temporal,
  log,
  dataDir: config.dataDir,
  host: config.host,
  port: config.port,
  config: {
    version,
    jwtSecret: config.jwtSecret,
    encryptionKey: decodeKey(config.encryptionKey),
    isOwnHost: config.isOwnHost,
    allowModelHost: config.allowModelHost,
    allowWebhookHost: config.allowWebhookHost,
    literature: config.literature !== undefined,
    allowToolServerHost: config.allowToolServerHost,
    rateMessagesPerMinute: config.rateMessagesPerMinute,
    rateLoginsPerMinute: config.rateLoginsPerMinute,
    rateKeyRequestsPerMinute: config.rateKeyRequestsPerMinute,
    admission: config.admission,
    provider: config.provider,
    guestRetentionDays: config.guestRetentionDays,
    quotas: config.quotas,
    openStreams: config.openStreams,
    trustedProxies: config.trustedProxies,
    serverModel: { baseUrl: config.model.baseUrl, model: config.model.model },
    demoModel: config.model.model === 'demo',
    temporalUiUrl: config.temporalUiPort ? `http://127.0.0.1:${config.temporalUiPort}` : null,
    metricsToken: config.metricsToken,
    workerMetricsUrl:
      config.workerMetricsPort === undefined
        ? undefined
        : `http://127.0.0.1:${config.workerMetricsPort}/metrics`,
    readerTimeoutMs: 20_000,
    webDir: path.join(CHECKOUT, 'web', 'dist'),
    // Code that root starts runs as somebody else, who has to be able to write (S2).
    workspaceOwner: process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : undefined,
  },
});
const jobs = startJobs(
  apiJobs({
    db,
    client: temporal,
    log,
    finishDeletions: () => finishDeletions({ db, temporal, dataDir: config.dataDir, log }),
    syncTemplateFiles: () => syncTemplateFiles(db, config.dataDir, { all: false }),
    guestRetentionDays: config.guestRetentionDays,
  }),
  (job, err) => log.warn({ job, err }, 'a job failed; it is tried again'),
);
startWatchdog({ role: 'api' });
log.info({ url: api.url }, 'listening');
limitHeapGrowth();

let closing = false;
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  try {
    await api.close();
    await jobs.stop();
    await tracer?.close();
    await db.destroy();
  } catch (err) {
    log.error({ err }, 'the end was not orderly');
    process.exitCode = 1;
  }
  // Not by closing the connection to Temporal: a call of it that waits to be tried again would throw then.
  process.exit();
}
process.on('SIGTERM', close).on('SIGINT', close);
