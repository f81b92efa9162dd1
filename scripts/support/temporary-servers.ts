/** Servers that live as long as one run, in a folder that is thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { migrateToLatest } from '../../src/db/migrate.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import {
  ensureDatabase,
  type PostgresOptions,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/setup/postgres.ts';
import { makeSecrets } from '../../src/setup/secrets.ts';
import type { ServerCommand } from '../../src/setup/server-command.ts';
import { findTemporal } from '../../src/setup/temporal-binary.ts';
import { temporalCommand, waitForTemporal } from '../../src/setup/temporal-server.ts';

export interface TemporaryServer {
  stop(): Promise<void>;
}

/** Takes each server as soon as it is started, so that one whose start fails is stopped as well. */
export type OnServer = (server: TemporaryServer) => void;

/** A Postgres under `dir` with one database that has all migrations. */
export async function startTemporaryPostgres(
  dir: string,
  database: string,
  { onServer, signal }: { onServer: OnServer; signal: AbortSignal },
): Promise<PostgresOptions> {
  const secrets = makeSecrets();
  const options: PostgresOptions = {
    dir: join(dir, 'postgres'),
    port: await findFreePort(),
    durable: false,
    adminPassword: secrets.postgresAdminPassword,
    appPassword: secrets.postgresPassword,
  };
  onServer(startServer(await preparePostgres(options), join(dir, 'postgres.log')));
  await waitForPostgres(options, signal);
  await ensureDatabase(options, database);
  await migrateToLatest(postgresUrl(options, database));
  return options;
}

/** A Temporal dev server under `dir`. */
export async function startTemporaryTemporal(
  dir: string,
  { onServer, signal }: { onServer: OnServer; signal: AbortSignal },
): Promise<{ temporalAddress: string; temporalUiUrl: string }> {
  const port = await findFreePort();
  const uiPort = await findFreePort([port]);
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const binary = await findTemporal({ env: process.env, dataDir: dir, onProgress });
  const options = { binary, database: join(dir, 'temporal.db'), port, uiPort, namespace: 'default' };
  onServer(startServer(temporalCommand(options), join(dir, 'temporal.log')));
  await waitForTemporal(options, signal);
  return { temporalAddress: `127.0.0.1:${port}`, temporalUiUrl: `http://127.0.0.1:${uiPort}` };
}

/** Starts a server whose output goes to a file. */
export function startServer({ command, args, ...options }: ServerCommand, logFile: string): TemporaryServer {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.on('error', (error) => process.stderr.write(`${command} could not be started: ${error.message}\n`));
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const exited = once(child, 'exit');
      // For Postgres SIGQUIT means: at once, without a checkpoint. The files are thrown away.
      child.kill('SIGQUIT');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await exited;
      clearTimeout(late);
    },
  };
}
