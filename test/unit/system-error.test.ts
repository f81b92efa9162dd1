import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { codeOf, unlessMissing } from '../../src/system-error.ts';

test('the code of an error is told where it is a text, and of nothing else that is thrown', () => {
  let missing: unknown;
  try {
    statSync('/nowhere/at/all');
  } catch (error) {
    missing = error;
  }
  expect(codeOf(missing)).toBe('ENOENT');
  for (const thrown of [new Error('ENOENT'), { code: 2 }, null, undefined, 'ENOENT'])
    expect(codeOf(thrown)).toBeUndefined();
});

test('what is missing is undefined, and every other failure is thrown', async () => {
  await expect(unlessMissing(Promise.resolve('here'))).resolves.toBe('here');
  await expect(unlessMissing(readFile('/nowhere/at/all'))).resolves.toBeUndefined();
  await expect(unlessMissing(readFile('/'))).rejects.toMatchObject({ code: 'EISDIR' });
});
