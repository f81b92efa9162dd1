/** DATABASE_URL with sslmode and an authority of one's own, against a real Postgres that speaks TLS. */
import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { startServer } from '../../scripts/support/temporary-servers.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import {
  ensureDatabase,
  type PostgresOptions,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/setup/postgres.ts';
import { makeSecrets } from '../../src/setup/secrets.ts';
import { makeCertificate } from '../support/certificate.ts';
import { testWith } from '../support/needs.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** Migrates the database and says whether that was over TLS, in a process of its own with this environment. */
async function secured(url: string, env: Record<string, string> = {}): Promise<string> {
  const module = (name: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../src/db/${name}.ts`, import.meta.url)));
  const script = `
    const { sql } = await import('kysely');
    const { openDatabase } = await import(${module('database')});
    const { migrateToLatest } = await import(${module('migrate')});
    const url = ${JSON.stringify(url)};
    await migrateToLatest(url);
    const db = openDatabase(url, { name: 'test', max: 1, onIdleError: () => {} });
    const { rows } = await sql\`select ssl from pg_stat_ssl where pid = pg_backend_pid()\`.execute(db);
    console.log(rows[0].ssl ? 'over TLS' : 'in the clear');
    await db.destroy();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  return stdout.trim();
}

testWith('openssl')(
  'sslmode=require and verify-full trust the authority of sslrootcert or NODE_EXTRA_CA_CERTS, and no other',
  async () => {
    await withTemporaryFolder(async (folder) => {
      await chmod(folder, 0o755);
      const { keyFile, certificateFile, authorityFile } = await makeCertificate(folder, '127.0.0.1');
      const stranger = await makeCertificate(folder, '127.0.0.1', 'stranger');
      const secrets = makeSecrets();
      const options: PostgresOptions = {
        ...{ dir: join(folder, 'postgres'), port: await findFreePort(), durable: false },
        ...{ adminPassword: secrets.postgresAdminPassword, appPassword: secrets.postgresPassword },
      };
      const command = await preparePostgres(options);
      await appendFile(
        join(options.dir, 'postgresql.conf'),
        `ssl = on\nssl_cert_file = '${certificateFile}'\nssl_key_file = '${keyFile}'\n`,
      );
      const { uid, gid } = await stat(options.dir);
      await chown(keyFile, uid, gid);
      await chmod(keyFile, 0o600);
      const server = startServer(command, join(folder, 'postgres.log'));
      try {
        await waitForPostgres(options, AbortSignal.timeout(30_000));
        await ensureDatabase(options, 'app');
        const url = postgresUrl(options, 'app');
        for (const mode of ['require', 'verify-full']) {
          expect(await secured(`${url}?sslmode=${mode}&sslrootcert=${authorityFile}`)).toBe('over TLS');
          expect(await secured(`${url}?sslmode=${mode}`, { NODE_EXTRA_CA_CERTS: authorityFile })).toBe(
            'over TLS',
          );
          await expect(secured(`${url}?sslmode=${mode}`)).rejects.toThrow(/certificate/);
          await expect(
            secured(`${url}?sslmode=${mode}&sslrootcert=${stranger.authorityFile}`),
          ).rejects.toThrow(/certificate/);
        }
      } finally {
        await server.stop();
      }
    });
  },
);
