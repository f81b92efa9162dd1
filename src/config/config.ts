/** The environment, read once: every variable of docs/protocol.md, checked by a schema, frozen. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { Quotas } from '../db/quotas.ts';
import { type Prices, saidPrices, wholePrices } from '../domain/model-prices.ts';
import { readAllowedHosts } from '../llm/allowed-hosts.ts';
import type { AllowHost } from '../llm/connection.ts';
import { isLoopback } from '../network/loopback.ts';
import type { Admission } from '../protocol/auth.ts';
import { CONTEXT_WINDOW } from '../protocol/limits.ts';
import { codeOf } from '../system-error.ts';
import type { TemporalEndpoint } from '../temporal/endpoint.ts';
import { type MaybeTemporal, readTemporal, temporalVariables } from './temporal-variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
const port = count(1, 65_535);
const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be an address such as ${example}` });
const word = z.string().min(1);
const price = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number, such as 0.40')
  .transform(Number);
const hosts = z.string().transform((text, context) => {
  try {
    return readAllowedHosts(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `must be a list of hosts: ${(error as Error).message}` });
    return z.NEVER;
  }
});

const onOff = z.enum(['on', 'off'], 'must be on or off');

/** 32 bytes, written as 64 hexadecimal digits or as base64. */
const key = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
  if (bytes.length === 32) return text;
  context.addIssue({ code: 'custom', message: 'must be 32 bytes, as 64 hexadecimal digits or as base64' });
  return z.NEVER;
});

const schema = z.object({
  PORT: port.default(3000),
  HOST: word.default('127.0.0.1'),
  ALLOWED_HOSTS: hosts.optional(),
  PA_DATA: word.default('./pa_data'),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/paperagent').optional(),
  DATABASE_DIRECT_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/paperagent').optional(),
  ...temporalVariables,
  TEMPORAL_UI_PORT: port.optional(),
  OPENAI_BASE_URL: url(/^https?$/, 'https://api.example.com/v1').optional(),
  OPENAI_API_KEY: word.optional(),
  PAPERAGENT_MODEL: word.optional(),
  MODEL_CONTEXT_WINDOW: count(CONTEXT_WINDOW.least, CONTEXT_WINDOW.most).optional(),
  MODEL_INPUT_PRICE: price.optional(),
  MODEL_CACHED_PRICE: price.optional(),
  MODEL_WRITTEN_PRICE: price.optional(),
  MODEL_OUTPUT_PRICE: price.optional(),
  MODEL_SEES: z.enum(['0', '1'], 'must be 0 or 1').optional(),
  MODEL_PICTURES: count(0, 32).default(8),
  MODEL_ALLOWED_HOSTS: hosts.default(() => () => false),
  SANDBOX: z.enum(['auto', 'docker', 'bubblewrap'], 'must be auto, docker or bubblewrap').default('auto'),
  SANDBOX_LIBRARIES: z.enum(['few', 'usual', 'all'], 'must be few, usual or all').default('usual'),
  SANDBOX_PREPARE: z.enum(['0', '1'], 'must be 0 or 1').default('1'),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  ENCRYPTION_KEY: key.optional(),
  MODEL_STALL_SECONDS: count(1, 86_400).default(300),
  MODEL_FIRST_TOKEN_SECONDS: count(1, 86_400).default(300),
  RATE_MESSAGES_PER_MINUTE: count(1, 1_000_000).default(60),
  RATE_LOGINS_PER_MINUTE: count(1, 1_000_000).default(10),
  TRUST_PROXY: count(0, 10).default(0),
  REGISTRATION: z
    .enum(['open', 'invitation', 'closed'], 'must be open, invitation or closed')
    .default('open'),
  GUESTS: onOff.default('on'),
  GUEST_MODELS: onOff.default('off'),
  QUOTA_WORKS: count(1, 1_000_000).default(100_000),
  QUOTA_GUEST_WORKS: count(1, 1_000_000).default(500),
  QUOTA_TURNS_AT_ONCE: count(1, 1_000_000).default(250),
  QUOTA_GUEST_TURNS_AT_ONCE: count(1, 1_000_000).default(10),
  QUOTA_TOKENS_PER_DAY: count(1, 1_000_000_000_000).optional(),
  QUOTA_GUEST_TOKENS_PER_DAY: count(1, 1_000_000_000_000).optional(),
  QUOTA_DISK_GIB: count(1, 1_000_000).default(100),
  QUOTA_GUEST_DISK_GIB: count(1, 1_000_000).default(4),
  QUOTA_SOCKETS: count(1, 1_000_000).default(40),
  QUOTA_NETWORK_SOCKETS: count(1, 1_000_000).default(200),
  TURN_MAX_STEPS: count(1, 10_000).default(40),
  LOG_RETENTION_MINUTES: count(0, 1_000_000).default(15),
  GUEST_RETENTION_DAYS: count(0, 36_500).default(30),
  WORK_ARCHIVE_DAYS: count(0, 36_500).default(30),
  METRICS_TOKEN: word.optional(),
  WORKER_METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://127.0.0.1:4318').optional(),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'at most 64 letters, digits, dots, dashes and underscores')
    .optional(),
  REQUIRE_DOCKER: z.enum(['0', '1'], 'must be 0 or 1').optional(),
  CI: z.string().optional(),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    )
    .default('info'),
});

