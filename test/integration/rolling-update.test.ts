/** D10: an api or a worker of an older version goes on with a database that a newer one has migrated. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { migrateTo, migrationNames } from '../../src/db/migrate.ts';
import { beginSession } from '../../src/db/sessions.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import {
  isSame,
  recordReleased,
  releasedFunctions,
  serves,
  signaturesOf,
} from '../support/released-functions.ts';
import { makeWork } from '../support/works.ts';

/** The oldest version that may still run beside this one. */
const OLDEST = '0017_upload_room';

interface Column {
  table: string;
  name: string;
  /** Whether a row may be stored by somebody who does not know of it. */
  optional: boolean;
}

let database: TestDatabase;
let db: Database;
const versions = new Map<string, Column[]>();

async function columnsOf(): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select table_name as "table", column_name as name,
      is_nullable = 'YES' or column_default is not null or is_identity = 'YES' or is_generated = 'ALWAYS' as optional
    from information_schema.columns where table_schema = 'public'`.execute(db);
  return rows;
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  db = openDatabase(database.url, { name: 'test', max: 2, onIdleError: () => {} });
  for (const name of await migrationNames()) {
    await migrateTo(database.url, name);
    if (name >= OLDEST) versions.set(name, await columnsOf());
  }
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

test('D10: what programs since then have called in the database is there, with arguments as before', async () => {
  const now = await signaturesOf(db);
  // The functions that programs call now; the others are called by these, and change together.
  const files = await readdir(path.join(CHECKOUT, 'src'), { recursive: true });
  const sources = await Promise.all(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFile(path.join(CHECKOUT, 'src', file), 'utf8')),
  );
  const code = sources.join('\n');
  const called = now.filter(({ name }) => new RegExp(`\\b${name}\\(`).test(code));
  expect(called.map(({ name }) => name)).toEqual(expect.arrayContaining(['post_message', 'claim_step']));
  if (process.env.RECORD_FUNCTIONS === '1') await recordReleased(called);
  const released = await releasedFunctions();
  expect(released.filter((old) => !now.some((current) => serves(current, old)))).toEqual([]);
  // Otherwise nobody would know of them later: RECORD_FUNCTIONS=1 npm test -- test/integration/rolling-update
  expect(called.filter((current) => !released.some((old) => isSame(current, old)))).toEqual([]);
});

test('D10: no column is gone, and none was added that an older program would have to fill', async () => {
  const keyOf = ({ table, name }: Column) => `${table}.${name}`;
  const now = await columnsOf();
  const there = new Set(now.map(keyOf));
  for (const [version, columns] of versions) {
    const tables = new Set(columns.map(({ table }) => table));
    const known = new Set(columns.map(keyOf));
    const lost = columns.map(keyOf).filter((column) => !there.has(column));
    const needed = now.filter(
      (column) => tables.has(column.table) && !known.has(keyOf(column)) && !column.optional,
    );
    expect({ version, lost, needed }).toEqual({ version, lost: [], needed: [] });
  }
});

test('D10, A1: an api of before 0029 renews a session, and two tabs of it may do so at once', async () => {
  const { ownerId } = await makeWork(db);
  const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  await beginSession(db, { hash: first, userId: ownerId, lifetimeSeconds: 60 });
  const renew = async (old: Buffer, next: Buffer) => {
    const { rows } = await sql<{ outcome: string }>`
      select outcome, user_id, session_id
      from rotate_refresh_token(${old}, ${next}, make_interval(secs => 60::double precision))`.execute(db);
    return rows[0]?.outcome;
  };
  expect(await renew(first, second)).toBe('rotated');
  expect(await renew(first, third)).toBe('rotated');
  expect(await renew(second, randomBytes(32))).toBe('rotated');
  await sql`update refresh_tokens set used_at = used_at - interval '1 minute' where token_hash = ${first}`.execute(
    db,
  );
  expect(await renew(first, randomBytes(32))).toBe('reused');
});

test('D10: an api and a worker of before 0025 count a rate, take a message, claim its step and run it again', async () => {
  const { workId, ownerId } = await makeWork(db);
  const worker = randomUUID();
  const message = randomUUID();
  await registerWorker(db, { id: worker, host: 'here', pid: 1 });
  const one = async (statement: ReturnType<typeof sql<{ answer: unknown }>>) =>
    (await statement.execute(db)).rows[0]?.answer;
  expect(await one(sql`select take_rate('old'::text, 1::integer) as answer`)).toBe(0);
  expect(
    await one(sql`select post_message(${ownerId}::uuid, ${workId}::uuid, ${message}::uuid, 'hello'::text,
      '[]'::jsonb, 'queue'::text, 'hello'::text, 5::integer) as answer`),
  ).toEqual({ kind: 'stored' });
  expect(
    await one(sql`select claim_step(${workId}::uuid, null::integer, 'main'::text, null::integer, 'm'::text,
      ${worker}::uuid, 'w'::text, 'a'::text) as answer`),
  ).toMatchObject({ kind: 'claimed', turn: 1, step: 1 });
  expect(
    await one(sql`select rerun_message(${ownerId}::uuid, ${workId}::uuid, ${message}::uuid, ${randomUUID()}::uuid,
      null::text, 5::integer) as answer`),
  ).toMatchObject({ kind: 'stored' });
});
