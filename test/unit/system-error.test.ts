import { statSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { codeOf } from '../../src/system-error.ts';

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
