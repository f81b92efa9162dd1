/**
 * What dies silently: a way to Postgres that swallows packets, and closes nothing. Noticed within 30 s, nothing
 * lost. Each has a way of its own, and they wait at the same time.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openLiveLog } from '../../src/api/live/live-log.ts';
import { openDatabase } from '../../src/db/database.ts';
import { openSession } from '../../src/db/listener.ts';
import { isUnavailable } from '../../src/db/unavailable.ts';
import { holdLease } from '../../src/db/worker-lease.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type DatabaseProxy, openDatabaseProxy } from '../support/faults/database-proxy.ts';
import { until } from '../support/until.ts';

/** What the page of rules allows. */
const NOTICED_MS = 30_000;

let database: TestDatabase;
const ways: DatabaseProxy[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  for (const way of ways) await way.close();
  await database.drop();
});

async function ownWay(): Promise<DatabaseProxy> {
  const way = await openDatabaseProxy(database.url);
  ways.push(way);
  return way;
}

/** A promise with what settles it. */
const signal = <T>() => Promise.withResolvers<T>();

test.concurrent('a session that LISTENs notices, is made again, and hears what is told afterwards', async () => {
  const proxy = await ownWay();
  const again = signal<void>();
  const heard = signal<string>();
  let connections = 0;
  const session = await openSession({
    url: proxy.url,
    name: 'test',
    channels: ['pa_test'],
    onConnect() {
      connections += 1;
      if (connections === 2) again.resolve();
    },
    onNotification: (_channel, payload) => heard.resolve(payload),
    onBroken: () => {},
  });
  const db = openDatabase(database.url, { name: 'test', max: 1, onIdleError: () => {} });
  try {
    const began = Date.now();
    proxy.goSilent();
    await again.promise;
    expect(Date.now() - began).toBeLessThan(NOTICED_MS);
    await sql`select pg_notify('pa_test', 'still here')`.execute(db);
    expect(await heard.promise).toBe('still here');
  } finally {
    await session.close();
    await db.destroy();
  }
});

test.concurrent('a worker whose sessions and pool fell silent is back, with its locks, and its statements fail as passing', async () => {
  const proxy = await ownWay();
  const pool = openDatabase(proxy.url, { name: 'test-pool', max: 2, onIdleError: () => {} });
  const db = openDatabase(database.url, { name: 'test', max: 1, onIdleError: () => {} });
  await sql`select 1`.execute(pool);
  const again = signal<void>();
  const lease = await holdLease(pool, proxy.url, {
    onStop: () => {},
    onQueued: () => {},
    onSettled: () => {},
    onReconnect: again.resolve,
    onTrouble: () => {},
  });
  try {
    const began = Date.now();
    proxy.goSilent();
    const statement = sql`select 1`.execute(pool).then(
      () => 'answered',
      (error: unknown) => isUnavailable(error),
    );
    await again.promise;
    expect(await statement).toBe(true);
    expect(Date.now() - began).toBeLessThan(NOTICED_MS);
    // The pool gives that connection to nobody any more.
    for (let turn = 0; turn < 4; turn += 1) await sql`select 1`.execute(pool);
    const alive = async () => {
      const { rows } = await sql<{ alive: boolean }>`
        select renewed_at > clock_timestamp() - interval '3 seconds' as alive from workers
        where id = ${lease.workerId}::uuid`.execute(db);
      return rows[0]?.alive === true;
    };
    await until(alive, 'its lease was renewed again');
  } finally {
    await lease.release();
    await pool.destroy();
    await db.destroy();
  }
});

test.concurrent('the live log notices by itself, and its followers miss nothing', async () => {
  const proxy = await ownWay();
  const silentLog = { warn: () => {} } as unknown as Parameters<typeof openLiveLog>[0]['log'];
  const sessions = { heard: async () => {}, ended: () => {}, lost: () => {} };
  const live = await openLiveLog({ databaseUrl: proxy.url, log: silentLog, sessions, onLag: () => {} });
  try {
    const began = Date.now();
    proxy.goSilent();
    await until(() => !live.connected, 'it had noticed', NOTICED_MS);
    await until(() => live.connected, 'it was connected again', NOTICED_MS);
    expect(Date.now() - began).toBeLessThan(NOTICED_MS);
  } finally {
    await live.close();
  }
});

test.concurrent('a session ends when it is told to: while its connection is being made again, and when nobody answers', async () => {
  const proxy = await ownWay();
  for (const state of ['being made again', 'silent'] as const) {
    const broken = signal<void>();
    const session = await openSession({
      url: proxy.url,
      name: 'test-closing',
      channels: ['pa_test'],
      onConnect: () => {},
      onNotification: () => {},
      onBroken: () => broken.resolve(),
    });
    if (state === 'being made again') {
      // Taken, and never answered: the handshake of the next connection does not end.
      proxy.loseAnswers();
      await session.reconnect();
      await broken.promise;
    } else {
      proxy.goSilent();
    }
    const began = Date.now();
    await session.close();
    expect(Date.now() - began).toBeLessThan(3_000);
    proxy.breakConnections();
    const db = openDatabase(database.url, { name: 'test', max: 1, onIdleError: () => {} });
    try {
      await until(async () => {
        const { rows } = await sql<{ open: number }>`
          select count(*)::integer as open from pg_stat_activity where application_name = 'test-closing'`.execute(
          db,
        );
        return rows[0]?.open === 0;
      }, 'no session of it was left');
    } finally {
      await db.destroy();
    }
  }
});
