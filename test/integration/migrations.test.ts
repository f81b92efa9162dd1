/** Migrations: run by many at once, and each from the version before it with data in place. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { readEvents } from '../../src/db/event-log.ts';
import { migrateTo, migrateToLatest, migrationNames } from '../../src/db/migrate.ts';
import { readSnapshot } from '../../src/db/snapshot.ts';
import { claimStep, finishTurn } from '../../src/db/turns.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { emptyConversation, reduceAll } from '../../src/domain/reducer.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { databaseFunctions } from '../support/database-functions.ts';

const names = await migrationNames();
const steps = names
  .slice(1)
  .map((name, index) => ({ from: names[index] ?? '', to: name, before: names.slice(0, index + 1) }));

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

test.each(steps)(
  '$to: nothing that $from stored is lost or changed, and the log still tells it all',
  async ({ to, before }) => {
    await withEmptyDatabase(async (url, db) => {
      for (const version of before) {
        expect(await migrateTo(url, version)).toEqual([version]);
        await fill(db, version);
      }
      const old = await everything(db);
      expect(await migrateTo(url, to)).toEqual([to]);
      const now = await everything(db);
      for (const [table, rows] of old) {
        // New columns are fine; what stood in the old ones stands there still.
        expect({ table, rows: now.get(table) }).toEqual({
          table,
          rows: expect.arrayContaining(rows.map((row) => expect.objectContaining(row))),
        });
      }
      expect(now.get('works')).toEqual(
        expect.arrayContaining([expect.objectContaining(MADE_OF_OLD[to] ?? { id: WORK })]),
      );
    });
  },
);

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

test('src/db/functions.sql has the functions as the migrations leave them; `npm run db:types` writes it', async () => {
  await withEmptyDatabase(async (url, db) => {
    await migrateToLatest(url);
    const written = await readFile(path.join(CHECKOUT, 'src', 'db', 'functions.sql'), 'utf8');
    expect(await databaseFunctions(db)).toBe(written);
  });
});
