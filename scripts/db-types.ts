/**
 * `npm run db:types`: writes src/db/schema.ts and src/db/functions.sql from the migrations, by way of a Postgres that
 * is gone afterwards.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import { CHECKOUT } from '../src/setup/checkout.ts';
import { postgresUrl } from '../src/setup/postgres.ts';
import { databaseFunctions } from '../test/support/database-functions.ts';
import { startTemporaryPostgres, type TemporaryServer } from './support/temporary-servers.ts';

const dir = await mkdtemp(join(tmpdir(), 'paperagent-types-'));
await chmod(dir, 0o755);
const started: TemporaryServer[] = [];
try {
  const options = await startTemporaryPostgres(dir, 'types', {
    onServer: (server) => started.push(server),
    signal: AbortSignal.timeout(60_000),
  });
  const codegen = join(CHECKOUT, 'node_modules', '.bin', 'kysely-codegen');
  const file = join(CHECKOUT, 'src', 'db', 'schema.ts');
  const args = [
    '--dialect',
    'postgres',
    '--url',
    postgresUrl(options, 'types'),
    '--out-file',
    file,
    '--type-mapping',
    '{"int8":"number"}',
    '--exclude-pattern',
    'kysely_*',
  ];
  const { status } = spawnSync(codegen, args, { cwd: CHECKOUT, stdio: 'inherit' });
  process.exitCode = status ?? 1;
  const db = openDatabase(postgresUrl(options, 'types'), { name: 'types', max: 1, onIdleError: () => {} });
  await writeFile(join(CHECKOUT, 'src', 'db', 'functions.sql'), await databaseFunctions(db));
  await db.destroy();
} finally {
  await Promise.all(started.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
