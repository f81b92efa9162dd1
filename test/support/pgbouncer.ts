/** A real PgBouncer in transaction mode before a database, as operators run it. */
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../src/db/database.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { until } from './until.ts';

export interface PgBouncer {
  /** The database's URL by PgBouncer. */
  url: string;
  close(): Promise<void>;
}

/** Starts it in `folder`, with `size` sessions of Postgres for everybody. */
export async function startPgBouncer(folder: string, databaseUrl: string, size: number): Promise<PgBouncer> {
  const { username, password, hostname, port: serverPort, pathname } = new URL(databaseUrl);
  const database = pathname.slice(1);
  const port = await findFreePort();
  const config = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  await chmod(folder, 0o755);
  await writeFile(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    config,
    [
      '[databases]',
      `${database} = host=${hostname} port=${serverPort} dbname=${database}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
      `auth_type = scram-sha-256\nauth_file = ${users}`,
      `pool_mode = transaction\ndefault_pool_size = ${size}\nmax_client_conn = 200`,
    ].join('\n'),
  );
  // It refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn('pgbouncer', [config], { stdio: 'ignore', ...nobody });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const by = new URL(databaseUrl);
  by.hostname = '127.0.0.1';
  by.port = String(port);
  await until(() => answers(by.href), 'PgBouncer answered');
  return {
    url: by.href,
    async close() {
      child.kill('SIGQUIT');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
