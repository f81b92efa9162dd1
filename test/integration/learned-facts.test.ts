/** M19: what model servers have refused is kept for each model, and forgotten when its settings change. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import {
  forgetLearned,
  type LearnedOf,
  learnedChange,
  readLearned,
  writeLearned,
} from '../../src/db/learned-facts.ts';
import { changeModel, createModel, deleteModel } from '../../src/db/models.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { makeWork } from '../support/works.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const BASE_URL = 'https://api.example.com/v1';
const noTemperature = { change: { temperature: false }, words: 'Unsupported parameter: temperature' };
const emptyContent = { change: { emptyContent: 'empty' }, words: 'content must be a string' };

/** A person's model, which has learned one thing. */
async function learnedModel(): Promise<{ own: { id: string; ownerId: string }; of: LearnedOf }> {
  const { ownerId } = await makeWork(db);
  const own = { id: randomUUID(), ownerId };
  const settings = {
    ...{ role: 'main' as const, isDefault: true, baseUrl: BASE_URL, model: 'm', contextWindow: 8_000 },
    maxOutput: null,
    ...{ inputPrice: null, cachedPrice: null, writtenPrice: null, outputPrice: null },
    ...{ temperature: null, params: {}, profile: {}, headers: {}, sealedKey: null },
  };
  await createModel(db, { ...own, ...settings }, { most: 10, guests: true });
  const of = { id: own.id, baseUrl: BASE_URL, model: 'm' };
  await writeLearned(db, of, [noTemperature]);
  return { own, of };
}

const factsOf = async (id: string) =>
  (await db.selectFrom('learned_facts').select('field').where('model_id', '=', id).execute()).length;

test('M19: facts are kept one a field, newest first, with the server’s words and the date', async () => {
  const { of } = await learnedModel();
  await writeLearned(db, of, [emptyContent]);
  await writeLearned(db, of, [{ change: { temperature: true }, words: 'temperature is required' }]);
  const rows = await readLearned(db, of);
  expect(rows).toEqual([
    {
      field: 'temperature',
      value: true,
      words: 'temperature is required',
      learnedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    { field: 'emptyContent', value: 'empty', words: emptyContent.words, learnedAt: expect.any(String) },
  ]);
  expect(await learnedChange(db, of)).toEqual({ temperature: true, emptyContent: 'empty' });
});

test('M19: words with a NUL or half a character cost no fact', async () => {
  const { of } = await learnedModel();
  await writeLearned(db, of, [{ ...noTemperature, words: 'a\0b\ud800' }]);
  expect((await readLearned(db, of))[0]?.words).toBe('a\ufffdb\ufffd');
});

test('M19: each model has its own facts, at its own address and name; the server’s own model, too', async () => {
  const [first, second] = [await learnedModel(), await learnedModel()];
  const ofServer = { baseUrl: BASE_URL, model: 'm' };
  await writeLearned(db, ofServer, [emptyContent]);
  await writeLearned(db, ofServer, [emptyContent]);
  expect(await learnedChange(db, ofServer)).toEqual({ emptyContent: 'empty' });
  expect(await learnedChange(db, { ...ofServer, model: 'other' })).toEqual({});
  await forgetLearned(db, first.of);
  expect(await learnedChange(db, first.of)).toEqual({});
  expect(await learnedChange(db, second.of)).toEqual({ temperature: false });
  expect(await learnedChange(db, ofServer)).toEqual({ emptyContent: 'empty' });
  await forgetLearned(db, ofServer);
  expect(await learnedChange(db, ofServer)).toEqual({});
  expect(await learnedChange(db, second.of)).toEqual({ temperature: false });
});

test.each([
  ['address', { baseUrl: `${BASE_URL}/other` }],
  ['model', { model: 'n' }],
  ['temperature', { temperature: 0.5 }],
  ['params', { params: { reasoning_effort: 'low' } }],
  ['profile', { profile: { api: 'responses' as const } }],
  ['headers', { headers: { 'X-Team': 'sealed' } }],
])('M19: another %s forgets what was learned, in the statement that changes it', async (_name, change) => {
  const { own } = await learnedModel();
  await db
    .transaction()
    .execute(async (held) => {
      await changeModel(held, own, change);
      const { rows } = await sql<{ left: number }>`
        select count(*)::integer as left from learned_facts where model_id = ${own.id}::uuid`.execute(held);
      expect(rows[0]?.left).toBe(0);
      throw new Error('taken back');
    })
    .catch((error: Error) => expect(error.message).toBe('taken back'));
  // Both or neither.
  expect(await factsOf(own.id)).toBe(1);
  await changeModel(db, own, change);
  expect(await factsOf(own.id)).toBe(0);
});

test('M19: settings that say nothing of how requests are made forget nothing, nor does saving the same', async () => {
  const { own } = await learnedModel();
  await changeModel(db, own, { role: 'code', isDefault: false, contextWindow: 16_000 });
  await changeModel(db, own, {
    inputPrice: 1,
    cachedPrice: 0,
    outputPrice: 2,
    sealedKey: Buffer.from('another'),
  });
  await changeModel(db, own, { baseUrl: BASE_URL, model: 'm', temperature: null, params: {} });
  await changeModel(db, own, { profile: {}, headers: {} });
  expect(await factsOf(own.id)).toBe(1);
});

test('M19: of a model that is gone, or was sent elsewhere meanwhile, nothing is kept', async () => {
  const { own, of } = await learnedModel();
  await changeModel(db, own, { model: 'n' });
  await writeLearned(db, of, [noTemperature]);
  expect(await factsOf(own.id)).toBe(0);
  await deleteModel(db, own);
  await writeLearned(db, { ...of, model: 'n' }, [noTemperature]);
  expect(await factsOf(own.id)).toBe(0);
});

test('M19: facts of two calls that were refused at once are both kept', async () => {
  const { of } = await learnedModel();
  const facts = [noTemperature, emptyContent];
  await Promise.all(Array.from({ length: 10 }, (_, index) => writeLearned(db, of, facts.slice(index % 2))));
  expect(await learnedChange(db, of)).toEqual({ temperature: false, emptyContent: 'empty' });
});
