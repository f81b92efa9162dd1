/**
 * Runs one Postgres and one Temporal dev server for a test run, in a folder of their own, until its standard
 * input closes: they go even when jest is killed. Prints one line of JSON, `TestServers`, once both answer.
 *
 *   node test/support/server-host.ts < a pipe
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateToLatest } from '../../src/db/migrate.ts';
import { findFreePort } from '../../src/main/setup/ports.ts';
import {
  ensureDatabase,
  type PostgresOptions,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/main/setup/postgres.ts';
import { makeSecrets } from '../../src/main/setup/secrets.ts';
import type { ServerCommand } from '../../src/main/setup/server-command.ts';
import { findTemporal } from '../../src/main/setup/temporal-binary.ts';
import { temporalCommand, waitForTemporal } from '../../src/main/setup/temporal-server.ts';
import { TEMPLATE_DATABASE, type TestServers } from './servers.ts';

const closed = new AbortController();
process.stdin
  .on('end', () => closed.abort())
  .on('error', () => closed.abort())
  .resume();
// Ctrl-C in the terminal is for jest: it closes our input when it is done.
process.on('SIGINT', () => {}).on('SIGTERM', () => closed.abort());

const dir = await mkdtemp(join(tmpdir(), 'paperagent-test-'));
// Postgres may run as another user, who has to get in.
await chmod(dir, 0o755);
const children: ChildProcess[] = [];
try {
  const starting = AbortSignal.any([closed.signal, AbortSignal.timeout(60_000)]);
  const [postgres, temporal] = await Promise.all([startPostgres(starting), startTemporal(starting)]);
  const servers: TestServers = { ...postgres, ...temporal };
  process.stdout.write(`${JSON.stringify(servers)}\n`);
  if (!closed.signal.aborted) await once(closed.signal, 'abort');
} finally {
  await Promise.all(children.map(stop));
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

async function startPostgres(signal: AbortSignal) {
  const secrets = makeSecrets();
  const options: PostgresOptions = {
    dir: join(dir, 'postgres'),
    port: await findFreePort(),
    durable: false,
    adminPassword: secrets.postgresAdminPassword,
    appPassword: secrets.postgresPassword,
  };
  run('postgres', await preparePostgres(options));
  await waitForPostgres(options, signal);
  await ensureDatabase(options, TEMPLATE_DATABASE);
  await migrateToLatest(postgresUrl(options, TEMPLATE_DATABASE));
  return {
    postgresAdminUrl: postgresUrl(options, 'postgres', 'admin'),
    postgresUrl: postgresUrl(options, 'postgres'),
  };
}

async function startTemporal(signal: AbortSignal) {
  const port = await findFreePort();
  const uiPort = await findFreePort([port]);
  const binary = await findTemporal({
    env: process.env,
    dataDir: dir,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  const temporalAddress = `127.0.0.1:${port}`;
  run(
    'temporal',
    temporalCommand({ binary, database: join(dir, 'temporal.db'), port, uiPort, namespace: 'default' }),
  );
  await waitForTemporal(temporalAddress, 'default', signal);
  return { temporalAddress, temporalUiUrl: `http://127.0.0.1:${uiPort}` };
}

function run(name: string, { command, args, env, ...identity }: ServerCommand): void {
  const child = spawn(command, args, { env, ...identity, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(dir, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.on('error', (error) => process.stderr.write(`${name} could not be started: ${error.message}\n`));
  children.push(child);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  // For Postgres SIGQUIT means: at once, without a checkpoint. The files are deleted anyway.
  child.kill('SIGQUIT');
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await exited;
  clearTimeout(late);
}
