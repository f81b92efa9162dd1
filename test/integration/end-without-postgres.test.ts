/** SIGTERM while Postgres is away (weather.md): a whole api and a whole worker end in order, and leave no session behind. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { textReply } from '../../src/demo-model/reply.ts';
import { OWN_NAMESPACE, type OwnServers, startOwnServers } from '../support/faults/own-servers.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** Statements that nobody answers are given up after 25 s; what waits behind one is not tried again. */
const ENDED_MS = 60_000;

let servers: OwnServers;
let system: TestSystem;

beforeAll(async () => {
  servers = await startOwnServers();
  system = await startTestSystem({
    script: () => textReply('unused'),
    servers: servers.addresses,
    namespace: OWN_NAMESPACE,
  });
  await servers.checkpoint();
});

afterAll(async () => {
  await system?.close();
  await servers?.close();
});

/** How Postgres goes, and how it comes back. */
const AWAY: Record<string, [() => Promise<void>, () => Promise<void>]> = {
  'is stopped, and refuses connections': [() => servers.killPostgres(), () => servers.startPostgres()],
  'takes connections, and answers none': [() => servers.pausePostgres(), () => servers.resumePostgres()],
};

for (const [state, [leave, comeBack]] of Object.entries(AWAY)) {
  test(`a Postgres that ${state}: who connects to it again, and is told to end, ends`, async () => {
    const [api, worker] = await Promise.all([system.startApi(), system.startWorker()]);
    await leave();
    try {
      await Promise.all([
        api.line((line) => line.includes('the live session broke'), 'the api had noticed'),
        worker.line((line) => line.includes('lease session broke'), 'the worker had noticed'),
      ]);
      const began = Date.now();
      await Promise.all([api.signal('SIGTERM'), worker.signal('SIGTERM')]);
      expect(Date.now() - began).toBeLessThan(ENDED_MS);
      expect([await api.ended, await worker.ended]).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ]);
    } finally {
      await comeBack();
    }
    await until(async () => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::integer as open from pg_stat_activity
        where application_name like 'paperagent-worker%'`.execute(system.db);
      return rows[0]?.open === 0;
    }, 'no session of the worker was left');
  }, 180_000);
}
