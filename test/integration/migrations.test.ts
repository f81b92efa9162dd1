/** Migrations: run by many at once, and each from the version before it with data in place. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { type FunctionVersion, readFunctionSources } from '../../src/db/function-sources.ts';
import { migrateTo, migrateToLatest, migrationNames } from '../../src/db/migrate.ts';
import { readSnapshot } from '../../src/db/snapshot.ts';
import { claimStep } from '../../src/db/steps.ts';
import { finishTurn } from '../../src/db/turns.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { createEmptyDatabase } from '../support/database.ts';

const names = await migrationNames();

const WORK = '00000000-0000-4000-8000-000000000011';
const OWNER = '00000000-0000-4000-8000-000000000001';

/** What a migration makes of a Work's old rows, beyond leaving them as they are. */
const MADE_OF_OLD: Record<string, Record<string, unknown>> = {
  '0006_models': { id: WORK, usage: { inputTokens: 30, outputTokens: 5 } },
  '0013_archiving': { id: WORK, ended_seq: 9 },
};

async function withEmptyDatabase(use: (url: string, db: Database) => Promise<void>): Promise<void> {
  const database = await createEmptyDatabase();
  const db = openDatabase(database.url, { name: 'test', max: 2, onIdleError: () => {} });
  try {
    await use(database.url, db);
  } finally {
    await db.destroy();
    await database.drop();
  }
}

/** Stores what a database of that version holds that an older one cannot, where there is such a thing. */
async function fill(db: Database, version: string): Promise<void> {
  const folder = path.join(CHECKOUT, 'test', 'support', 'migrations');
  if (!(await readdir(folder)).includes(`${version}.sql`)) return;
  await sql.raw(await readFile(path.join(folder, `${version}.sql`), 'utf8')).execute(db);
}

