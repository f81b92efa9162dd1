/** What time it is in the database is said by one function, so that a test can say it. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const FOLDER = path.join(CHECKOUT, 'src', 'db');
/** Where the clock itself is read, and where it is written down when functions came. */
const MAY = ['functions/clock.sql', 'function-sources.ts'];
const OTHER_CLOCK = /\b(clock_timestamp|statement_timestamp)\(\)|(?<![.\w])now\(\)|current_timestamp/;

test('no statement and no function stamps or judges by another clock than pa_now', async () => {
  const files = await readdir(FOLDER, { recursive: true });
  const found: string[] = [];
  for (const file of files.filter((name) => /\.(ts|sql)$/.test(name) && !MAY.includes(name))) {
    if (OTHER_CLOCK.test(await readFile(path.join(FOLDER, file), 'utf8'))) found.push(file);
  }
  expect(found).toEqual([]);
});
