import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { codeOf, killUnlessGone, unlessMissing } from '../../src/system-error.ts';

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

test('a signal reaches a process, is not missed by one that has ended, and every other failure is thrown', async () => {
  const child = spawn('sleep', ['60']);
  const { pid = 0 } = child;
  killUnlessGone(pid, 'SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(() => killUnlessGone(pid, 'SIGTERM')).not.toThrow();
  expect(() => killUnlessGone(-pid, 'SIGKILL')).not.toThrow();
  expect(() => killUnlessGone(process.pid, 'SIGNONE' as NodeJS.Signals)).toThrow('SIGNONE');
});
