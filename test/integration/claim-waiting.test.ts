/** R4, SR-H7: what it costs to wait for a claim that another worker holds, and who tells that it is free. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KyselyPlugin } from 'kysely';
import {
  type ClaimOf,
  type ClaimRunner,
  createClaimRunner,
} from '../../src/activities/claims/claim-runner.ts';
import { stepKey } from '../../src/db/claims.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { holdLease, type WorkerLease } from '../../src/db/worker-lease.ts';
import { collectDeadWorkers } from '../../src/db/workers.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { liveWorker } from '../support/live-worker.ts';
import { until } from '../support/until.ts';
import { makeWork, queueMessage } from '../support/works.ts';

const STREAMS = 200;
const HOUR_MS = 3_600_000;
const log = { info() {}, warn() {}, error() {} };

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 8, onIdleError: () => {} });
  await postgresGraceOver(db);
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

interface TestWorker {
  claims: ClaimRunner;
  lease: WorkerLease;
  /** Statements that its claim runner has sent. */
  statements(): number;
}

/** A worker's lease and its claim runner, as src/worker/start.ts puts them together. */
async function startWorker(lookMs?: number): Promise<TestWorker> {
  let statements = 0;
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const workerId = randomUUID();
  const own = { db: db.withPlugin(counting), workerId, log };
  const claims = createClaimRunner(lookMs === undefined ? own : { ...own, lookMs });
  const lease = await holdLease(
    db,
    database.url,
    {
      onStop: claims.stop,
      onQueued: () => {},
      onSettled: claims.settled,
      onReconnect: () => void claims.catchUp(),
      onTrouble: () => {},
    },
    workerId,
  );
  return { claims, lease, statements: () => statements };
}

/** The first step of a Work's turn; whoever claims it answers when `over` says so. Gives who had it. */
function step(
  workId: string,
  { database: own, over }: { database: Database; over: Promise<void> },
): ClaimOf<string> {
  return {
    workId,
    async ask(by) {
      const request = { workId, turn: null, agent: 'main', step: 1, model: 'test' };
      const claim = await claimStep(own, request, by);
      switch (claim.kind) {
        case 'busy':
          return { ...claim, key: stepKey(claim.turn, 'main', 1) };
        case 'idle':
          return { kind: 'settled', result: 'done by the other' };
        case 'claimed': {
          const { turn, attempt, messageId, person, crashes } = claim;
          const key = stepKey(turn, 'main', 1);
          return {
            kind: 'claimed',
            claim: { turn, key, attempt, person, crashes },
            async run() {
              await over;
              const counts = { inputTokens: 1, outputTokens: 1 };
              const result = { turn, step: 1, messageId, finishReason: 'stop', calls: [], ...counts };
              const parts = [{ type: 'text' as const, text: 'Hello.' }];
              const answer = { workId, key, attempt, parts, usage: counts, final: true, result };
              const stored = await completeStep(own, answer);
              return stored.kind === 'stored' ? `done at attempt ${attempt}` : 'fenced';
            },
          };
        }
        default:
          throw new Error(claim.kind);
      }
    },
  };
}

async function worksWithAMessage(count: number): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const work = await makeWork(db);
      await queueMessage(db, work, 'hello');
      return work.workId;
    }),
  );
}

const activity = (workId: string) => ({ workflowId: `work-${workId}`, activityId: '7' });

async function claimsThat(column: 'awaited' | 'activity'): Promise<number> {
  const rows = await db
    .selectFrom('claims')
    .select(['awaited', 'activity_id'])
    .where('state', '=', 'running')
    .execute();
  return rows.filter((row) => (column === 'awaited' ? row.awaited : row.activity_id !== '')).length;
}

test('R4: to wait for 200 streams of another worker takes a few statements a second, and each is told of its end', async () => {
  const [streaming, waiting] = await Promise.all([startWorker(), startWorker()]);
  const over = Promise.withResolvers<void>();
  const works = await worksWithAMessage(STREAMS);
  const streams = works.map((workId) =>
    streaming.claims.runOrWait(step(workId, { database: db, over: over.promise }), activity(workId)),
  );
  await until(async () => (await claimsThat('activity')) === STREAMS, 'all streams had begun', 60_000);
  const waits = works.map((workId) =>
    waiting.claims.runOrWait(step(workId, { database: db, over: over.promise }), activity(workId)),
  );
  await until(async () => (await claimsThat('awaited')) === STREAMS, 'all streams were waited for', 60_000);

  const before = waiting.statements();
  const began = performance.now();
  const renewals = await db
    .selectFrom('workers')
    .select('renewed_at')
    .where('id', '=', waiting.lease.workerId)
    .executeTakeFirstOrThrow();
  await until(
    async () => {
      const now = await db
        .selectFrom('workers')
        .select('renewed_at')
        .where('id', '=', waiting.lease.workerId)
        .executeTakeFirstOrThrow();
      return now.renewed_at.getTime() - renewals.renewed_at.getTime() > 4_000;
    },
    'its lease had been renewed for four seconds',
    60_000,
  );
  // A look each five seconds, of which one may have been due at once.
  const looks = 1 + Math.ceil((performance.now() - began) / 5_000);
  expect(waiting.statements() - before).toBeLessThanOrEqual(STREAMS * looks);
  expect(looks).toBeLessThan(20);

  over.resolve();
  expect(new Set(await Promise.all(streams))).toEqual(new Set(['done at attempt 1']));
  expect(new Set(await Promise.all(waits))).toEqual(new Set(['done by the other']));
  await Promise.all([streaming.lease.release(), waiting.lease.release()]);
}, 120_000);

test('R4, R9: who waits for a claim is told that its holder died, by whoever finds it dead; nobody has to look', async () => {
  const holder = await liveWorker(db, database.url);
  const works = await worksWithAMessage(20);
  for (const workId of works)
    await claimStep(db, { workId, turn: null, agent: 'main', step: 1, model: 'test' }, holder);

  const waiting = await startWorker(HOUR_MS);
  const waits = works.map((workId) =>
    waiting.claims.runOrWait(step(workId, { database: db, over: Promise.resolve() }), activity(workId)),
  );
  await until(
    async () => (await claimsThat('awaited')) === works.length,
    'all claims were waited for',
    60_000,
  );
  await holder.die();
  await until(
    async () => (await collectDeadWorkers(db)).workerIds.includes(holder.workerId),
    'its death was found',
    60_000,
  );
  expect(new Set(await Promise.all(waits))).toEqual(new Set(['done at attempt 2']));
  await waiting.lease.release();
}, 120_000);

test('R4: whoever waits as the process goes away is let go at once', async () => {
  const [holding, waiting] = await Promise.all([startWorker(), startWorker(HOUR_MS)]);
  const over = Promise.withResolvers<void>();
  const [workId = ''] = await worksWithAMessage(1);
  const of = step(workId, { database: db, over: over.promise });
  const held = holding.claims.runOrWait(of, activity(workId));
  await until(async () => (await claimsThat('activity')) === 1, 'it had begun', 60_000);
  const waits = waiting.claims.runOrWait(of, activity(workId));
  await until(async () => (await claimsThat('awaited')) === 1, 'it was waited for', 60_000);
  const end = expect(waits).rejects.toThrow('shutdown');
  await waiting.claims.close(0, end);
  await end;
  over.resolve();
  expect(await held).toBe('done at attempt 1');
  await Promise.all([holding.lease.release(), waiting.lease.release()]);
}, 120_000);
