/** Postgres and Temporal: those that the environment names, else our own, started where nobody has named any. */
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { DataFolder } from '../setup/data-folder.ts';
import { prepareDatabase } from '../setup/database.ts';
import { keptPorts } from '../setup/ports.ts';
import { ensureDatabase, type PostgresOptions, postgresUrl } from '../setup/postgres.ts';
import type { OnProgress } from '../setup/progress.ts';
import type { StoredSecrets } from '../setup/secrets.ts';
import { SetupError } from '../setup/setup-error.ts';
import { findTemporal } from '../setup/temporal-binary.ts';
import { prepareTemporalDatabases, TEMPORAL_PORTS } from '../setup/temporal-on-postgres.ts';
import { findTemporalServer } from '../setup/temporal-server-binaries.ts';
import type { Children } from './children.ts';
import { postgresPlan, temporalOnPostgresPlan, temporalPlan } from './plans.ts';

/** The app's database in the embedded Postgres. */
const DATABASE = 'paperagent';
/** One machine: more would only poll more. */
const CLUSTER_SHARDS = 4;

/** What a server is started with. */
export interface Surroundings {
  config: Config;
  env: Environment;
  folder: DataFolder;
  say: OnProgress;
  run: Children['run'];
}

/** @returns the address of the app's database, which has all migrations */
export async function startDatabase(
  { config, folder, run }: Surroundings,
  secrets: StoredSecrets,
  port: number,
): Promise<string> {
  if (config.databaseUrl !== undefined) {
    await prepareDatabase(config.databaseDirectUrl ?? config.databaseUrl);
    return config.databaseUrl;
  }
  const options = postgresOptions(folder, secrets, port);
  await run(postgresPlan(options));
  await ensureDatabase(options, DATABASE);
  const url = postgresUrl(options, DATABASE);
  await prepareDatabase(url);
  return url;
}

/** @returns host:port */
export async function startTemporal(
  { config, env, folder, say, run }: Surroundings,
  ports: { temporal: number; temporalUi: number },
): Promise<string> {
  if (config.temporal.address !== undefined) return config.temporal.address;
  const binary = await findTemporal({ env, dataDir: folder.root, onProgress: say });
  await run(
    temporalPlan({
      binary,
      database: folder.temporal,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      namespace: config.temporal.namespace,
    }),
  );
  return `127.0.0.1:${ports.temporal}`;
}

/** The server as docker-compose.yml has it, on the embedded Postgres, which has to serve. @returns host:port */
export async function startTemporalOnPostgres(
  { config, env, folder, say, run }: Surroundings,
  secrets: StoredSecrets,
  postgresPort: number,
): Promise<string> {
  if (config.temporal.address !== undefined) return config.temporal.address;
  if (config.databaseUrl !== undefined)
    throw new SetupError('a cluster brings a Postgres of its own: unset DATABASE_URL');
  const postgres = postgresOptions(folder, secrets, postgresPort);
  const options = {
    binaries: await findTemporalServer({ env, dataDir: folder.root, onProgress: say }),
    adminUrl: postgresUrl(postgres, 'postgres', 'admin'),
    // One that may enter Temporal's databases alone, and is known to whoever may read the administrator's.
    password: postgres.adminPassword,
    ports: await keptPorts(folder.ports, TEMPORAL_PORTS),
    shards: CLUSTER_SHARDS,
  };
  await prepareTemporalDatabases(options);
  await run(temporalOnPostgresPlan(options));
  return `127.0.0.1:${options.ports.TEMPORAL_PORT}`;
}

function postgresOptions(folder: DataFolder, secrets: StoredSecrets, port: number): PostgresOptions {
  return {
    dir: folder.postgres,
    port,
    durable: true,
    adminPassword: secrets.postgresAdminPassword,
    appPassword: secrets.postgresPassword,
  };
}
