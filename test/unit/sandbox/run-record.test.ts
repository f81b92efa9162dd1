import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mayStartContainer } from '../../../src/sandbox/docker/run-record.ts';
import { identityOf } from '../../../src/sandbox/processes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pa-record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const writeStarter = (starter: object) =>
  writeFileSync(join(folder, 'starter-1.json'), JSON.stringify(starter));

test('D7: one process that is alive may start a container, and may ask again', () => {
  expect(mayStartContainer(folder)).toBe(true);
  expect(mayStartContainer(folder)).toBe(true);
});

test('D7: who died before it started leaves the right to the next', () => {
  writeStarter({ ...identityOf(process.pid), startTime: 'long ago' });
  expect(mayStartContainer(folder)).toBe(true);
});

test('D7: a worker in another container, whose processes cannot be seen, has 20 s to start it', () => {
  writeStarter({ ...identityOf(process.pid), machine: 'another' });
  expect(mayStartContainer(folder)).toBe(false);
  const before = Date.now() / 1000 - 21;
  utimesSync(join(folder, 'starter-1.json'), before, before);
  expect(mayStartContainer(folder)).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'starter-2.json'), 'utf8'))).toEqual(identityOf(process.pid));
});
