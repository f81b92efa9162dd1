/** A worker process: runs the workflows' decisions and their activities, until SIGTERM. */

import { readCommandLine } from '../cli/command-line.ts';
import { readServiceConfig } from '../config/config.ts';
import { serverEndpoint } from '../config/model.ts';
import { readOperatorToolServers } from '../config/tool-servers.ts';
import { decodeKey } from '../config/values.ts';
import { diskSharesOf } from '../db/room.ts';
import { limitHeapGrowth } from '../process/limit-heap-growth.ts';
import { createLog } from '../process/logging.ts';
import { becomeSpare, SPARE_OPTION, say } from '../process/spare.ts';
import { openTracer } from '../process/tracing.ts';
import { startWatchdog } from '../process/watchdog.ts';
import { FILES_OF_PEOPLE } from '../setup/data-folder.ts';
import { paperToolsOptions } from '../setup/paper-tools.ts';
import { findFreePort } from '../setup/ports.ts';
import { makePrivateFolders } from '../setup/private-folders.ts';
import { findSandbox } from '../setup/sandbox.ts';
import { buildWorkflowBundle } from '../setup/workflow-bundle.ts';
import { createWorkerMetrics } from '../worker/metrics.ts';
import { serveWorkerMetrics } from '../worker/metrics-server.ts';
import { prepareWorker } from '../worker/start.ts';
import { installTemporalLogging } from '../worker/temporal-logging.ts';

const { values } = readCommandLine({ options: { [SPARE_OPTION]: {} } });
const spare = values[SPARE_OPTION] ? becomeSpare() : undefined;
const config = readServiceConfig(process.env);
const log = createLog('worker', config.logLevel);
makePrivateFolders(config.dataDir, FILES_OF_PEOPLE);
const { workerMetricsPort, metricsToken } = config;
const sdkMetrics = workerMetricsPort === undefined ? undefined : `127.0.0.1:${await findFreePort()}`;
installTemporalLogging(log, sdkMetrics);
const metrics = createWorkerMetrics();

const [chosen, workflowBundle] = await Promise.all([
  findSandbox(config, process.env, (line) => log.warn(line)),
  buildWorkflowBundle(),
]);
// The supervisor, where there is one, has said it when it set the sandbox up.
if (chosen.sandbox === null) log[process.send ? 'info' : 'warn'](chosen.reason);
else log.info({ sandbox: chosen.kind, why: chosen.why }, 'sandbox chosen');

const prepared = await prepareWorker({
  databaseUrl: config.databaseUrl,
  databaseDirectUrl: config.databaseDirectUrl,
  temporal: config.temporal,
  buildId: config.workerBuildId,
  dataDir: config.dataDir,
  workflowBundle,
  serverModel: serverEndpoint(config.model),
  allowModelHost: config.allowModelHost,
  allowWebhookHost: config.allowWebhookHost,
  literature: config.literature,
  allowToolServerHost: config.allowToolServerHost,
  operatorToolServers: readOperatorToolServers(config.mcpServersFile),
  encryptionKey: decodeKey(config.encryptionKey),
  sandbox: chosen.sandbox === null ? { runs: null, reason: chosen.reason } : { runs: chosen.sandbox },
  paperTools: await paperToolsOptions(config.dataDir, process.env),
  sandboxPrepare: config.sandboxPrepare,
  limits: {
    maxSteps: config.turnMaxSteps,
    firstTokenMs: config.modelFirstTokenSeconds * 1000,
    stallMs: config.modelStallSeconds * 1000,
    pictures: config.modelPictures,
    tokensPerDay: {
      account: config.quotas.account.tokensPerDay,
      guest: config.quotas.guest.tokensPerDay,
    },
    disk: diskSharesOf(config.quotas),
    messages: { perMinute: config.rateMessagesPerMinute, quotas: config.quotas },
  },
  logRetentionMinutes: config.logRetentionMinutes,
  workArchiveDays: config.workArchiveDays,
  metrics,
  tracer: await openTracer('worker', config.otlpEndpoint, log),
  log,
});
await spare?.untilNeeded();

const metricsServer =
  workerMetricsPort === undefined
    ? undefined
    : await serveWorkerMetrics({
        port: workerMetricsPort,
        token: metricsToken,
        text: metrics.text,
        sdkUrl: `http://${sdkMetrics}/metrics`,
        onError: (err) => log.warn({ err }, 'metrics could not be read'),
      });

const worker = await prepared.begin();
startWatchdog({
  role: 'worker',
  crash: { workerId: worker.workerId, databaseUrl: config.databaseUrl },
});
limitHeapGrowth();
// The supervisor, where there is one, waits for this, and says whose crash it was if it sees one.
say({ ready: worker.workerId });

let closing: Promise<void> | undefined;
const close = () => {
  closing ??= worker.close().then(() => metricsServer?.close());
};
process.once('SIGTERM', close).once('SIGINT', close);

try {
  await worker.ended;
  await closing;
} catch (err) {
  log.fatal({ err }, 'the worker cannot go on');
  process.exitCode = 1;
  close();
  await closing;
}