/** Every row of every table of ours, as JSON with its columns. */
async function everything(db: Database): Promise<Map<string, Record<string, unknown>[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(
    db,
  );
  const all = new Map<string, Record<string, unknown>[]>();
  for (const { name } of tables) {
    const { rows } = await sql<{ row: Record<string, unknown> }>`
      select to_jsonb(t) as row from ${sql.table(name)} t order by to_jsonb(t)::text`.execute(db);
    all.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return all;
}

test('many processes that migrate one database at once do it once, and all succeed', async () => {
  await withEmptyDatabase(async (url) => {
    const ran = await Promise.all(Array.from({ length: 8 }, () => migrateToLatest(url)));
    expect(ran.flat().sort()).toEqual(names);
  });
});

test('nothing that a version stored is lost or changed by the next one, and the log still tells it all', async () => {
  await withEmptyDatabase(async (url, db) => {
    let old = new Map<string, Record<string, unknown>[]>();
    for (const to of names) {
      expect(await migrateTo(url, to)).toEqual([to]);
      const now = await everything(db);
      for (const [table, rows] of old) {
        // New columns are fine; what stood in the old ones stands there still.
        expect({ to, table, rows: now.get(table) }).toEqual({
          ...{ to, table },
          rows: expect.arrayContaining(rows.map((row) => expect.objectContaining(row))),
        });
      }
      if (old.size > 0) {
        expect(now.get('works')).toEqual(
          expect.arrayContaining([expect.objectContaining(MADE_OF_OLD[to] ?? { id: WORK })]),
        );
      }
      await fill(db, to);
      old = await everything(db);
    }
  });
});

test('the newest version shows what each older one stored, and goes on with it', async () => {
  await withEmptyDatabase(async (url, db) => {
    for (const version of names) {
      await migrateTo(url, version);
      await fill(db, version);
    }
    const agree = async () => {
      const snapshot = await readSnapshot(db, WORK, 1_000);
      const watched = reduceAll(emptyConversation, await readEvents(db, WORK, { after: 0, limit: 10_000 }));
      expect(snapshot?.messages).toEqual(watched.messages);
      // Those of the fixtures: the ids of others are drawn, and may end in anything.
      const known = watched.messages.filter(({ id }) => id.startsWith(WORK.slice(0, 20)));
      return known.map(({ status, id }) => `${status} ${id.slice(-3)}`);
    };
    await agree();
    await finishTurn(db, { workId: WORK, turn: 2, outcome: 'stopped', error: null });
    const said = (await agree()).filter((line) => /[0-9]{3}$/.test(line) && line.includes(' 1'));
    expect(said).toEqual(['complete 101', 'queued 103', 'queued 104', 'queued 106']);

    const workerId = '00000000-0000-4000-8000-0000000000b2';
    await registerWorker(db, { id: workerId, host: 'here', pid: 2 });
    const request = { workId: WORK, turn: null, agent: 'main', step: null, model: 'm' };
    const claim = await claimStep(db, request, { workerId, workflowId: 'w', activityId: '9' });
    expect(claim).toMatchObject({ kind: 'claimed', turn: 3 });
    expect((await agree()).slice(0, 1)).toEqual(['complete 101']);
    const copies = await db.selectFrom('works').select('title').where('owner_id', '=', OWNER).execute();
    expect(copies.map(({ title }) => title).sort()).toEqual(['A copy', 'First']);
  });
});

/** The functions that a database has, as Postgres writes them. */
async function functionsOf(db: Database): Promise<string[]> {
  const { rows } = await sql<{ definition: string }>`
    select pg_get_functiondef(oid) as definition from pg_proc
    where pronamespace = 'public'::regnamespace order by 1`.execute(db);
  return rows.map(({ definition }) => definition);
}

async function keptVersion(db: Database): Promise<FunctionVersion | undefined> {
  return await db.selectFrom('function_sources').select(['version', 'hash']).executeTakeFirst();
}

test('a database that came through all versions has the functions of src/db/functions, and no others', async () => {
  await withEmptyDatabase(async (url, db) => {
    for (const name of names) await migrateTo(url, name);
    const walked = await functionsOf(db);
    await sql`drop function ${sql.raw(await allSignatures(db))} cascade`.execute(db);
    expect(await functionsOf(db)).toEqual([]);
    await db.deleteFrom('function_sources').execute();
    await migrateToLatest(url);
    expect(walked).toEqual(await functionsOf(db));
    const { hash } = await readFunctionSources();
    expect(await keptVersion(db)).toEqual({ version: expect.any(Number), hash });
  });
});

async function allSignatures(db: Database): Promise<string> {
  const { rows } = await sql<{ signature: string }>`
    select oid::regprocedure::text as signature from pg_proc where pronamespace = 'public'::regnamespace`.execute(
    db,
  );
  return rows.map(({ signature }) => signature).join(', ');
}

test('functions of another version are replaced, by many processes at once as well; others are left alone', async () => {
  await withEmptyDatabase(async (url, db) => {
    await migrateToLatest(url);
    const right = await functionsOf(db);
    const kept = await keptVersion(db);
    const change = () =>
      sql`create or replace function age_ms(p_since timestamptz) returns integer
        language sql volatile as 'select 0'`.execute(db);
    const record = (version: number, hash: string) =>
      db.updateTable('function_sources').set({ version, hash }).execute();

    await change();
    await migrateToLatest(url); // the hash says that they are there: nothing is looked at
    expect(await functionsOf(db)).not.toEqual(right);

    await record((kept?.version ?? 0) - 1, 'older');
    await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(url)));
    expect(await functionsOf(db)).toEqual(right);
    expect(await keptVersion(db)).toEqual(kept);

    await change();
    await record(kept?.version ?? 0, 'edited since');
    await migrateToLatest(url);
    expect(await functionsOf(db)).toEqual(right);
  });
});

test('D10: a program of an older version that starts leaves newer functions and migrations where they are', async () => {
  await withEmptyDatabase(async (url, db) => {
    await migrateToLatest(url);
    const newer = { version: 1_000_000, hash: 'newer' };
    await sql`create or replace function age_ms(p_since timestamptz) returns integer
      language sql volatile as 'select 0'`.execute(db);
    await db.updateTable('function_sources').set(newer).execute();
    const functions = await functionsOf(db);
    expect(await migrateToLatest(url)).toEqual([]);
    expect(await functionsOf(db)).toEqual(functions);

    await sql`insert into kysely_migration (name, timestamp) values ('9999_later', ${new Date().toISOString()})`.execute(
      db,
    );
    expect(await migrateToLatest(url)).toEqual([]);
    expect(await functionsOf(db)).toEqual(functions);
    expect(await keptVersion(db)).toEqual(newer);

    await sql`delete from kysely_migration where name = ${names.at(-1)}`.execute(db);
    await expect(migrateToLatest(url)).rejects.toThrow(/9999_later/); // another history is no newer version
  });
});
