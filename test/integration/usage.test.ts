/** P15: what steps, turns and Works have taken, as the statements add it up. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { answerAsk, listAsks } from '../../src/db/asks.ts';
import { findPersonBudget, setPersonBudget } from '../../src/db/budgets.ts';
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

/** Takes a step of so many tokens where it may begin; gives what its claim says. */
async function spend({ workId }: TestWork, number: number, tokens: number, cost?: number) {
  const request = { workId, turn: null, agent: 'main', step: number, model: 'm' };
  const claim = await claimStep(db, request, by);
  if (claim.kind !== 'claimed') return claim;
  await completeStep(db, {
    ...{ workId, key: stepKey(claim.turn, 'main', number), attempt: claim.attempt, final: false },
    usage: { inputTokens: tokens, outputTokens: 0, ...(cost === undefined ? {} : { cost }) },
    parts: [{ type: 'text', text: 'and on' }],
    result: { ...claim, finishReason: 'stop', calls: [], inputTokens: 1, outputTokens: 1 },
  });
  return claim;
}

const askOf = async ({ workId }: TestWork) => (await listAsks(db, workId, { limit: 1 })).items[0];

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

test('H4: at 80 % of a turn’s budget the log says so once, at 100 % a person is asked before the next call, and never twice', async () => {
  const work = await makeWork(db);
  await changeWork(db, work, { budget: { turn: { tokens: 100 } } });
  await queueMessage(db, work, 'go');
  expect(await spend(work, 1, 79)).toMatchObject({ kind: 'claimed' });
  expect(await spend(work, 2, 6)).toMatchObject({ kind: 'claimed' });
  expect(await spend(work, 3, 5)).toMatchObject({ kind: 'claimed' });
  expect(await spend(work, 4, 20)).toMatchObject({ kind: 'claimed' });
  // 110: no further call begins, however often it is asked for.
  expect(await spend(work, 5, 1)).toEqual({ kind: 'asking', turn: 1 });
  expect(await spend(work, 5, 1)).toEqual({ kind: 'asking', turn: 1 });
  const log = await wholeLog(db, work.workId);
  expect(ofKind(log, 'budget.warned')).toEqual([
    expect.objectContaining({ scope: 'turn', unit: 'tokens', used: 85, limit: 100 }),
  ]);
  expect(ofKind(log, 'ask.raised')).toEqual([
    expect.objectContaining({
      question: 'The budget of this turn is used up: 110 tokens of 100 tokens. Go on with as much again?',
      act: { kind: 'spend', scope: 'turn', unit: 'tokens', used: 110, limit: 100, upTo: 210 },
    }),
  ]);
});

test('H4: what a person allows goes as far again; words say it too; a no ends the turn, with what was written', async () => {
  const work = await makeWork(db);
  await changeWork(db, work, { budget: { work: { tokens: 100 } } });
  await queueMessage(db, work, 'go');
  await spend(work, 1, 100);
  expect((await spend(work, 2, 1)).kind).toBe('asking');
  const first = { ...work, askId: (await askOf(work))?.askId ?? '' };
  expect(await answerAsk(db, first, { text: 'go on.' })).toMatchObject({ kind: 'stored', allow: true });
  expect((await spend(work, 2, 100)).kind).toBe('claimed');
  expect((await spend(work, 3, 1)).kind).toBe('asking');
  const second = { ...work, askId: (await askOf(work))?.askId ?? '' };
  expect(await answerAsk(db, second, { allow: false })).toMatchObject({ kind: 'stored', allow: false });
  expect((await spend(work, 3, 1)).kind).toBe('failed');
  await finishTurn(db, { workId: work.workId, turn: 1, outcome: 'failed', error: null });
  const ended = ofKind(await wholeLog(db, work.workId), 'turn.completed')[0];
  expect(ended).toMatchObject({ outcome: 'failed', error: { code: 'budget_exceeded' } });
  // The next turn of the Work asks anew; another limit is another budget.
  await queueMessage(db, work, 'once more');
  expect((await spend(work, 1, 1)).kind).toBe('asking');
  await changeWork(db, work, { budget: null });
});

test('H4: money counts as tokens do, a Work may say that it ends, and an older worker asks nobody', async () => {
  const work = await makeWork(db);
  await changeWork(db, work, { budget: { turn: { cost: 0.5 }, atLimit: 'end' } });
  await queueMessage(db, work, 'go');
  expect((await spend(work, 1, 10, 0.45)).kind).toBe('claimed');
  expect((await spend(work, 2, 10, 0.1)).kind).toBe('claimed');
  expect((await spend(work, 3, 10)).kind).toBe('failed');
  const other = await makeWork(db);
  await changeWork(db, other, { budget: { turn: { tokens: 1 } } });
  await queueMessage(db, other, 'go');
  await spend(other, 1, 1);
  const { rows } = await sql<{
    claim: { kind: string };
  }>`select claim_step(${other.workId}::uuid, null, 'main', 2, 'm',
    ${by.workerId}::uuid, 'w', 'a', null, null) as claim`.execute(db);
  expect(rows[0]?.claim.kind).toBe('failed');
});

test('H4: a day’s and a person’s budgets hold over all their Works, the latter from when it was set, also of deleted Works', async () => {
  const work = await makeWork(db);
  const { ownerId } = work;
  await queueMessage(db, work, 'go');
  await spend(work, 1, 1_000);
  await setPersonBudget(db, ownerId, { person: { tokens: 100 } });
  expect((await spend(work, 2, 60)).kind).toBe('claimed');
  const next = await makeWork(db, ownerId);
  await queueMessage(db, next, 'go');
  expect((await spend(next, 1, 40)).kind).toBe('claimed');
  expect((await spend(next, 2, 1)).kind).toBe('asking');
  // Set again as it is it begins no anew.
  await setPersonBudget(db, ownerId, { person: { tokens: 100 }, day: { tokens: 10_000 } });
  expect(await findPersonBudget(db, ownerId)).toEqual({
    budget: { person: { tokens: 100 }, day: { tokens: 10_000 } },
    used: { day: { tokens: 1_100, cost: 0 }, person: { tokens: 100, cost: 0 } },
  });
  const ask = { ...next, askId: (await askOf(next))?.askId ?? '' };
  await answerAsk(db, ask, { allow: true });
  expect((await spend(next, 2, 1)).kind).toBe('claimed');
  await setPersonBudget(db, ownerId, { day: { tokens: 1_000 } });
  expect((await spend(next, 3, 1)).kind).toBe('asking');
});
