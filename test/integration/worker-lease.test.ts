/** R4, R9: what is no death of a worker is not taken for one. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { claimStep } from '../../src/db/steps.ts';
import { claimStalledWorks } from '../../src/db/sweeps.ts';
import { holdLease } from '../../src/db/worker-lease.ts';
import { agentsNobodyIsAt } from '../../src/db/workers.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { makeWork, queueMessage } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
  await postgresGraceOver(db);
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const ignored = {
  onStop: () => {},
  onQueued: () => {},
  onSettled: () => {},
  onReconnect: () => {},
  onTrouble: () => {},
};

/** Looks many times within milliseconds: how often the worker was taken for dead. */
async function deaths(workerId: string): Promise<number> {
  const { rows } = await sql<{ dead: number }>`
    select count(*) filter (where not worker_alive(${workerId}::uuid))::integer as dead
    from generate_series(1, 500)`.execute(db);
  return rows[0]?.dead ?? -1;
}

test('R4: a worker that loses one of its sessions is alive all the while', async () => {
  const lease = await holdLease(db, database.url, ignored);
  const { workerId } = lease;
  await sql`update workers set started_at = pa_now() - interval '1 minute'`.execute(db);
  const sessions = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pg_locks.pid from pg_locks join workers on lock_key = objid::bigint
      where locktype = 'advisory' and granted and workers.id = ${workerId}::uuid
        and database = (select oid from pg_database where datname = current_database())`.execute(db);
    return rows.map(({ pid }) => pid);
  };
  try {
    const held = await sessions();
    expect(held).toHaveLength(2);
    for (const pid of held) {
      await sql`select pg_terminate_backend(${pid}, 1000)`.execute(db);
      expect(await deaths(workerId)).toBe(0);
      await until(async () => (await sessions()).length === 2, 'the session was made again');
    }
  } finally {
    await lease.release();
  }
});

test('R4: a worker whose statements keep its whole pool busy renews its lease all the while', async () => {
  const pool = openDatabase(database.url, { name: 'busy', max: 1, onIdleError: () => {} });
  const lease = await holdLease(pool, database.url, ignored);
  const renewedAt = async () => {
    const { rows } = await sql<{ at: string }>`
      select renewed_at::text as at from workers where id = ${lease.workerId}::uuid`.execute(db);
    return rows[0]?.at;
  };
  try {
    await pool.connection().execute(async () => {
      for (const round of ['first', 'second']) {
        const before = await renewedAt();
        await until(async () => (await renewedAt()) !== before, `the ${round} renewal`, 10_000);
      }
    });
  } finally {
    await lease.release();
    await pool.destroy();
  }
});

test('R4: whoever looks for Works to wake goes by the same rule as whoever takes over: the lock, not the lease alone', async () => {
  const work = await makeWork(db);
  await queueMessage(db, work, 'hello');
  const lease = await holdLease(db, database.url, ignored);
  await sql`update workers set started_at = pa_now() - interval '1 minute'`.execute(db);
  const by = { workerId: lease.workerId, workflowId: 'w', activityId: 'a' };
  const step = { workId: work.workId, turn: null, agent: 'main', step: null, model: 'm' };
  expect(await claimStep(db, step, by)).toMatchObject({ kind: 'claimed' });
  const stalled = async () => (await claimStalledWorks(db, { quietMs: 0, againMs: 0 })).length;
  const unheld = async () => (await agentsNobodyIsAt(db)).works.length;
  expect([await stalled(), await unheld()]).toEqual([0, 0]);
  await lease.release();
  // Its row is there, and its lease fresh, as just after a kill; nobody holds its lock.
  await sql`insert into workers (id, host, pid, renewed_at, started_at)
    values (${lease.workerId}::uuid, 'here', 1, pa_now(), pa_now() - interval '1 minute')`.execute(db);
  expect([await stalled(), await unheld()]).toEqual([1, 1]);
});