/** Some hundred turns with code a day. */
const TOKENS_PER_DAY = 20_000_000;
/** Some turns with code a day: to see what it does. */
const GUEST_TOKENS_PER_DAY = 1_000_000;

/** The model that serves whoever has not set one of their own. */
export interface ServerModel {
  baseUrl: string;
  apiKey: string | undefined;
  /** `demo` is the demo model's name, and no other's. */
  model: string;
  /** Tokens that prompt and answer may fill together; undefined: what is found out counts. */
  contextWindow: number | undefined;
  /** Of a million tokens; undefined: what is known of the model counts. */
  prices: Prices | undefined;
  /** Whether it is shown pictures; undefined: its name tells. */
  sees?: boolean | undefined;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Whether a request's Host is a name of this server's (L3); undefined: any may be. */
  readonly isOwnHost: AllowHost | undefined;
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
  /** Undefined: the demo model. */
  readonly model: Readonly<ServerModel> | undefined;
  /** Hosts that people's own models may be on although they are not public (A6). */
  readonly allowModelHost: AllowHost;
  readonly sandbox: 'auto' | 'docker' | 'bubblewrap';
  /** Which lists of Python packages code may import (W1). */
  readonly sandboxLibraries: 'few' | 'usual' | 'all';
  /** Whether Python is started ahead while the model still writes the code. */
  readonly sandboxPrepare: boolean;
  /** Undefined: made once and kept under PA_DATA (embedded Postgres only), as the next one. */
  readonly jwtSecret: string | undefined;
  /** 32 bytes, in hexadecimal or base64: `decodeKey` reads it. */
  readonly encryptionKey: string | undefined;
  /** Pictures that a request to a model that sees has at most. */
  readonly modelPictures: number;
  readonly modelStallSeconds: number;
  readonly modelFirstTokenSeconds: number;
  readonly rateMessagesPerMinute: number;
  readonly rateLoginsPerMinute: number;
  /** Reverse proxies before the api, whose word about a client's address counts. */
  readonly trustedProxies: number;
  /** Who may come in, and what a guest may. */
  readonly admission: Readonly<Admission>;
  /** What each person may have. */
  readonly quotas: Readonly<Quotas>;
  /** How many sockets and event streams may be open at a time, at each api. */
  readonly openStreams: Readonly<{ perPerson: number; perNetwork: number }>;
  readonly turnMaxSteps: number;
  readonly logRetentionMinutes: number;
  /** How long what a guest had is kept once nobody can be that guest any more; 0: for ever. */
  readonly guestRetentionDays: number;
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

/** A wrong or missing variable. The message is one sentence that names it, never its value: it may be a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
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
  const prices = pricesOf(v);
  return Object.freeze({
    port: v.PORT,
    host: v.HOST,
    isOwnHost: ownHostsOf(v),
    dataDir: resolve(v.PA_DATA),
    databaseUrl: v.DATABASE_URL,
    databaseDirectUrl: v.DATABASE_DIRECT_URL ?? v.DATABASE_URL,
    temporal: temporalOf(v),
    temporalUiPort: v.TEMPORAL_UI_PORT,
    model:
      v.OPENAI_BASE_URL === undefined
        ? undefined
        : Object.freeze({
            baseUrl: v.OPENAI_BASE_URL.replace(/\/+$/, ''),
            apiKey: v.OPENAI_API_KEY,
            model: v.PAPERAGENT_MODEL ?? 'gpt-4.1-mini',
            contextWindow: v.MODEL_CONTEXT_WINDOW,
            prices,
            sees: v.MODEL_SEES === undefined ? undefined : v.MODEL_SEES === '1',
          }),
    allowModelHost: isPersonal(v)
      ? (host, port) => isLoopback(host) || v.MODEL_ALLOWED_HOSTS(host, port)
      : v.MODEL_ALLOWED_HOSTS,
    sandbox: v.SANDBOX,
    sandboxLibraries: v.SANDBOX_LIBRARIES,
    sandboxPrepare: v.SANDBOX_PREPARE === '1',
    jwtSecret: v.JWT_SECRET,
    encryptionKey: v.ENCRYPTION_KEY,
    modelStallSeconds: v.MODEL_STALL_SECONDS,
    modelPictures: v.MODEL_PICTURES,
    modelFirstTokenSeconds: v.MODEL_FIRST_TOKEN_SECONDS,
    rateMessagesPerMinute: v.RATE_MESSAGES_PER_MINUTE,
    rateLoginsPerMinute: v.RATE_LOGINS_PER_MINUTE,
    trustedProxies: v.TRUST_PROXY,
    admission: Object.freeze({
      registration: v.REGISTRATION,
      guests: v.GUESTS === 'on',
      guestModels: v.GUEST_MODELS === 'on',
    }),
    quotas: quotasOf(v),
    openStreams: Object.freeze({ perPerson: v.QUOTA_SOCKETS, perNetwork: v.QUOTA_NETWORK_SOCKETS }),
    turnMaxSteps: v.TURN_MAX_STEPS,
    logRetentionMinutes: v.LOG_RETENTION_MINUTES,
    guestRetentionDays: v.GUEST_RETENTION_DAYS,
    workArchiveDays: v.WORK_ARCHIVE_DAYS,
    metricsToken: v.METRICS_TOKEN,
    workerMetricsPort: v.WORKER_METRICS_PORT,
    otlpEndpoint: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    workerBuildId: v.WORKER_BUILD_ID,
    requireDocker: v.REQUIRE_DOCKER === '1' || (v.REQUIRE_DOCKER === undefined && isOn(v.CI)),
    logLevel: v.LOG_LEVEL,
  });
}

/** @throws ConfigError where some are set and not those without which nothing can be reckoned */
function pricesOf(v: z.infer<typeof schema>): Prices | undefined {
  const [input, output] = [v.MODEL_INPUT_PRICE, v.MODEL_OUTPUT_PRICE];
  const [cached, written] = [v.MODEL_CACHED_PRICE, v.MODEL_WRITTEN_PRICE];
  const said = saidPrices({ input, cached, written, output });
  const prices = wholePrices(said);
  if (prices === undefined && Object.keys(said).length > 0) {
    const missing = input === undefined ? 'MODEL_INPUT_PRICE' : 'MODEL_OUTPUT_PRICE';
    throw new ConfigError(`${missing} must be set when another price is`);
  }
  return prices;
}

/**
 * A guest has never more than somebody with an account. Tokens of a model that is on this machine, as the demo model,
 * are nobody's money: without a word of the operator's they are bounded only where the model is elsewhere.
 */
function quotasOf(v: z.infer<typeof schema>): Quotas {
  const paid = v.OPENAI_BASE_URL !== undefined && !isLoopback(new URL(v.OPENAI_BASE_URL).hostname);
  const account = {
    works: v.QUOTA_WORKS,
    turnsAtOnce: v.QUOTA_TURNS_AT_ONCE,
    tokensPerDay: v.QUOTA_TOKENS_PER_DAY ?? (paid ? TOKENS_PER_DAY : undefined),
    diskBytes: v.QUOTA_DISK_GIB * 1024 ** 3,
  };
  const guest = {
    works: Math.min(v.QUOTA_GUEST_WORKS, account.works),
    turnsAtOnce: Math.min(v.QUOTA_GUEST_TURNS_AT_ONCE, account.turnsAtOnce),
    tokensPerDay: least(
      v.QUOTA_GUEST_TOKENS_PER_DAY ?? (paid ? GUEST_TOKENS_PER_DAY : undefined),
      account.tokensPerDay,
    ),
    diskBytes: Math.min(v.QUOTA_GUEST_DISK_GIB * 1024 ** 3, account.diskBytes),
  };
  return Object.freeze({ account: Object.freeze(account), guest: Object.freeze(guest) });
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/**
 * Whether only people at this machine reach the server, so that a model on it is theirs to name (V7). Where guests may
 * name models too, or a proxy stands before, those could be anybody.
 */
function isPersonal(v: z.infer<typeof schema>): boolean {
  return isLoopback(v.HOST) && v.TRUST_PROXY === 0 && v.GUEST_MODELS === 'off';
}

/**
 * By which names requests may come. Where only this machine reaches the port, a browser on it does so for any page whose
 * name is pointed here. A proxy passes on whatever name it serves, and an open port has names that nobody told us.
 */
function ownHostsOf(v: z.infer<typeof schema>): AllowHost | undefined {
  const { ALLOWED_HOSTS: allowed } = v;
  if (allowed === undefined && !(isLoopback(v.HOST) && v.TRUST_PROXY === 0)) return undefined;
  return (host, port) => isLoopback(host) || (allowed?.(host, port) ?? false);
}

function temporalOf(variables: z.infer<typeof schema>): MaybeTemporal {
  try {
    return readTemporal(variables);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
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

/** The 32 bytes of an ENCRYPTION_KEY. */
export function decodeKey(text: string): Buffer {
  return Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
}

/**
 * The process's environment over the lines of a `.env` file, where there is one. A variable that is set, even
 * to nothing, wins over the file.
 */
export function withEnvFile(env: Environment, file: string): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return env;
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
  return { ...parseEnv(text), ...env };
}
