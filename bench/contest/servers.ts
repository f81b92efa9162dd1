/** The servers that peers need: a Postgres as PaperAgent embeds it, and the Temporal that it finds, by defaults. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../src/setup/ports.ts';
import {
  ensureDatabase,
  type PostgresOptions,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/setup/postgres.ts';
import { findTemporal } from '../../src/setup/temporal-binary.ts';
import { waitForHttp } from '../../src/setup/wait-for-http.ts';
import { pidOf } from './peer-process.ts';

export interface PeerServer {
  /** Its address, as a client takes it. */
  address: string;
  pid: number;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/** @param dir absolute path of a folder that its own account may enter */
export async function startPostgres(dir: string): Promise<PeerServer> {
  const options: PostgresOptions = {
    dir: join(dir, 'postgres'),
    port: await findFreePort(),
    durable: true,
    adminPassword: 'bench',
    appPassword: 'bench',
  };
  const { command, args, ...how } = await preparePostgres(options);
  const child = run(command, args, how);
  await waitForPostgres(options, AbortSignal.timeout(READY_MS));
  await ensureDatabase(options, 'peer');
  return { address: postgresUrl(options, 'peer'), pid: pidOf(child), stop: () => end(child) };
}

/** `temporal server start-dev` with a database file and no other setting. */
export async function startTemporal(dir: string, say: (line: string) => void): Promise<PeerServer> {
  const binary = await findTemporal({ env: process.env, dataDir: dir, onProgress: say });
  const port = await findFreePort();
  const uiPort = await findFreePort([port]);
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'error'];
  args.push('--port', String(port), '--ui-port', String(uiPort), '--db-filename', join(dir, 'temporal.db'));
  const child = run(binary, args, { cwd: dir });
  await waitForHttp(`http://127.0.0.1:${uiPort}/api/v1/namespaces/default`, AbortSignal.timeout(READY_MS));
  return { address: `127.0.0.1:${port}`, pid: pidOf(child), stop: () => end(child) };
}

export interface RestateServer extends PeerServer {
  /** Where it is told of services. */
  admin: string;
}

/** Restate's server from its npm package, which reports to nobody. `program` is its path. */
export async function startRestate(dir: string, program: string): Promise<RestateServer> {
  const port = await findFreePort();
  const ingress = await findFreePort([port]);
  const admin = await findFreePort([port, ingress]);
  const env = {
    PATH: process.env.PATH ?? '',
    RESTATE_BASE_DIR: join(dir, 'restate'),
    RESTATE_LISTEN_MODE: 'tcp',
    RESTATE_BIND_ADDRESS: `127.0.0.1:${port}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_DISABLE_TELEMETRY: 'true',
    RESTATE_LOG_FILTER: 'error',
  };
  const child = run(program, [], { cwd: dir, env });
  await waitForHttp(`http://127.0.0.1:${ingress}/restate/health`, AbortSignal.timeout(READY_MS));
  return {
    address: `http://127.0.0.1:${ingress}`,
    admin: `http://127.0.0.1:${admin}`,
    pid: pidOf(child),
    stop: () => end(child),
  };
}

function run(command: string, args: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, stdio: 'ignore' });
  const endWithUs = () => child.kill('SIGINT');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}
