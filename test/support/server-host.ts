/**
 * Runs one Postgres and one Temporal dev server for a test run, in a folder of their own, until its standard
 * input closes: they go even when jest is killed. Prints one line of JSON, `TestServers`, once both answer.
 *
 *   node test/support/server-host.ts < a pipe
 */
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startTemporaryPostgres,
  startTemporaryTemporal,
  type TemporaryServer,
} from '../../scripts/support/temporary-servers.ts';
import { postgresUrl } from '../../src/setup/postgres.ts';
import { TEMPLATE_DATABASE, type TestServers } from './servers.ts';

/** Generous: a machine that writes an image or compiles beside it is slow to start anything. */
const START_MS = 240_000;

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
const started: TemporaryServer[] = [];
try {
  const options = {
    onServer: (server: TemporaryServer) => started.push(server),
    signal: AbortSignal.any([closed.signal, AbortSignal.timeout(START_MS)]),
  };
  const [postgres, temporal] = await Promise.all([
    startTemporaryPostgres(dir, TEMPLATE_DATABASE, options),
    startTemporaryTemporal(dir, options),
  ]);
  const servers: TestServers = {
    postgresAdminUrl: postgresUrl(postgres, 'postgres', 'admin'),
    postgresUrl: postgresUrl(postgres, 'postgres'),
    ...temporal,
  };
  process.stdout.write(`${JSON.stringify(servers)}\n`);
  if (!closed.signal.aborted) await once(closed.signal, 'abort');
} finally {
  await Promise.all(started.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
