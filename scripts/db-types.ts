/**
 * `npm run db:types`: writes src/db/functions/version.json where the functions' sources have changed, and src/db/schema.ts
 * from the migrations, by way of a Postgres that is gone afterwards.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  nextFunctionVersion,
  readFunctionSources,
  readFunctionVersion,
  VERSION_FILE,
} from '../src/db/function-sources.ts';
import { CHECKOUT } from '../src/setup/checkout.ts';
import { postgresUrl } from '../src/setup/postgres.ts';
import { startTemporaryPostgres, type TemporaryServer } from './support/temporary-servers.ts';

const { hash } = await readFunctionSources();
await writeFile(VERSION_FILE, nextFunctionVersion(await readFunctionVersion(), hash));

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
} finally {
  await Promise.all(started.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
