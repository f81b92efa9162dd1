import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { missingEntries } from '../../../scripts/complete-lock.mjs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

test('package-lock.json names every platform`s build, so that npm ci takes it everywhere (else: node scripts/complete-lock.mjs)', () => {
  expect(Object.keys(missingEntries(lock))).toEqual([]);
});

test('package-lock.json names no registry', () => {
  expect(JSON.stringify(lock)).not.toContain('"resolved"');
});

test('an optional build that the lock lacks is pinned for the machine in its name', () => {
  const packages = {
    '': {},
    'node_modules/tool': {
      dev: true,
      optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/kept-darwin-arm64': '1' },
    },
    'node_modules/tool/node_modules/@tool/kept-darwin-arm64': {},
  };
  expect(missingEntries({ packages })).toEqual({
    'node_modules/@tool/linux-x64-musl': {
      version: '1.2.3',
      dev: true,
      optional: true,
      cpu: ['x64'],
      libc: ['musl'],
      os: ['linux'],
    },
  });
});
