/** R5: statements that lock several rows take them in one order, so that no two wait for each other. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { duplicateWork } from '../../src/db/copies.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createModel, deleteModel, modelOfWork } from '../../src/db/models.ts';
import { postMessage } from '../../src/db/post-message.ts';
import { changeMessage, rerunMessage } from '../../src/db/revisions.ts';
import { beginSession, endSession, endSessions, rotateSession } from '../../src/db/sessions.ts';
import { changePassword, deleteAccount, registerGuest, removeDeletedAccounts } from '../../src/db/users.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork, NO_LIMIT, NO_QUOTAS, queueMessage, type TestWork, UNLIMITED } from '../support/works.ts';

const AT_ONCE = 8;
const ROUNDS = 40;
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: AT_ONCE, onIdleError: () => {} });
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

function post(work: TestWork): Promise<unknown> {
  const id = randomUUID();
  const message = { ...work, id, text: id, attachments: [], delivery: 'queue' as const, title: id };
  return postMessage(db, { ...message, ...UNLIMITED });
}

/** What Postgres refused of all that was asked for at once, again and again. */
async function refused(once: (round: number) => Promise<unknown>[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const end of await Promise.allSettled(once(round)))
      if (end.status === 'rejected') errors.push(end.reason);
  }
  return errors;
}

test('R5: sending, editing and saying again in one Work at once never deadlock', async () => {
  const work = await makeWork(db);
  const queued = await queueMessage(db, work, 'edited');
  const said = randomUUID();
  await sql`insert into messages (work_id, id, role, status, position, parts)
    values (${work.workId}::uuid, ${said}::uuid, 'user', 'complete', 1, '[{"type": "text", "text": "said"}]')`.execute(
    db,
  );
  const edit = () => changeMessage(db, { ...work, id: queued }, { text: randomUUID() }, NO_LIMIT);
  const again = () => rerunMessage(db, { ...work, id: said }, { newId: randomUUID() }, UNLIMITED);
  expect(await refused(() => [post(work), edit(), post(work), edit(), post(work), again(), edit()])).toEqual(
    [],
  );
});

test('R5, F12: an account that is deleted while its Works are copied and written to does not deadlock', async () => {
  const errors: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const work = await makeWork(db);
    const copy = () =>
      duplicateWork(db, work, { id: randomUUID(), title: 'A copy', diskBytes: 0 }, NO_QUOTAS);
    const end = deleteAccount(db, work.ownerId);
    const all = [copy(), post(work), end, copy(), post(work), removeDeletedAccounts(db)];
    for (const one of await Promise.allSettled(all)) if (one.status === 'rejected') errors.push(one.reason);
  }
  expect(errors).toEqual([]);
});

test('R5, A1: a person whose sessions are renewed and ended, whose password changes and whose account ends, at once', async () => {
  const tokensLeft: unknown[] = [];
  const errors = await refused(() => [
    (async () => {
      const { ownerId: id } = await makeWork(db);
      await db.updateTable('users').set({ guest: true, email: null }).where('id', '=', id).execute();
      const [first, second] = [randomBytes(32), randomBytes(32)];
      for (const hash of [first, second]) await beginSession(db, { hash, userId: id, lifetimeSeconds: 60 });
      const renew = (old: Buffer) => rotateSession(db, { old, next: randomBytes(32), lifetimeSeconds: 60 });
      const password = { userId: id, checked: 'none', next: 'other', keepSession: null };
      await Promise.all([
        ...[renew(first), renew(second), endSession(db, first), renew(first)],
        registerGuest(db, { id, email: `${id}@example.org`, passwordHash: 'none', name: '' }),
        ...[changePassword(db, password), endSessions(db, id), renew(second), deleteAccount(db, id)],
      ]);
      // Nothing that was renewed meanwhile outlives what ended it.
      tokensLeft.push(
        ...(await db.selectFrom('refresh_tokens').selectAll().where('user_id', '=', id).execute()),
      );
    })(),
  ]);
  expect(errors).toEqual([]);
  expect(tokensLeft).toEqual([]);
});

test('R5, F13: a model that several Works chose is deleted while they are written to, and none of them has it any more', async () => {
  const errors = await refused(() => [
    (async () => {
      const work = await makeWork(db);
      const works = [work, ...(await Promise.all([1, 2, 3].map(() => makeWork(db))))].map((one) => ({
        workId: one.workId,
        ownerId: work.ownerId,
      }));
      const model = { ...MODEL, id: randomUUID(), ownerId: work.ownerId };
      await createModel(db, model, { most: 10, guests: true });
      await db
        .updateTable('works')
        .set({ owner_id: work.ownerId, models: JSON.stringify({ main: model.id, code: 'another' }) })
        .where(
          'id',
          'in',
          works.map(({ workId }) => workId),
        )
        .execute();
      expect(await modelOfWork(db, work.workId, 'summary')).toMatchObject({ id: model.id });
      const again = () => Promise.all(works.map(post));
      const [, , deleted, twice] = await Promise.all([
        again(),
        again(),
        deleteModel(db, model),
        deleteModel(db, model),
        again(),
      ]);
      expect([deleted, twice].sort()).toEqual([false, true]);
      const rows = await db
        .selectFrom('works')
        .select('models')
        .where('owner_id', '=', work.ownerId)
        .execute();
      expect(rows).toEqual(works.map(() => ({ models: { code: 'another' } })));
    })(),
  ]);
  expect(errors).toEqual([]);
});

const MODEL = {
  ...{ role: 'main' as const, isDefault: false, baseUrl: 'http://localhost', model: 'm', sealedKey: null },
  ...{ contextWindow: null, maxOutput: null, inputPrice: null, cachedPrice: null, writtenPrice: null },
  ...{ outputPrice: null, temperature: null, params: {}, profile: {}, headers: {} },
};
