/** A Temporal server with its persistence on Postgres, as a plain process: docker-compose.yml's, without containers. */
import { join } from 'node:path';
import { createClient } from '../db/database.ts';
import { CHECKOUT } from './checkout.ts';
import { lastLine, runCommand } from './command.ts';
import type { ServerCommand } from './server-command.ts';
import { SetupError } from './setup-error.ts';
import type { TemporalServerBinaries } from './temporal-server-binaries.ts';

/** The ports that one server process listens on, each free and on loopback. */
export const TEMPORAL_PORTS = [
  'TEMPORAL_PORT',
  'TEMPORAL_HTTP_PORT',
  'TEMPORAL_HISTORY_PORT',
  'TEMPORAL_MATCHING_PORT',
  'TEMPORAL_WORKER_PORT',
  'TEMPORAL_FRONTEND_MEMBERSHIP_PORT',
  'TEMPORAL_HISTORY_MEMBERSHIP_PORT',
  'TEMPORAL_MATCHING_MEMBERSHIP_PORT',
  'TEMPORAL_WORKER_MEMBERSHIP_PORT',
] as const;
export type TemporalPorts = Record<(typeof TEMPORAL_PORTS)[number], number>;

export interface TemporalOnPostgres {
  binaries: TemporalServerBinaries;
  /** The administrator's address of the Postgres, any database. */
  adminUrl: string;
  /** Of Temporal's own role. */
  password: string;
  ports: TemporalPorts;
  /** How many parts the histories are spread over; fixed once the databases are there. */
  shards: number;
}

const ROLE = 'temporal';
/** As docker/postgres/10-databases.sh has them, each with the schema that the tool carries for it. */
const DATABASES = { temporal: 'postgresql/v12/temporal', temporal_visibility: 'postgresql/v12/visibility' };

/**
 * Makes Temporal's role and databases where they are missing, and brings them to the version's schema.
 * @throws SetupError
 */
export async function prepareTemporalDatabases(options: TemporalOnPostgres): Promise<void> {
  const { adminUrl, binaries } = options;
  const admin = createClient({ connectionString: adminUrl });
  await admin.connect();
  try {
    const role = await admin.query('select 1 from pg_roles where rolname = $1', [ROLE]);
    const password = admin.escapeLiteral(options.password);
    if (role.rowCount === 0) await admin.query(`create role ${ROLE} login password ${password}`);
    for (const database of Object.keys(DATABASES)) {
      const found = await admin.query('select 1 from pg_database where datname = $1', [database]);
      if (found.rowCount === 0) await admin.query(`create database ${database} owner ${ROLE}`);
    }
  } finally {
    await admin.end();
  }
  for (const [database, schema] of Object.entries(DATABASES)) {
    const env = { ...sqlEnvironment(options), SQL_DATABASE: database, SQL_PLUGIN: 'postgres12' };
    // The first fails where it was done before; the second changes nothing where nothing is new.
    await runCommand(binaries.sqlTool, ['setup-schema', '--version', '0.0'], { env });
    const updated = await runCommand(binaries.sqlTool, ['update-schema', '--schema-name', schema], { env });
    if (updated.code !== 0)
      throw new SetupError(
        `Temporal's database ${database} could not be set up: ${lastLine(updated.output)}`,
      );
  }
}

/** The command that starts the server in the foreground, on loopback only. */
export function temporalOnPostgresCommand(options: TemporalOnPostgres): ServerCommand {
  const folder = join(CHECKOUT, 'docker', 'temporal');
  const ports = Object.entries(options.ports).map(([name, port]) => [name, String(port)]);
  return {
    command: options.binaries.server,
    args: ['--root', folder, '--config', 'config', '--env', 'paperagent', '--allow-no-auth', 'start'],
    env: {
      ...sqlEnvironment(options),
      ...Object.fromEntries(ports),
      TEMPORAL_BIND_IP: '127.0.0.1',
      TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1',
      TEMPORAL_SHARDS: String(options.shards),
      TEMPORAL_DYNAMIC_CONFIG: join(folder, 'config', 'dynamic.yaml'),
    },
    cwd: '/',
  };
}

function sqlEnvironment({ adminUrl, password }: TemporalOnPostgres): Record<string, string> {
  const { hostname, port } = new URL(adminUrl);
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  return { PATH, HOME, SQL_HOST: hostname, SQL_PORT: port, SQL_USER: ROLE, SQL_PASSWORD: password };
}
