/** The whole system: what is missing is set up, then each process is started as soon as those it needs serve. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { noteCrash } from '../db/note-crash.ts';
import { fromBundleToo } from '../process/node-options.mjs';
import { CHECKOUT } from '../setup/checkout.ts';
import { lastLine, runCommand } from '../setup/command.ts';
import type { DataFolder } from '../setup/data-folder.ts';
import { isFree, keptPorts } from '../setup/ports.ts';
import { preparePage, prepareServer, prepareWorkflows } from '../setup/prepare.ts';
import type { OnProgress } from '../setup/progress.ts';
import { completePython, prepareSandbox } from '../setup/sandbox.ts';
import { keptSecrets } from '../setup/secrets.ts';
import { SetupError } from '../setup/setup-error.ts';
import { createChildren } from './children.ts';
import { type Instance, writeInstance } from './instance.ts';
import { apiPlan, appUrl, demoModelPlan, workerPlan } from './plans.ts';
import type { Role } from './roles.ts';
import { type RoundRobin, startRoundRobin } from './round-robin.ts';
import { type Surroundings, startDatabase, startTemporal, startTemporalOnPostgres } from './servers.ts';

export interface System {
  /** Sets up and starts everything. @throws SetupError */
  start(): Promise<Instance>;
  /** Stops everything in order; also what a start that was interrupted has begun. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  kill(): void;
  /** Ends all processes of a role, which are started again. */
  restart(role: Role): void;
}

type Ports = Record<(typeof PORTS)[number], number>;
const PORTS = ['postgres', 'temporal', 'temporalUi', 'demoModel', 'workerMetrics'] as const;

/** How many of what there are of several, and what Temporal keeps its histories in. */
export interface Topology {
  apis: number;
  workers: number;
  temporal: 'embedded' | 'on-postgres';
}

/** `npm start`. */
export const ONE_OF_EACH: Topology = { apis: 1, workers: 1, temporal: 'embedded' };

