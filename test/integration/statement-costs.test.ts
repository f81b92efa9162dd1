/** D11: what a statement of a turn reads does not grow with the turns that the Work has behind it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { toolCallIdOf } from '../../src/activities/answer-parts.ts';
import { stepKey } from '../../src/db/claims.ts';
import { agentAgeMs, filesOfAgent } from '../../src/db/code-agents.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { readConversation } from '../../src/db/messages.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { readContext } from '../../src/db/summaries.ts';
import { claimStalledWorks, pruneLog } from '../../src/db/sweeps.ts';
import { claimTool } from '../../src/db/tool-calls.ts';
import { findTurnOrigin } from '../../src/db/turn-origin.ts';
import { finishTurn, isAttended } from '../../src/db/turns.ts';
import { agentsNobodyIsAt, collectDeadWorkers } from '../../src/db/workers.ts';
import type { ToolPart } from '../../src/domain/messages.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addPastTurns } from '../support/past-turns.ts';
import { makeWork, queueMessage, type TestWork } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 2, onIdleError: () => {} });
  await postgresGraceOver(db);
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** The rows that the statements of `use` fetch, by whatever plan; what they change is taken back. */
async function rowsRead(use: (db: Database) => Promise<unknown>): Promise<number> {
  class TakenBack extends Error {}
  let read = 0;
  const done = db.transaction().execute(async (tx) => {
    // On a small database every plan is as good as another: here it is to be the one of a large one.
    await sql`set local enable_seqscan = off`.execute(tx);
    const before = await readSoFar(tx);
    await use(tx);
    read = (await readSoFar(tx)) - before;
    throw new TakenBack();
  });
  await done.catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  return read;
}

