/** How the first start installs packages, on machines where npm by itself would not. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cacheForNpm, lockOfOne } from '../../../scripts/install.mjs';
import { needGlibc } from '../../../scripts/runtime.mjs';
import { withTemporaryFolder } from '../../support/temporary-folder.ts';

test('a cache of npm that cannot be written, as in a home that is read-only, is replaced by one that can', async () => {
  await withTemporaryFolder(async (folder) => {
    const usual = join(folder, 'home', '.npm');
    expect(cacheForNpm(usual, join(folder, 'draft'))).toBe(usual);
    expect(existsSync(usual)).toBe(true);
    // Nobody, not root either, makes a folder in a file.
    writeFileSync(join(folder, 'file'), '');
    expect(cacheForNpm(join(folder, 'file', '.npm'), join(folder, 'draft'))).toBe(
      join(folder, 'draft', 'cache'),
    );
  });
});

test('the Node that npm is to run on may not be left out, for a failure would be silence', () => {
  const node = { version: '24.0.0', optional: true };
  const packages = { '': {}, 'node_modules/node': node, 'node_modules/other': { version: '1.0.0' } };
  expect(lockOfOne({ packages }, 'node').packages).toEqual({
    '': { name: 'node', version: '1.0.0', dependencies: { node: '24.0.0' } },
    'node_modules/node': { version: '24.0.0' },
  });
});

test('on a libc that is not glibc it is said before anything is installed, with what to do', () => {
  expect(() => needGlibc('linux', {})).toThrow(/Alpine has musl.*please use Debian, Ubuntu or Fedora/);
  expect(() => needGlibc('linux', { glibcVersionRuntime: '2.36' })).not.toThrow();
  expect(() => needGlibc('darwin', {})).not.toThrow();
  expect(() => needGlibc()).not.toThrow();
});
