/** Servers that live as long as one run, in a folder that is thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

/** How often a server is started whose ports somebody else has taken between their choice and its start. */
const STARTS = 3;

/** A Postgres under `dir` with one database that has all migrations. */
export async function startTemporaryPostgres(
  dir: string,
  database: string,
  { onServer, signal }: { onServer: OnServer; signal: AbortSignal },
): Promise<PostgresOptions> {
  const secrets = makeSecrets();
  const logFile = join(dir, 'postgres.log');
  const options = await startAndWait('Postgres', logFile, async () => {
    const options: PostgresOptions = {
      dir: join(dir, 'postgres'),
      port: await findFreePort(),
      durable: false,
      adminPassword: secrets.postgresAdminPassword,
      appPassword: secrets.postgresPassword,
    };
    const server = startServer(await preparePostgres(options), logFile);
    onServer(server);
    return {
      server,
      answer: options,
      up: (ended) => waitForPostgres(options, AbortSignal.any([signal, ended])),
    };
  });
  await ensureDatabase(options, database);
  await migrateToLatest(postgresUrl(options, database));
  return options;
}

/** A Temporal dev server under `dir`. */
export async function startTemporaryTemporal(
  dir: string,
  { onServer, signal }: { onServer: OnServer; signal: AbortSignal },
): Promise<{ temporalAddress: string; temporalUiUrl: string }> {
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const binary = await findTemporal({ env: process.env, dataDir: dir, onProgress });
  const logFile = join(dir, 'temporal.log');
  return await startAndWait('Temporal', logFile, async () => {
    const port = await findFreePort();
    const uiPort = await findFreePort([port]);
    const options = { binary, database: join(dir, 'temporal.db'), port, uiPort, namespace: 'default' };
    const server = startServer(temporalCommand(options), logFile);
    onServer(server);
    return {
      server,
      answer: { temporalAddress: `127.0.0.1:${port}`, temporalUiUrl: `http://127.0.0.1:${uiPort}` },
      up: (ended) => waitForTemporal(options, AbortSignal.any([signal, ended])),
    };
  });
}

interface Start<T> {
  server: StartedServer;
  answer: T;
  /** Waits until it answers. @throws when `ended` is aborted */
  up(ended: AbortSignal): Promise<void>;
}

/** @throws when it does not answer, with the last lines of its log */
async function startAndWait<T>(name: string, logFile: string, start: () => Promise<Start<T>>): Promise<T> {
  for (let left = STARTS - 1; ; left -= 1) {
    const { server, answer, up } = await start();
    try {
      await up(server.ended);
      return answer;
    } catch (error) {
      const log = (await readFile(logFile, 'utf8').catch(() => '')).split('\n').slice(-20).join('\n');
      const message = `${name} ${server.ended.aborted ? 'ended as it started' : 'did not answer'}; its log ends with:\n${log}`;
      if (!server.ended.aborted || left === 0) throw new Error(message, { cause: error });
      process.stderr.write(`${message}\nit is started once more\n`);
    }
  }
}

interface StartedServer extends TemporaryServer {
  /** Aborted once it has ended by itself or was stopped. */
  ended: AbortSignal;
}

/** Starts a server whose output goes to a file. */
export function startServer({ command, args, ...options }: ServerCommand, logFile: string): StartedServer {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new AbortController();
  child.on('exit', () => ended.abort());
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`);
    ended.abort();
  });
  return {
    ended: ended.signal,
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