export function createSystem(
  config: Config,
  env: Environment,
  folder: DataFolder,
  say: OnProgress,
  topology: Topology = ONE_OF_EACH,
): System {
  const hasUi = config.temporal.address === undefined && topology.temporal === 'embedded';
  let proxy: RoundRobin | undefined;
  let ready: Omit<Instance, 'pids'> | undefined;
  let stopped = false;
  let databaseAt: string | undefined;
  const ending = new AbortController();
  const children = createChildren(folder, say, {
    onChange: publish,
    async onCrashed(name, workerId, how) {
      if (databaseAt === undefined) return;
      await noteCrash(databaseAt, workerId, how).catch((error: Error) =>
        say(`${name}: that it crashed could not be written down (${error.message})`),
      );
    },
  });
  const { run } = children;
  const surroundings: Surroundings = { config, env, folder, say, run };
  let completing: Promise<void> | undefined;

  async function start(): Promise<Instance> {
    if (!(await isFree(config.port, config.host))) {
      throw new SetupError(
        `PORT ${config.port} is in use on ${config.host}: stop what listens there, or set PORT`,
      );
    }
    const secrets = await keptSecrets(folder.root);
    const ports = await choosePorts();
    const model = config.model ?? demoModel(ports.demoModel);
    const database = startDatabase(surroundings, secrets, ports.postgres);
    const bundled = fromBundleToo().length > 0 ? prepareServer(say) : Promise.resolve();
    const [databaseUrl, temporalAddress] = await Promise.all([
      database,
      topology.temporal === 'embedded'
        ? startTemporal(surroundings, ports)
        : database.then(() => startTemporalOnPostgres(surroundings, secrets, ports.postgres)),
      config.model === undefined
        ? bundled.then(() => run(demoModelPlan(ports.demoModel, baseEnvironment(env))))
        : bundled,
      preparePage(say),
      prepareWorkflows(say),
      prepareSandbox(config, env, say),
    ]);
    databaseAt = databaseUrl;
    const childEnvironment = {
      ...baseEnvironment(env),
      PA_DATA: folder.root,
      WORKER_METRICS_PORT: String(config.workerMetricsPort ?? ports.workerMetrics),
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: config.temporal.namespace,
      ...(hasUi ? { TEMPORAL_UI_PORT: String(ports.temporalUi) } : {}),
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: model.apiKey ?? '',
      PAPERAGENT_MODEL: model.model,
      JWT_SECRET: config.jwtSecret ?? secrets.jwtSecret,
      ENCRYPTION_KEY: config.encryptionKey ?? secrets.encryptionKey,
    };
    if (topology.temporal === 'on-postgres') await tellTemporal(childEnvironment);
    // One after the other: both keep their ports in one file.
    const metricsPorts = await portsOf('worker-metrics', topology.workers);
    const apiPorts = await portsOf('api', topology.apis);
    await Promise.all([startWorkers(childEnvironment, metricsPorts), startApis(childEnvironment, apiPorts)]);
    ready = {
      port: config.port,
      appUrl: appUrl(config),
      temporalAddress,
      ...(hasUi ? { temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}` } : {}),
      databaseUrl,
    };
    completing = completeBehind();
    return describe(ready);
  }

  /** What no first run waits for is added while the page is there already (W1). */
  async function completeBehind(): Promise<void> {
    try {
      await completePython(config, env, say, ending.signal);
    } catch (error) {
      say(`python: further packages could not be added: ${(error as Error).message}`);
    }
  }

  async function choosePorts(): Promise<Ports> {
    const ports = await keptPorts(folder.ports, PORTS);
    const uiPort = config.temporalUiPort;
    if (uiPort === undefined || config.temporal.address !== undefined) return ports;
    if (!(await isFree(uiPort))) throw new SetupError(`TEMPORAL_UI_PORT ${uiPort} is in use: set another`);
    return { ...ports, temporalUi: uiPort };
  }

  /** The namespace and its search attributes, by the entry point that deployments use. */
  async function tellTemporal(childEnvironment: Record<string, string>): Promise<void> {
    const migrate = join(CHECKOUT, 'src', 'main', 'migrate.ts');
    const { code, output } = await runCommand(process.execPath, [...fromBundleToo(), migrate], {
      env: childEnvironment,
    });
    if (code !== 0) throw new SetupError(lastLine(output));
  }

  async function portsOf(name: string, count: number): Promise<number[]> {
    return count === 1 ? [] : Object.values(await keptPorts(folder.ports, several(name, count)));
  }

  async function startWorkers(childEnvironment: Record<string, string>, metrics: number[]): Promise<void> {
    if (topology.workers === 1) return await run(workerPlan(childEnvironment, { spare: config.workerSpare }));
    await Promise.all(
      metrics.map((port, index) =>
        run(workerPlan({ ...childEnvironment, WORKER_METRICS_PORT: String(port) }, { number: index + 1 })),
      ),
    );
  }

  /** One api where everybody reaches it, or several behind a proxy that is there. */
  async function startApis(childEnvironment: Record<string, string>, ports: number[]): Promise<void> {
    // An api shows the metrics of the worker beside it, where that is one.
    const env = topology.workers === 1 ? childEnvironment : { ...childEnvironment, WORKER_METRICS_PORT: '' };
    if (topology.apis === 1) return await run(apiPlan(config, env));
    await Promise.all(ports.map((port, index) => run(apiPlan({ host: '127.0.0.1', port }, env, index + 1))));
    proxy = await startRoundRobin(() => ports, { host: config.host, port: config.port });
  }

  function describe(running: Omit<Instance, 'pids'>): Instance {
    const instance = { ...running, pids: { supervisor: process.pid, ...children.pids() } };
    writeInstance(folder.instance, instance);
    return instance;
  }

  /** Others may see an older description for a while; what runs goes on running. */
  function publish(): void {
    try {
      if (ready && !stopped) describe(ready);
    } catch (error) {
      say(`${folder.instance} could not be written: ${(error as Error).message}`);
    }
  }

  return {
    start,
    async stop() {
      stopped = true;
      children.refuseMore();
      ending.abort();
      await completing;
      await proxy?.close();
      await children.stop();
    },
    kill() {
      stopped = true;
      ending.abort();
      children.kill();
    },
    restart: children.restart,
  };
}

/** name-1, name-2 … */
function several(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function demoModel(port: number) {
  return { baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'demo', model: 'demo' };
}

/** What was given to us, without the flags of whoever started us. */
function baseEnvironment(env: Environment): Record<string, string> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^npm_|^NODE_(OPTIONS|CHANNEL)/.test(entry[0]),
  );
  return Object.fromEntries(given);
}
