import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { commandLineOf, isAlive, startTimeOf, takeLock, thisProcess } from '../../../src/os/process-lock.mjs';
import { testWith } from '../../support/needs.ts';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

test('a process is told from a later one with its id by its start time', () => {
  const me = thisProcess();
  expect(isAlive(me)).toBe(true);
  expect(isAlive({ ...me, startTime: `${me.startTime}0` })).toBe(false);
});

test('a process that has ended is no longer alive', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const noted = { pid: child.pid ?? 0, startTime: startTimeOf(child.pid ?? 0) ?? '' };
  expect(isAlive(noted)).toBe(true);
  expect(commandLineOf(noted.pid)).toBe('sleep 60');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(noted)).toBe(false);
  expect(commandLineOf(noted.pid)).toBe('');
});

test('a lock is held until it is released, and its holder is named', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'lock');
    const first = takeLock(file);
    expect(takeLock(file)).toEqual({ taken: false, holder: thisProcess() });
    if (first.taken) first.release();
    const second = takeLock(file);
    expect(second.taken).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock']);
  });
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startTime: 'x' })],
  ['of an id that was given again', JSON.stringify({ pid: process.pid, startTime: 'long ago' })],
  ['that is damaged', '{"pid":'],
])('a lock %s counts as free', async (_name, content) => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'lock');
    writeFileSync(file, content);
    expect(takeLock(file).taken).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock']);
  });
});

testWith('root')(
  'SR-L5: a lock that somebody else wrote in the name of a process that is not theirs counts as free',
  async () => {
    await withTemporaryFolder(async (folder) => {
      const file = join(folder, 'lock');
      writeFileSync(file, JSON.stringify(thisProcess()));
      chownSync(file, 65_534, 65_534);
      expect(takeLock(file).taken).toBe(true);
    });
  },
);
