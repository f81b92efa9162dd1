/** D8, F1: a Work's history file is never there without its Work, whoever is overtaken by the deletion. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { updateHistory } from '../../src/activities/reporting/history.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { historyFile } from '../../src/workspace/history-file.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { makeWork } from '../support/works.ts';

let database: TestDatabase;
let db: Database;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 3, onIdleError: () => {} });
  folder = await mkdtemp(path.join(tmpdir(), 'paperagent-history-'));
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
  await rm(folder, { recursive: true });
});

test.each([
  [
    'was accepted',
    (tx: Database, id: string) =>
      tx.updateTable('works').set({ deleted_at: new Date() }).where('id', '=', id),
  ],
  ['has ended', (tx: Database, id: string) => tx.deleteFrom('works').where('id', '=', id)],
])(
  'D8, F1: a writer whose Work was deleted before its rename removes the file where the deletion %s',
  async (_, deletion) => {
    const { workId } = await makeWork(db);
    const file = historyFile(folder, workId);
    let writing: Promise<void> | undefined;
    await db.transaction().execute(async (tx) => {
      await tx.selectFrom('works').select('id').where('id', '=', workId).forUpdate().execute();
      writing = updateHistory(db, folder, workId);
      await until(() => existsSync(file), 'the file was renamed into its place');
      await deletion(tx, workId).execute();
    });
    await writing;
    expect(existsSync(file)).toBe(false);
  },
);
