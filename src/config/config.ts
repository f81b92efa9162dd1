/** The environment, read once: every variable of docs/operations.md, checked by a schema, frozen. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { ProviderSettings } from '../domain/identity-provider.ts';
import type { OwnPackage } from '../domain/own-packages.ts';
import type { TemporalEndpoint } from '../temporal/endpoint.ts';
import { ConfigError, type Environment } from './environment.ts';
import { type LiteratureSettings, literatureVariables, readLiterature } from './literature.ts';
import { type ModelSettings, modelVariables, readModel, type ServerModel } from './model.ts';
import { type PeopleSettings, peopleVariables, readPeople } from './people.ts';
import { readProvider, signInVariables } from './sign-in.ts';
import { type MaybeTemporal, readTemporal, temporalVariables } from './temporal.ts';
import { count, key, ownPackages, port, url, word, zeroOrOne } from './values.ts';

const postgres = url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/paperagent');

const schema = z.object({
  ...peopleVariables,
  ...signInVariables,
  ...modelVariables,
  ...literatureVariables,
  ...temporalVariables,
  TEMPORAL_UI_PORT: port.optional(),
  PA_DATA: word.default('./pa_data'),
  DATABASE_URL: postgres.optional(),
  DATABASE_DIRECT_URL: postgres.optional(),
  SANDBOX: z.enum(['auto', 'docker', 'bubblewrap'], 'must be auto, docker or bubblewrap').default('auto'),
  SANDBOX_LIBRARIES: z.enum(['few', 'usual', 'all'], 'must be few, usual or all').default('usual'),
  SANDBOX_PACKAGES: ownPackages.default(() => []),
  SANDBOX_PREPARE: zeroOrOne.default('1'),
  WORKER_SPARE: zeroOrOne.default('1'),
  MCP_SERVERS: word.optional(),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  ENCRYPTION_KEY: key.optional(),
  TURN_MAX_STEPS: count(1, 10_000).default(40),
  LOG_RETENTION_MINUTES: count(0, 1_000_000).default(15),
  WORK_ARCHIVE_DAYS: count(0, 36_500).default(30),
  METRICS_TOKEN: word.optional(),
  WORKER_METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:4318').optional(),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'at most 64 letters, digits, dots, dashes and underscores')
    .optional(),
  REQUIRE_DOCKER: zeroOrOne.optional(),
  CI: z.string().optional(),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    )
    .default('info'),
});

export interface Config extends PeopleSettings, ModelSettings, LiteratureSettings {
  /** By whom people may sign in besides their password; undefined: by nobody. */
  readonly provider: ProviderSettings | undefined;
  /** Absolute path of PA_DATA. */
  readonly dataDir: string;
  /** Undefined: Postgres is embedded. */
  readonly databaseUrl: string | undefined;
  /** The same database without the pooler that DATABASE_URL leads to, for what needs a session; undefined: as that. */
  readonly databaseDirectUrl: string | undefined;
  /** Without an address: Temporal's dev server is embedded. */
  readonly temporal: MaybeTemporal;
  /** Undefined: a free one is chosen and kept under PA_DATA. */
  readonly temporalUiPort: number | undefined;
  readonly sandbox: 'auto' | 'docker' | 'bubblewrap';
  /** Which lists of Python packages code may import (W1). */
  readonly sandboxLibraries: 'few' | 'usual' | 'all';
  /** Packages of the operator's own choice, besides (W2). */
  readonly sandboxPackages: readonly OwnPackage[];
  /** Whether Python is started ahead while the model still writes the code. */
  readonly sandboxPrepare: boolean;
  /** Whether a second worker, loaded and waiting, takes over where the only one ends, in memory that is free. */
  readonly workerSpare: boolean;
  /** Absolute path of the file with MCP servers for everybody, which workers read; undefined: there are none. */
  readonly mcpServersFile: string | undefined;
  /** Undefined: made once and kept under PA_DATA (embedded Postgres only), as the next one. */
  readonly jwtSecret: string | undefined;
  /** 32 bytes, in hexadecimal or base64: `decodeKey` reads it. */
  readonly encryptionKey: string | undefined;
  readonly turnMaxSteps: number;
  readonly logRetentionMinutes: number;
  /** How long nothing has happened in a Work whose workflow is let end; 0: none is. */
  readonly workArchiveDays: number;
  readonly metricsToken: string | undefined;
  /** Where this machine's worker serves its metrics, which its api shows among its own; undefined: nowhere. */
  readonly workerMetricsPort: number | undefined;
  /** Where traces are sent by OTLP over HTTP; undefined: nowhere. */
  readonly otlpEndpoint: string | undefined;
  /** The version that a worker polls as; undefined: all workers are of one version (docs/workflow-changes.md). */
  readonly workerBuildId: string | undefined;
  readonly requireDocker: boolean;
  readonly logLevel: z.infer<typeof schema>['LOG_LEVEL'];
}

