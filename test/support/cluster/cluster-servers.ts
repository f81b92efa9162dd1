/** The servers of a cluster for one test file: a Postgres, and a Temporal server that keeps its histories in it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  startServer,
  startTemporaryPostgres,
  type TemporaryServer,
} from '../../../scripts/support/temporary-servers.ts';
import { findFreePort } from '../../../src/setup/ports.ts';
import { postgresUrl } from '../../../src/setup/postgres.ts';
import { SetupError } from '../../../src/setup/setup-error.ts';
import { prepareNamespace } from '../../../src/setup/temporal-namespace.ts';
import {
  prepareTemporalDatabases,
  TEMPORAL_PORTS,
  type TemporalPorts,
  temporalOnPostgresCommand,
} from '../../../src/setup/temporal-on-postgres.ts';
import { findTemporalServer, hasTemporalServer } from '../../../src/setup/temporal-server-binaries.ts';
import { TEMPLATE_DATABASE, type TestServers } from '../servers.ts';

/** How long the servers may take to start. */
export const START_MS = 120_000;

export interface ClusterServers {
  addresses: TestServers;
  /** Registered, with the search attributes. */
  namespace: string;
  close(): Promise<void>;
}

const search = (dataDir: string) => ({
  env: process.env,
  dataDir,
  onProgress: (line: string) => void process.stderr.write(`${line}\n`),
});

/** Why there is no cluster here; null where there is one. Where it is required, what it takes is got or built. */
export async function whyNoCluster(required: boolean): Promise<string | null> {
  if (await hasTemporalServer(search(tmpdir()))) return null;
  if (!required) return 'there is no Temporal server for a cluster (`npm run cluster` gets one)';
  try {
    await findTemporalServer(search(tmpdir()));
    return null;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

export async function startClusterServers(): Promise<ClusterServers> {
  const dir = await mkdtemp(path.join(tmpdir(), 'paperagent-cluster-'));
  await chmod(dir, 0o755); // Postgres may run as another user
  const started: TemporaryServer[] = [];
  const close = async () => {
    for (const server of started.reverse()) await server.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const postgres = await startTemporaryPostgres(dir, TEMPLATE_DATABASE, {
      onServer: (server) => started.push(server),
      signal: AbortSignal.timeout(START_MS),
    });
    const options = {
      binaries: await findTemporalServer(search(dir)),
      adminUrl: postgresUrl(postgres, 'postgres', 'admin'),
      password: postgres.appPassword,
      ports: await freePorts(postgres.port),
      shards: 4,
    };
    await prepareTemporalDatabases(options);
    started.push(startServer(temporalOnPostgresCommand(options), path.join(dir, 'temporal.log')));
    const temporalAddress = `127.0.0.1:${options.ports.TEMPORAL_PORT}`;
    const namespace = 'cluster';
    await prepareNamespace({ address: temporalAddress, namespace, apiKey: undefined, tls: false }, START_MS);
    return {
      addresses: {
        postgresAdminUrl: options.adminUrl,
        postgresUrl: postgresUrl(postgres, 'postgres'),
        temporalAddress,
        temporalUiUrl: 'http://127.0.0.1:1',
      },
      namespace,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freePorts(taken: number): Promise<TemporalPorts> {
  const ports: Record<string, number> = {};
  for (const name of TEMPORAL_PORTS) ports[name] = await findFreePort([taken, ...Object.values(ports)]);
  return ports as TemporalPorts;
}