async function readSoFar(tx: Database): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read from pg_stat_xact_user_tables
    where relname in ('events', 'claims', 'tool_calls', 'messages', 'turns')`.execute(tx);
  return rows[0]?.read ?? 0;
}

/** Begins a turn in which a code agent's code is running, and gives what each of its statements reads. */
async function costsOfNextTurn(work: TestWork): Promise<Record<string, number>> {
  const { workId } = work;
  const by = { workerId: randomUUID(), workflowId: 'w', activityId: 'a' };
  await sql`insert into workers (id, host, pid, started_at, renewed_at)
    values (${by.workerId}::uuid, 'here', 1, pa_now() - interval '1 hour', pa_now() - interval '1 hour')`.execute(
    db,
  );
  await queueMessage(db, work, 'compute');

  async function callBy(agent: string, turn: number | null, name: string) {
    const claim = await claimStep(db, { workId, turn, agent, step: 1, model: 'm' }, by);
    if (claim.kind !== 'claimed') throw new Error(`the step was ${claim.kind}`);
    const toolCallId = toolCallIdOf(claim.messageId, 0);
    const part: ToolPart = { type: 'tool', toolCallId, name, arguments: {}, state: 'running' };
    const usage = { inputTokens: 1, outputTokens: 1 };
    await completeStep(db, {
      workId,
      key: stepKey(claim.turn, agent, 1),
      attempt: claim.attempt,
      parts: [part],
      usage,
      final: false,
      result: { ...claim, finishReason: 'tool_calls', calls: [], ...usage },
    });
    await claimTool(db, { workId, turn: claim.turn, toolCallId }, by);
    return { turn: claim.turn, toolCallId };
  }
  const { turn, toolCallId: agent } = await callBy('main', null, 'code_agent');
  const { toolCallId } = await callBy(agent, turn, 'run_python');

  await sql`analyze`.execute(db);
  const uses: Record<string, (tx: Database) => Promise<unknown>> = {
    'what a run printed': (tx) =>
      sql`select stored_output(${workId}::uuid, ${turn}::integer, ${toolCallId}::uuid)`.execute(tx),
    "a code agent's context": (tx) => readContext(tx, workId, agent),
    "a code agent's conversation": (tx) => readConversation(tx, workId, agent),
    "a code agent's files": (tx) => filesOfAgent(tx, workId, agent),
    "a code agent's age": (tx) => agentAgeMs(tx, workId, agent),
    'where a trace begins': (tx) => findTurnOrigin(tx, { workId, turn }),
    'who is at a turn': (tx) => isAttended(tx, workId, turn),
    'a look for stalled Works': (tx) => claimStalledWorks(tx, { quietMs: 0, againMs: 0 }),
    'a look for agents nobody is at': agentsNobodyIsAt,
    "a dead worker's activities": collectDeadWorkers,
    'a stop': (tx) => finishTurn(tx, { workId, turn, outcome: 'stopped', error: null }),
  };
  const costs: Record<string, number> = {};
  for (const [name, use] of Object.entries(uses)) costs[name] = await rowsRead(use);
  await finishTurn(db, { workId, turn, outcome: 'stopped', error: null });
  await db.deleteFrom('workers').where('id', '=', by.workerId).execute();
  return costs;
}

/** Turns that ended an hour ago. */
async function oldTurns(work: TestWork, count: number): Promise<void> {
  const turn = { said: 'and now?', output: 'some file', answer: 'As before.' };
  await addPastTurns(
    db,
    work.workId,
    Array.from({ length: count }, () => turn),
  );
  await sql`update turns set completed_at = completed_at - interval '1 hour'`.execute(db);
}

test('D11: what a turn reads does not grow with the turns before it, pruned or not', async () => {
  const work = await makeWork(db);
  await oldTurns(work, 2);
  const atFirst = await costsOfNextTurn(work);
  /** A few rows more are those of the turns that ended just now; each of the sixty has more than ten. */
  const grown = (costs: Record<string, number>) =>
    Object.keys(costs).filter((name) => (costs[name] ?? 0) > (atFirst[name] ?? 0) + 10);
  await oldTurns(work, 57);
  expect(grown(await costsOfNextTurn(work))).toEqual([]);
  expect(await pruneLog(db, 15)).toBe(60);
  expect(grown(await costsOfNextTurn(work))).toEqual([]);
});

test('D11: a pruned turn leaves no claims, and whoever comes back to it is told that it is over', async () => {
  const work = await makeWork(db);
  await oldTurns(work, 1);
  const by = { workerId: randomUUID(), workflowId: 'w', activityId: 'a' };
  const again = { workId: work.workId, turn: 1, agent: 'main', step: 2, model: 'm' };
  expect(await claimStep(db, again, by)).toMatchObject({ kind: 'done', turn: 1, step: 2 });
  await pruneLog(db, 15);
  const left = await db.selectFrom('claims').select('key').where('work_id', '=', work.workId).execute();
  expect(left).toEqual([]);
  expect(await claimStep(db, again, by)).toEqual({ kind: 'over', turn: 1 });
  const call = await db
    .selectFrom('tool_calls')
    .select('id')
    .where('work_id', '=', work.workId)
    .executeTakeFirstOrThrow();
  expect(await claimTool(db, { workId: work.workId, turn: 1, toolCallId: call.id }, by)).toEqual({
    kind: 'done',
    result: { ok: true },
  });
  const stale = { workId: work.workId, key: stepKey(1, 'main', 2), attempt: 1 };
  const parts = [{ type: 'text' as const, text: 'late' }];
  const usage = { inputTokens: 1, outputTokens: 1 };
  const result = { turn: 1, step: 2, messageId: randomUUID(), finishReason: 'stop', calls: [], ...usage };
  expect(await completeStep(db, { ...stale, parts, usage, final: true, result })).toEqual({ kind: 'fenced' });
});

test('jobs that prune at once share what there is, all of it, and wait for nobody', async () => {
  const work = await makeWork(db);
  await oldTurns(work, 3);
  const works = await Promise.all(Array.from({ length: 70 }, () => makeWork(db)));
  for (const each of works) await oldTurns(each, 1);
  const held = works[0]?.workId ?? '';
  const others = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
  try {
    await db.transaction().execute(async (tx) => {
      await sql`select 1 from works where id = ${held}::uuid for update`.execute(tx);
      const pruned = await Promise.all(Array.from({ length: 3 }, () => pruneLog(others, 15)));
      expect(pruned.reduce((sum, one) => sum + one)).toBe(72);
    });
    expect(await pruneLog(db, 15)).toBe(1);
  } finally {
    await others.destroy();
  }
});
