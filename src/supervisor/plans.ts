/** How each role is started, how it is known to serve, and how it is asked to stop. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { fromBundleToo, NODE_ENVIRONMENT, NODE_OPTIONS } from '../process/node-options.mjs';
import { SPARE_OPTION } from '../process/spare.ts';
import { BUILD_CACHE, CHECKOUT } from '../setup/checkout.ts';
import {
  endPostgresOrphan,
  type PostgresOptions,
  preparePostgres,
  waitForPostgres,
} from '../setup/postgres.ts';
import type { ServerCommand } from '../setup/server-command.ts';
import { type TemporalOnPostgres, temporalOnPostgresCommand } from '../setup/temporal-on-postgres.ts';
import { type TemporalOptions, temporalCommand, waitForTemporal } from '../setup/temporal-server.ts';
import { waitForHttp } from '../setup/wait-for-http.ts';
import type { ChildPlan } from './child.ts';
import type { Role } from './roles.ts';

export function postgresPlan(options: PostgresOptions): ChildPlan {
  return {
    role: 'postgres',
    command: async () => {
      await endPostgresOrphan(options.dir);
      return preparePostgres(options);
    },
    speaks: false,
    ready: (signal) => waitForPostgres(options, signal),
    // Ends every session now, and stops in order.
    stopSignal: 'SIGINT',
    stopWithinMs: 8_000,
  };
}

export function temporalPlan(options: TemporalOptions): ChildPlan {
  return {
    role: 'temporal',
    command: async () => temporalCommand(options),
    speaks: false,
    ready: (signal) => waitForTemporal(options, signal),
    stopSignal: 'SIGTERM',
    stopWithinMs: 5_000,
  };
}

export function demoModelPlan(port: number, env: Record<string, string>): ChildPlan {
  return {
    role: 'demo-model',
    command: async () => nodeCommand('demo-model', { ...env, DEMO_MODEL_PORT: String(port) }),
    speaks: false,
    ready: (signal) => waitForHttp(`http://127.0.0.1:${port}/v1/models`, signal),
    stopSignal: 'SIGTERM',
    stopWithinMs: 1_000,
  };
}

/** A server that keeps what it knows in Postgres. */
export function temporalOnPostgresPlan(options: TemporalOnPostgres): ChildPlan {
  const url = `http://127.0.0.1:${options.ports.TEMPORAL_HTTP_PORT}/api/v1/cluster-info`;
  return {
    role: 'temporal',
    command: async () => temporalOnPostgresCommand(options),
    speaks: false,
    ready: (signal) => waitForHttp(url, signal),
    stopSignal: 'SIGTERM',
    stopWithinMs: 8_000,
  };
}

/** @param number which of several: there others live that take over, else a spare may */
export function workerPlan(
  env: Record<string, string>,
  { number, spare = false }: { number?: number; spare?: boolean } = {},
): ChildPlan {
  return {
    role: 'worker',
    ...(number === undefined ? {} : { number }),
    command: async () => nodeCommand('worker', env),
    ...(spare ? { spare: async () => nodeCommand('worker', env, [`--${SPARE_OPTION}`]) } : {}),
    speaks: true,
    ready: (_signal, said) => said,
    stopSignal: 'SIGTERM',
    stopWithinMs: 12_000,
  };
}

/** @param at where it listens; @param number which of several */
export function apiPlan(
  at: Pick<Config, 'host' | 'port'>,
  given: Record<string, string>,
  number?: number,
): ChildPlan {
  const env = { ...given, HOST: at.host, PORT: String(at.port) };
  return {
    role: 'api',
    ...(number === undefined ? {} : { number }),
    command: async () => nodeCommand('api', env),
    speaks: false,
    ready: (signal) => waitForHttp(`${appUrl(at)}/health/ready`, signal),
    stopSignal: 'SIGTERM',
    stopWithinMs: 5_000,
  };
}

/** Where a browser on this machine reaches the app. */
export function appUrl({ host, port }: Pick<Config, 'host' | 'port'>): string {
  const anywhere = host === '0.0.0.0' || host === '::';
  return `http://${anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * One of our own processes; its command line ends in its role's file, and in that of one which waits an option follows. Node keeps the compiled code: a process that runs
 * from the sources starts in half the time by it.
 */
function nodeCommand(role: Role, given: Record<string, string>, options: string[] = []): ServerCommand {
  return {
    command: process.execPath,
    args: [...NODE_OPTIONS, ...fromBundleToo(), join(CHECKOUT, 'src', 'main', `${role}.ts`), ...options],
    env: { ...NODE_ENVIRONMENT, ...given, NODE_COMPILE_CACHE: join(BUILD_CACHE, 'compiled') },
    cwd: CHECKOUT,
  };
}
