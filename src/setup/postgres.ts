/** The embedded Postgres: its files are made here once, its server is a child process of the caller. */
import { chmod, mkdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { createClient } from '../db/database.ts';
import { commandLineOf, startTimeOf } from '../os/process-lock.mjs';
import { lastLine, runCommand } from './command.ts';
import { endProcess } from './end-process.ts';
import { choosePostgresAccount, type PostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { type PostgresSettings, postgresSettings } from './postgres-settings.ts';
import type { ServerCommand } from './server-command.ts';
import { SetupError } from './setup-error.ts';

/** The role that the app uses; it owns the app's databases and is no superuser. */
export const APP_ROLE = 'paperagent';
const ADMIN_ROLE = 'postgres';

export interface PostgresOptions extends PostgresSettings {
  /** Absolute path of the cluster's own folder; what is above it exists. */
  dir: string;
  adminPassword: string;
  appPassword: string;
}

/** The address of a database of the embedded server, for the app's role or the administrator. */
export function postgresUrl(
  options: PostgresOptions,
  database: string,
  role: 'app' | 'admin' = 'app',
): string {
  const [user, password] =
    role === 'app' ? [APP_ROLE, options.appPassword] : [ADMIN_ROLE, options.adminPassword];
  return `postgres://${user}:${password}@127.0.0.1:${options.port}/${database}`;
}

/**
 * Makes the cluster's files where they are missing, writes its settings, and gives the command that starts its
 * server in the foreground.
 * @throws SetupError
 */
export async function preparePostgres(options: PostgresOptions): Promise<ServerCommand> {
  const { dir } = options;
  const binaries = await findPostgresBinaries();
  const account = choosePostgresAccount([dirname(binaries.postgres), dirname(dir)]);
  if (!(await exists(join(dir, 'PG_VERSION')))) await createCluster(binaries.initdb, account, options);
  await writeFile(join(dir, 'paperagent.conf'), postgresSettings(options), { mode: 0o644 });
  const [command = '', ...args] = [...account.prefix, binaries.postgres, '-D', dir];
  return { command, args, env: environment(), cwd: '/', ...account.identity };
}

/** Makes the files beside their place and moves them there whole: an interrupted start leaves no half a cluster. */
async function createCluster(
  initdb: string,
  account: PostgresAccount,
  options: PostgresOptions,
): Promise<void> {
  const draft = `${options.dir}.new`;
  const passwordFile = `${options.dir}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, options.adminPassword, { mode: 0o600 });
  account.own(draft);
  account.own(passwordFile);
  try {
    const [command = '', ...args] = [
      ...account.prefix,
      initdb,
      `--pgdata=${draft}`,
      `--username=${ADMIN_ROLE}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(options.durable ? [] : ['--no-sync']),
    ];
    const { code, output } = await runCommand(command, args, {
      ...account.identity,
      env: environment(),
      cwd: '/',
    });
    if (code !== 0)
      throw new SetupError(
        `Postgres's files could not be made in ${options.dir}: ${lastLine(output)}${drivesRemedy(options.dir)}`,
      );
    await writeFile(join(draft, 'postgresql.conf'), "include 'paperagent.conf'\n");
    await chmod(draft, 0o700);
    await rename(draft, options.dir);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Windows' drives in WSL (/mnt/c) keep no owner and no mode of a file, and Postgres refuses such a folder. */
export function drivesRemedy(dir: string): string {
  if (!/^\/mnt\/[a-z]\//.test(dir)) return '';
  return " (a drive of Windows keeps no owner of its files: clone into Linux's own home, or set PA_DATA to a folder there)";
}

/** Nothing of ours: neither our secrets, nor PGHOST and its like, nor a locale that the machine lacks. */
function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Ends a server of these very files that a killed supervisor left running without a note of it, and removes its
 * lock file when its process id belongs to someone else by now: Postgres would refuse to start. The lock file
 * of a server that is merely dead stays: by it Postgres tells whether sessions of that one live on.
 */
export async function endPostgresOrphan(dir: string): Promise<void> {
  const file = join(dir, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  const startTime = Number.isInteger(pid) && pid > 0 ? startTimeOf(pid) : undefined;
  if (startTime === undefined) return;
  if (commandLineOf(pid).includes(dir)) await endProcess({ pid, startTime }, 'SIGINT', 8_000);
  else await unlink(file);
}

/**
 * Waits until the server takes connections.
 * @throws when `signal` is aborted, with its reason
 */
export async function waitForPostgres(options: PostgresOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await withAdmin(options, async () => true).catch(() => false)) return;
    await new Promise((resume) => setTimeout(resume, 30));
  }
}

/** Makes the app's role and, where it is named, its database, when they are missing. The server runs. */
export async function ensureDatabase(options: PostgresOptions, database: string): Promise<void> {
  await withAdmin(options, async (admin) => {
    const role = await admin.query('select 1 from pg_roles where rolname = $1', [APP_ROLE]);
    const password = admin.escapeLiteral(options.appPassword);
    if (role.rowCount === 0) await admin.query(`create role ${APP_ROLE} login password ${password}`);
    const found = await admin.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) {
      await admin.query(`create database ${admin.escapeIdentifier(database)} owner ${APP_ROLE}`);
    }
  });
}

/** Runs `use` with a connection of the administrator, which is closed afterwards. */
export async function withAdmin<T>(
  options: PostgresOptions,
  use: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = createClient({
    connectionString: postgresUrl(options, 'postgres', 'admin'),
    connectionTimeoutMillis: 5_000,
  });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