/** What one api or worker process needs: nothing is left to be set up. */
export interface ServiceConfig extends Config {
  readonly databaseUrl: string;
  readonly databaseDirectUrl: string;
  readonly temporal: TemporalEndpoint;
  readonly model: Readonly<ServerModel>;
  readonly jwtSecret: string;
  readonly encryptionKey: string;
}

/** The names of all variables, for the test that .env.example lists them. */
export const VARIABLES: readonly string[] = Object.keys(schema.shape);

/**
 * Reads and checks the environment. An empty variable counts as unset.
 * @throws ConfigError
 */
export function readConfig(env: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`${String(issue?.path[0])} ${issue?.message ?? 'is wrong'}`);
  }
  const v = parsed.data;
  if (v.DATABASE_DIRECT_URL !== undefined && v.DATABASE_URL === undefined)
    throw new ConfigError('DATABASE_URL must be set when DATABASE_DIRECT_URL is');
  if (v.DATABASE_URL !== undefined) {
    // Several processes on several machines may share a database: they must share what goes with it.
    if (v.JWT_SECRET === undefined) throw new ConfigError('JWT_SECRET must be set when DATABASE_URL is');
    if (v.ENCRYPTION_KEY === undefined)
      throw new ConfigError('ENCRYPTION_KEY must be set when DATABASE_URL is');
  }
  return Object.freeze({
    ...readPeople(v),
    ...readModel(v),
    ...readLiterature(v),
    provider: readProvider(v),
    temporal: readTemporal(v),
    temporalUiPort: v.TEMPORAL_UI_PORT,
    dataDir: resolve(v.PA_DATA),
    databaseUrl: v.DATABASE_URL,
    databaseDirectUrl: v.DATABASE_DIRECT_URL ?? v.DATABASE_URL,
    sandbox: v.SANDBOX,
    sandboxLibraries: v.SANDBOX_LIBRARIES,
    sandboxPackages: v.SANDBOX_PACKAGES,
    sandboxPrepare: v.SANDBOX_PREPARE === '1',
    workerSpare: v.WORKER_SPARE === '1',
    mcpServersFile: v.MCP_SERVERS === undefined ? undefined : resolve(v.MCP_SERVERS),
    jwtSecret: v.JWT_SECRET,
    encryptionKey: v.ENCRYPTION_KEY,
    turnMaxSteps: v.TURN_MAX_STEPS,
    logRetentionMinutes: v.LOG_RETENTION_MINUTES,
    workArchiveDays: v.WORK_ARCHIVE_DAYS,
    metricsToken: v.METRICS_TOKEN,
    workerMetricsPort: v.WORKER_METRICS_PORT,
    otlpEndpoint: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    workerBuildId: v.WORKER_BUILD_ID,
    requireDocker: v.REQUIRE_DOCKER === '1' || (v.REQUIRE_DOCKER === undefined && isOn(v.CI)),
    logLevel: v.LOG_LEVEL,
  });
}

function isOn(flag: string | undefined): boolean {
  return flag !== undefined && flag !== '0' && flag !== 'false';
}

/**
 * The same for one api or worker process, which sets nothing up.
 * @throws ConfigError naming what is missing
 */
export function readServiceConfig(env: Environment): ServiceConfig {
  const config = readConfig(env);
  const { databaseUrl, temporal, model, jwtSecret, encryptionKey } = config;
  const databaseDirectUrl = config.databaseDirectUrl ?? databaseUrl;
  const needed = 'must be set to run this process alone; `npm start` sets everything up';
  if (databaseUrl === undefined || databaseDirectUrl === undefined)
    throw new ConfigError(`DATABASE_URL ${needed}`);
  if (temporal.address === undefined) throw new ConfigError(`TEMPORAL_ADDRESS ${needed}`);
  if (jwtSecret === undefined) throw new ConfigError(`JWT_SECRET ${needed}`);
  if (encryptionKey === undefined) throw new ConfigError(`ENCRYPTION_KEY ${needed}`);
  if (model === undefined) throw new ConfigError(`OPENAI_BASE_URL ${needed}`);
  return Object.freeze({
    ...config,
    databaseUrl,
    databaseDirectUrl,
    temporal: Object.freeze({ ...temporal, address: temporal.address }),
    model,
    jwtSecret,
    encryptionKey,
  });
}
