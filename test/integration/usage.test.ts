/** P15: what steps, turns and Works have taken, as the statements add it up. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { stepKey } from '../../src/db/claims.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { storeSummary } from '../../src/db/summaries.ts';
import { finishTurn } from '../../src/db/turns.ts';
import { changeWork, findWork, listWorks } from '../../src/db/works.ts';
import { addUsage, type Usage } from '../../src/domain/messages.ts';
import { postgresGraceOver } from '../support/clock.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork, ofKind, queueMessage, type TestWork, wholeLog } from '../support/works.ts';

let database: TestDatabase;
let db: Database;
const by = { workerId: randomUUID(), workflowId: 'w', activityId: 'a' };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 2, onIdleError: () => {} });
  await postgresGraceOver(db);
  await sql`insert into workers (id, host, pid, started_at, renewed_at)
    values (${by.workerId}::uuid, 'here', 1, pa_now(), pa_now())`.execute(db);
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

/** Takes a step of the running turn, or of a new one, with this usage; gives its turn. */
async function step(work: TestWork, number: number, usage: Usage, summary?: Usage): Promise<number> {
  const { workId } = work;
  const claim = await claimStep(db, { workId, turn: null, agent: 'main', step: number, model: 'm' }, by);
  if (claim.kind !== 'claimed') throw new Error(`the step was ${claim.kind}`);
  const key = stepKey(claim.turn, 'main', number);
  const { attempt } = claim;
  if (summary !== undefined) {
    const about = { agent: 'main', throughMessageId: randomUUID(), text: 'so far', attachments: [] };
    await storeSummary(db, {
      ...{ workId, key, attempt, ...about },
      ...{ usage: summary, tokensBefore: 2, tokensAfter: 1 },
    });
  }
  await completeStep(db, {
    ...{ workId, key, attempt, usage, final: false },
    parts: [{ type: 'text', text: 'and on' }],
    result: { ...claim, finishReason: 'stop', calls: [], inputTokens: 1, outputTokens: 1 },
  });
  return claim.turn;
}

/** What the Work has taken, by each way in which it is shown. */
async function shown({ workId, ownerId }: TestWork): Promise<Usage> {
  const found = await findWork(db, { workId, ownerId });
  const { items } = await listWorks(db, ownerId, { limit: 10 });
  const changed = await changeWork(db, { workId, ownerId }, {});
  expect(items.map(({ usage }) => usage)).toEqual([found?.usage]);
  expect(changed?.usage).toEqual(found?.usage);
  return found?.usage as Usage;
}

const priced: Usage = {
  ...{ inputTokens: 1_000, outputTokens: 100, cachedTokens: 800, reasoningTokens: 30, cost: 0.25 },
};
const unpriced: Usage = { inputTokens: 10, outputTokens: 1, estimated: true };

test('P15: a Work’s usage is the sum over all its turns, the running one and its summaries included', async () => {
  const work = await makeWork(db);
  expect(await shown(work)).toEqual({ inputTokens: 0, outputTokens: 0 });

  await queueMessage(db, work, 'one');
  const first = await step(work, 1, priced);
  expect(await shown(work)).toEqual(priced);
  await step(work, 2, unpriced, priced);
  const ofFirst = [priced, priced, unpriced].reduce(addUsage);
  expect(ofFirst).toMatchObject({ cachedTokens: 1_600, reasoningTokens: 60, cost: 0.5, estimated: true });
  expect(await shown(work)).toEqual(ofFirst);
  await finishTurn(db, { workId: work.workId, turn: first, outcome: 'stopped', error: null });
  // Neither lost nor counted twice by the end.
  expect(await shown(work)).toEqual(ofFirst);

  await queueMessage(db, work, 'two');
  const second = await step(work, 1, priced);
  expect(second).toBe(first + 1);
  expect(await shown(work)).toEqual(addUsage(ofFirst, priced));
  await finishTurn(db, { workId: work.workId, turn: second, outcome: 'stopped', error: null });
  expect(await shown(work)).toEqual(addUsage(ofFirst, priced));

  const log = await wholeLog(db, work.workId);
  expect(ofKind(log, 'turn.completed').map(({ usage }) => usage)).toEqual([ofFirst, priced]);
  expect(ofKind(log, 'message.completed').map(({ message }) => message.usage)).toEqual([
    priced,
    unpriced,
    priced,
  ]);
});

test('M20: what has no known price has no cost, not one of 0', async () => {
  const work = await makeWork(db);
  await queueMessage(db, work, 'one');
  await step(work, 1, unpriced);
  expect(await shown(work)).toEqual(unpriced);
  await step(work, 2, { ...unpriced, cost: 0 });
  expect(await shown(work)).toEqual({ inputTokens: 20, outputTokens: 2, cost: 0, estimated: true });
});
