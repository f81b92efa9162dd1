/** The whole system: what is missing is set up, then each process is started as soon as those it needs serve. */
import { join } from 'node:path';
import type { Config, Environment } from '../config.ts';
import type { DataFolder } from '../setup/data-folder.ts';
import { prepareDatabase } from '../setup/database.ts';
import { isFree, keptPorts } from '../setup/ports.ts';
import { ensureDatabase, type PostgresOptions, postgresUrl } from '../setup/postgres.ts';
import { preparePage, prepareWorkflows } from '../setup/prepare.ts';
import { elapsed, type OnProgress } from '../setup/progress.ts';
import { prepareSandbox } from '../setup/sandbox.ts';
import { keptSecrets, type StoredSecrets } from '../setup/secrets.ts';
import { SetupError } from '../setup/setup-error.ts';
import { findTemporal } from '../setup/temporal-binary.ts';
import { type Child, type ChildPlan, startChild } from './child.ts';
import { type Instance, writeInstance } from './instance.ts';
import { openLogFile } from './log-file.ts';
import { apiPlan, appUrl, demoModelPlan, postgresPlan, temporalPlan, workerPlan } from './plans.ts';
import { openProcessNotes } from './process-notes.ts';
import { type Role, STOP_ORDER } from './roles.ts';
import { lineForTerminal } from './terminal.ts';

/** The app's database in the embedded Postgres. */
const DATABASE = 'paperagent';

export interface System {
  /** Sets up and starts everything. @throws SetupError */
  start(): Promise<Instance>;
  /** Stops everything in order; also what a start that was interrupted has begun. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  kill(): void;
  /** Ends a process, which is started again. */
  restart(role: Role): void;
}

type Ports = Record<'postgres' | 'temporal' | 'temporalUi' | 'demoModel', number>;

export function createSystem(config: Config, env: Environment, folder: DataFolder, say: OnProgress): System {
  const notes = openProcessNotes(folder.processes);
  const children: Child[] = [];
  const logs: { close(): void }[] = [];
  let ready: Omit<Instance, 'pids'> | undefined;
  let stopped = false;

  async function start(): Promise<Instance> {
    if (!(await isFree(config.port, config.host))) {
      throw new SetupError(
        `PORT ${config.port} is in use on ${config.host}: stop what listens there, or set PORT`,
      );
    }
    const secrets = await keptSecrets(folder.root);
    const ports = await choosePorts();
    const model = config.model ?? demoModel(ports.demoModel);
    const [databaseUrl, temporalAddress] = await Promise.all([
      startDatabase(secrets, ports.postgres),
      startTemporal(ports),
      config.model === undefined ? run(demoModelPlan(ports.demoModel, baseEnvironment(env))) : undefined,
      preparePage(say),
      prepareWorkflows(say),
      prepareSandbox(config, env, say),
    ]);
    const childEnvironment = {
      ...baseEnvironment(env),
      PORT: String(config.port),
      HOST: config.host,
      PA_DATA: folder.root,
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: config.temporalNamespace,
      ...(config.temporalAddress === undefined ? { TEMPORAL_UI_PORT: String(ports.temporalUi) } : {}),
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: model.apiKey ?? '',
      PAPERAGENT_MODEL: model.model,
      JWT_SECRET: config.jwtSecret ?? secrets.jwtSecret,
      ENCRYPTION_KEY: config.encryptionKey ?? secrets.encryptionKey,
    };
    await Promise.all([run(workerPlan(childEnvironment)), run(apiPlan(config, childEnvironment))]);
    ready = {
      port: config.port,
      appUrl: appUrl(config),
      temporalAddress,
      ...(config.temporalAddress === undefined
        ? { temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}` }
        : {}),
      databaseUrl,
    };
    return describe(ready);
  }

  async function choosePorts(): Promise<Ports> {
    const ports = await keptPorts(folder.ports, ['postgres', 'temporal', 'temporalUi', 'demoModel']);
    const uiPort = config.temporalUiPort;
    if (uiPort === undefined || config.temporalAddress !== undefined) return ports;
    if (!(await isFree(uiPort))) throw new SetupError(`TEMPORAL_UI_PORT ${uiPort} is in use: set another`);
    return { ...ports, temporalUi: uiPort };
  }

  async function startDatabase(secrets: StoredSecrets, port: number): Promise<string> {
    if (config.databaseUrl !== undefined) {
      await prepareDatabase(config.databaseUrl);
      return config.databaseUrl;
    }
    const options: PostgresOptions = {
      dir: folder.postgres,
      port,
      durable: true,
      adminPassword: secrets.postgresAdminPassword,
      appPassword: secrets.postgresPassword,
    };
    await run(postgresPlan(options));
    await ensureDatabase(options, DATABASE);
    const url = postgresUrl(options, DATABASE);
    await prepareDatabase(url);
    return url;
  }

  async function startTemporal(ports: Ports): Promise<string> {
    if (config.temporalAddress !== undefined) return config.temporalAddress;
    const binary = await findTemporal({ env, dataDir: folder.root, onProgress: say });
    await run(
      temporalPlan({
        binary,
        database: folder.temporal,
        port: ports.temporal,
        uiPort: ports.temporalUi,
        namespace: config.temporalNamespace,
      }),
    );
    return `127.0.0.1:${ports.temporal}`;
  }

  /** Starts a role and waits until it serves. */
  async function run(plan: ChildPlan): Promise<void> {
    if (stopped) throw new SetupError('stopped before everything had started');
    const began = performance.now();
    const { role } = plan;
    const log = openLogFile(join(folder.logs, `${role}.log`), (line) => {
      const shown = lineForTerminal(role, line);
      if (shown !== undefined) say(shown);
    });
    logs.push(log);
    const child = startChild(plan, {
      log,
      say,
      onStarted: (started, pid) => {
        notes.started(started, pid);
        publish();
      },
      onEnded: (ended) => {
        notes.ended(ended);
        publish();
      },
    });
    children.push(child);
    await child.untilReady();
    say(`${role}: up in ${elapsed(began)}`);
  }

  function describe(running: Omit<Instance, 'pids'>): Instance {
    const instance = { ...running, pids: { supervisor: process.pid, ...notes.pids() } };
    writeInstance(folder.instance, instance);
    return instance;
  }

  function publish(): void {
    if (ready && !stopped) describe(ready);
  }

  return {
    start,
    async stop() {
      stopped = true;
      for (const role of STOP_ORDER) {
        await Promise.all(children.filter((child) => child.role === role).map((child) => child.stop()));
      }
      for (const log of logs) log.close();
    },
    kill() {
      stopped = true;
      for (const child of children) child.kill();
    },
    restart(role) {
      children.find((child) => child.role === role)?.restart();
    },
  };
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
