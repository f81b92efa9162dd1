/** A Postgres and a Temporal that a test may kill, and start again on the same files and ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrateToLatest } from '../../../src/db/migrate.ts';
import { findFreePort } from '../../../src/setup/ports.ts';
import {
  ensureDatabase,
  type PostgresOptions,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
  withAdmin,
} from '../../../src/setup/postgres.ts';
import { makeSecrets } from '../../../src/setup/secrets.ts';
import type { ServerCommand } from '../../../src/setup/server-command.ts';
import { findTemporal } from '../../../src/setup/temporal-binary.ts';
import { temporalCommand, waitForTemporal } from '../../../src/setup/temporal-server.ts';
import { TEMPLATE_DATABASE, type TestServers } from '../servers.ts';

/** The namespace that the server itself makes at each start, also on new files. */
export const OWN_NAMESPACE = 'faults';

export interface OwnServers {
  addresses: TestServers;
  /**
   * Puts everything on the disk. A copied database needs it before its first crash: with wal_level=minimal Postgres
   * logs nothing of an unlogged table's empty form when it copies one, and a crash finds its index without pages.
   * (A database that was migrated, as the program's is, has it logged.)
   */
  checkpoint(): Promise<void>;
  /** kill -9 of the server; its sessions die with it. */
  killPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  /** Breaks the program's sessions, and lets new ones be begun, which nobody answers, until it goes on. */
  pausePostgres(): Promise<void>;
  resumePostgres(): Promise<void>;
  /**
   * kill -9 of these sessions' processes, or of one of the api's: the server then ends all sessions and recovers,
   * under the same process id.
   */
  crashPostgresSession(pids?: number[]): Promise<void>;
  killTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  /** Removes all that Temporal knows; it must not run. */
  deleteTemporalFiles(): Promise<void>;
  close(): Promise<void>;
}

const START_MS = 60_000;

export async function startOwnServers(): Promise<OwnServers> {
  const dir = await mkdtemp(path.join(tmpdir(), 'paperagent-servers-'));
  await chmod(dir, 0o755); // Postgres may run as another user
  const secrets = makeSecrets();
  const port = await findFreePort();
  const temporalPort = await findFreePort([port]);
  const uiPort = await findFreePort([port, temporalPort]);
  const postgres: PostgresOptions = {
    dir: path.join(dir, 'postgres'),
    port,
    durable: false,
    adminPassword: secrets.postgresAdminPassword,
    appPassword: secrets.postgresPassword,
  };
  const temporal = {
    binary: await findTemporal({ env: process.env, dataDir: dir, onProgress: () => {} }),
    database: path.join(dir, 'temporal.db'),
    port: temporalPort,
    uiPort,
    namespace: OWN_NAMESPACE,
  };
  const running: { postgres?: ChildProcess; temporal?: ChildProcess } = {};

  async function postmaster(): Promise<number> {
    const [pid = ''] = (await readFile(path.join(postgres.dir, 'postmaster.pid'), 'utf8')).split('\n');
    return Number(pid);
  }

  /** The processes of the sessions of that name. */
  function sessionsLike(name: string): Promise<number[]> {
    return withAdmin(postgres, async (admin) => {
      const { rows } = await admin.query<{ pid: number }>(
        'select pid from pg_stat_activity where application_name like $1',
        [name],
      );
      return rows.map(({ pid }) => pid);
    });
  }

  const servers: OwnServers = {
    addresses: {
      postgresAdminUrl: postgresUrl(postgres, 'postgres', 'admin'),
      postgresUrl: postgresUrl(postgres, 'postgres'),
      temporalAddress: `127.0.0.1:${temporalPort}`,
      temporalUiUrl: `http://127.0.0.1:${uiPort}`,
    },
    checkpoint: () => withAdmin(postgres, async (admin) => void (await admin.query('checkpoint'))),
    async killPostgres() {
      process.kill(await postmaster(), 'SIGKILL');
      await ended(running.postgres);
    },
    async pausePostgres() {
      const sessions = await sessionsLike('paperagent-%');
      process.kill(await postmaster(), 'SIGSTOP');
      for (const pid of sessions) process.kill(pid, 'SIGTERM');
    },
    async resumePostgres() {
      process.kill(await postmaster(), 'SIGCONT');
    },
    async startPostgres() {
      // Its sessions see that it died, but not at once: until they are gone the files are in use.
      for (;;) {
        const child = start(await preparePostgres(postgres));
        running.postgres = child;
        const up = waitForPostgres(postgres, AbortSignal.timeout(START_MS)).then(() => true);
        if (await Promise.race([up, ended(child).then(() => false)])) return;
        up.catch(() => {}); // given up, with the child
        await delay(50);
      }
    },
    async crashPostgresSession(given) {
      const pids = given ?? (await sessionsLike('paperagent-api')).slice(0, 1);
      if (pids.length === 0) throw new Error('there was no session to crash');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await waitForPostgres(postgres, AbortSignal.timeout(START_MS));
    },
    async killTemporal() {
      running.temporal?.kill('SIGKILL');
      await ended(running.temporal);
    },
    async startTemporal() {
      running.temporal = start(temporalCommand(temporal));
      await waitForTemporal(temporal, AbortSignal.timeout(START_MS));
    },
    async deleteTemporalFiles() {
      const files = (await readdir(dir)).filter((name) => name.startsWith('temporal.db'));
      await Promise.all(files.map((name) => rm(path.join(dir, name))));
    },
    async close() {
      // For Postgres: at once, without a checkpoint. The files are thrown away.
      running.postgres?.kill('SIGQUIT');
      running.temporal?.kill('SIGKILL');
      await Promise.all([ended(running.postgres), ended(running.temporal)]);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };

  await Promise.all([servers.startPostgres(), servers.startTemporal()]);
  await ensureDatabase(postgres, TEMPLATE_DATABASE);
  await migrateToLatest(postgresUrl(postgres, TEMPLATE_DATABASE));
  return servers;
}

function start({ command, args, ...options }: ServerCommand): ChildProcess {
  return spawn(command, args, { ...options, stdio: 'ignore' });
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await once(child, 'exit');
}
