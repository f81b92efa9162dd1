/** Pictures as models were shown them (W10, M1): the first word at a place counts, and of a Work the latest keep their bytes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { keepShown, readShown, type ShownPicture } from '../../src/db/shown-pictures.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 8, onIdleError: () => {} });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const picture = (data: string): ShownPicture => ({
  ...{ ok: true, mediaType: 'image/png', data, width: 20, height: 10 },
});
const at = (number: number) => ({ place: `call-${number}`, path: 'images/figure.png' });

test('W10, M1: of many that say at once what was shown at a place one counts, and it stays', async () => {
  const { workId } = await makeWork(db);
  const all = Array.from({ length: 8 }, (_, n) => picture(`bytes ${n}`));
  await Promise.all(all.map((one) => keepShown(db, workId, at(1), one)));
  const [kept] = await readShown(db, workId, [at(1)]);
  expect(all).toContainEqual(kept?.shown);
  await keepShown(db, workId, at(1), { ok: false, problem: 'it is damaged' });
  expect(await readShown(db, workId, [at(1), at(2)])).toEqual([kept]);
});

test('W10: why nothing was shown is kept as it was said, whatever characters a file’s name brought into it', async () => {
  const { workId } = await makeWork(db);
  await keepShown(db, workId, at(1), { ok: false, problem: 'no\0 picture' });
  const [kept] = await readShown(db, workId, [at(1)]);
  expect(kept?.shown).toMatchObject({ ok: false, problem: expect.stringMatching(/^no.* picture$/) });
});

test('W10: what is missing on a picture is kept with it, and is no reason once its bytes are gone', async () => {
  const { workId } = await makeWork(db);
  const damaged = { ...picture('bytes'), missing: 'a picture on it is damaged' };
  await keepShown(db, workId, at(0), damaged);
  expect((await readShown(db, workId, [at(0)]))[0]?.shown).toEqual(damaged);
  for (let n = 1; n <= 32; n += 1) await keepShown(db, workId, at(n), picture(`bytes ${n}`));
  const [old] = await readShown(db, workId, [at(0)]);
  expect(old?.shown).toEqual({ ok: false, problem: 'it was shown too long ago' });
});

test('W10: of a Work the 32 that were shown last keep their bytes, those of another Work count for nothing', async () => {
  const [{ workId }, other] = [await makeWork(db), await makeWork(db)];
  await keepShown(db, other.workId, at(0), picture('of another'));
  for (let n = 0; n < 40; n += 1) await keepShown(db, workId, at(n), picture(`bytes ${n}`));
  const shown = await readShown(
    db,
    workId,
    Array.from({ length: 40 }, (_, n) => at(n)),
  );
  const places = shown.filter(({ shown: one }) => one.ok).map(({ place }) => place);
  expect(new Set(places)).toEqual(new Set(Array.from({ length: 32 }, (_, n) => `call-${n + 8}`)));
  const [oldest] = await readShown(db, workId, [at(0)]);
  expect(oldest?.shown).toEqual({ ok: false, problem: 'it was shown too long ago' });
  const [others] = await readShown(db, other.workId, [at(0)]);
  expect(others?.shown).toMatchObject({ ok: true });
});

test('F1: with its Work they go, and for a Work that is gone nothing is kept', async () => {
  const { workId } = await makeWork(db);
  await keepShown(db, workId, at(1), picture('bytes'));
  await sql`delete from works where id = ${workId}::uuid`.execute(db);
  await keepShown(db, workId, at(2), picture('bytes'));
  await keepShown(db, randomUUID(), at(1), picture('bytes'));
  expect(await readShown(db, workId, [at(1), at(2)])).toEqual([]);
});
