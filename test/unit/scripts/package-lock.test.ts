import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { addHashes, locks, missingEntries } from '../../../scripts/complete-lock.mjs';
import { CHECKOUT } from '../../../src/setup/checkout.ts';

const every = locks().map((file) => ({
  name: relative(CHECKOUT, file),
  lock: JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> },
}));

interface Entry {
  link?: true;
  integrity?: string;
}

test('there is a lock for the checkout and for each peer of the benchmark', () => {
  expect(every.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['package-lock.json', 'bench/peers/dbos/package-lock.json']),
  );
});

test.each(every)(
  '$name names every platform`s build, so that npm ci takes it everywhere (else: node scripts/complete-lock.mjs)',
  ({ lock }) => {
    expect(Object.keys(missingEntries(lock))).toEqual([]);
  },
);

test.each(every)(
  'SR-M11: every package in $name has a hash (else: node scripts/complete-lock.mjs)',
  ({ lock }) => {
    const entries = Object.entries(lock.packages);
    const bare = entries.filter(([path, { link, integrity }]) => path !== '' && !link && !integrity);
    expect(bare.map(([path]) => path)).toEqual([]);
  },
);

test.each(every)('$name names no registry', ({ lock }) => {
  expect(JSON.stringify(lock)).not.toContain('"resolved"');
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
