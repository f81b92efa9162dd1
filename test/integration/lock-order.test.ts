/** R5: statements that lock several rows take them in one order, so that no two wait for each other. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { postMessage } from '../../src/db/post-message.ts';
import { changeMessage, rerunMessage } from '../../src/db/revisions.ts';
import { removeDeletedAccounts } from '../../src/db/users.ts';
import { duplicateWork } from '../../src/db/works.ts';
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
    const end = sql`select delete_account(${work.ownerId}::uuid)`.execute(db);
    const all = [copy(), post(work), end, copy(), post(work), removeDeletedAccounts(db)];
    for (const one of await Promise.allSettled(all)) if (one.status === 'rejected') errors.push(one.reason);
  }
  expect(errors).toEqual([]);
});
