/** How full a workspace is, told the same to the sandbox and to an upload. */
import { link, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/sandbox/types.ts';
import { overWorkspaceLimits } from '../../../src/sandbox/workspace-usage.ts';
import { descriptorWalk, pathWalk } from '../../../src/workspace/directory.ts';
import { workspaceUsage } from '../../../src/workspace/usage.ts';
import { openWorkspace } from '../../../src/workspace/workspace.ts';
import { testWith } from '../../support/needs.ts';
import { makeFolder } from './folder.ts';

const MIB = 1024 ** 2;
const MOST = { bytes: 1024 * MIB, entries: 10_000 };
/** A name that is no UTF-8, and in it one more. */
const NAME = Buffer.from([0xff, 0xfe]);

let folder: { path: string; clear: () => Promise<void> };
let root: string;

beforeEach(async () => {
  folder = await makeFolder();
  root = join(folder.path, 'work');
  await mkdir(root);
});
afterEach(() => folder.clear());

function bytesPath(...names: (string | Buffer)[]): Buffer {
  const parts = [root, ...names].flatMap((name) => [Buffer.from('/'), Buffer.from(name)]);
  return Buffer.concat(parts.slice(1));
}

const WALKS = [
  { name: 'by descriptors', walk: descriptorWalk },
  { name: 'by paths', walk: pathWalk },
];

describe.each(WALKS)('$name', ({ walk }) => {
  const linux = testWith('Linux');

  linux(
    'S6: files count whatever they are called, hidden or no UTF-8, and a sparse one at its length',
    async () => {
      await mkdir(bytesPath(NAME));
      for (const path of [bytesPath(NAME, NAME), bytesPath('.hidden'), bytesPath('back\\slash')]) {
        await writeFile(path, '');
        await truncate(path, 2 * MIB);
      }
      expect(await workspaceUsage(root, MOST, walk)).toEqual({ bytes: 6 * MIB, entries: 4, tooDeep: false });
      expect(await openWorkspace(root, walk).usage(MOST)).toMatchObject({ bytes: 6 * MIB });
    },
  );

  linux('S7: links are counted and not followed', async () => {
    await writeFile(join(folder.path, 'outside'), 'x'.repeat(100_000));
    await symlink(folder.path, join(root, 'folder'));
    await symlink(join(folder.path, 'outside'), join(root, 'file'));
    expect(await workspaceUsage(root, MOST, walk)).toEqual({ bytes: 0, entries: 2, tooDeep: false });
    // A second name of a file takes room in a download as the first does.
    await link(join(folder.path, 'outside'), join(root, 'hard'));
    expect((await workspaceUsage(root, MOST, walk)).bytes).toBeGreaterThanOrEqual(100_000);
  });

  linux('S6: it counts no further than the limit, and says of folders that they are too deep', async () => {
    for (let n = 0; n < 50; n += 1) await writeFile(join(root, `f${n}`), '');
    expect((await workspaceUsage(root, { ...MOST, entries: 10 }, walk)).entries).toBe(11);
    await mkdir(join(root, ...Array<string>(64).fill('d')), { recursive: true });
    expect((await workspaceUsage(root, MOST, walk)).tooDeep).toBe(false);
    await mkdir(join(root, ...Array<string>(65).fill('d')), { recursive: true });
    expect((await workspaceUsage(root, MOST, walk)).tooDeep).toBe(true);
  });
});

testWith('Linux')('S6: a run is over its limits by files whose names are no UTF-8', async () => {
  const limits = { ...DEFAULT_LIMITS, workspaceBytes: MIB, workspaceFiles: 3 };
  await writeFile(bytesPath(NAME), Buffer.alloc(2 * MIB));
  expect(await overWorkspaceLimits(root, limits)).toBe('2 MiB');
  await truncate(bytesPath(NAME));
  expect(await overWorkspaceLimits(root, limits)).toBeNull();
  for (const byte of [1, 2, 3]) await writeFile(bytesPath(Buffer.from([0xff, byte])), '');
  expect(await overWorkspaceLimits(root, limits)).toBe('more than 3 files');
});
