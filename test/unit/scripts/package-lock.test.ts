import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { addHashes, missingEntries } from '../../../scripts/complete-lock.mjs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

test('package-lock.json names every platform`s build, so that npm ci takes it everywhere (else: node scripts/complete-lock.mjs)', () => {
  expect(Object.keys(missingEntries(lock))).toEqual([]);
});

test('M11: every package in package-lock.json has a hash (else: node scripts/complete-lock.mjs)', () => {
  const entries = Object.entries<{ link?: true; integrity?: string }>(lock.packages);
  const bare = entries.filter(([path, { link, integrity }]) => path !== '' && !link && !integrity);
  expect(bare.map(([path]) => path)).toEqual([]);
});

test('a hash is asked for by the package’s own name, and what is no hash is none', async () => {
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-kept' },
    'node_modules/a/node_modules/@b/c': { version: '2.0.0' },
    'node_modules/d': { version: '3.0.0', name: '@d/e' },
  };
  const hash = `sha512-${'A'.repeat(86)}==`;
  const asked: string[] = [];
  const ask = async (name: string, version: string) => {
    asked.push(`${name}@${version}`);
    return hash;
  };
  expect(await addHashes(packages, ask)).toBe(2);
  expect(asked).toEqual(['@b/c@2.0.0', '@d/e@3.0.0']);
  expect(packages['node_modules/d']).toMatchObject({ integrity: hash });
  await expect(addHashes({ x: { version: '1' } }, async () => '')).rejects.toThrow('x has no hash');
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
