/** D10: which of two programs has the newer functions is told by a number that grows with every change of them. */
import { expect, test } from '@jest/globals';
import {
  nextFunctionVersion,
  readFunctionSources,
  readFunctionVersion,
} from '../../../src/db/function-sources.ts';

test('version.json is that of the sources; after a change of them `npm run db:types` writes it', async () => {
  const [{ hash }, written] = await Promise.all([readFunctionSources(), readFunctionVersion()]);
  expect(written).toEqual({ version: expect.any(Number), hash });
});

test('other sources are the next version, the same ones stay what they are', () => {
  const written = { version: 7, hash: 'a' };
  expect(JSON.parse(nextFunctionVersion(written, 'a'))).toEqual(written);
  expect(JSON.parse(nextFunctionVersion(written, 'b'))).toEqual({ version: 8, hash: 'b' });
});

test('every source makes functions and nothing else, each so that it may be there already', async () => {
  const { text } = await readFunctionSources();
  const bare = text.replace(/\$\$.*?\$\$/gs, '').replace(/^\s*--.*$/gm, '');
  const statements = bare
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);
  expect(statements.filter((statement) => !/^create or replace function \w+\(/.test(statement))).toEqual([]);
});
