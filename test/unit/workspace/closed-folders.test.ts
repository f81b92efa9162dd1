/** Folders that generated code has closed, where the server is not root: they close neither the Work nor its end. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { ownWorkspace } from '../../../src/sandbox/own-workspace.ts';
import { descriptorWalk, pathWalk } from '../../../src/workspace/directory.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/workspace.ts';
import { testWith } from '../../support/needs.ts';
import { makeFolder } from './folder.ts';

const isRoot = process.getuid?.() === 0;
/** Root may enter any folder: as it would be where the server, and with it generated code, is somebody else. */
const SOMEBODY = 65_532;

const WALKS = [
  { name: 'by descriptors', walk: descriptorWalk, needs: ['Linux'] as const },
  { name: 'by paths', walk: pathWalk, needs: [] },
];

describe.each(WALKS)('$name', ({ walk, needs }) => {
  const closed = testWith(...needs);
  let folder: { path: string; clear: () => Promise<void> };
  let root: string;
  let workspace: Workspace;

  beforeEach(async () => {
    folder = await makeFolder();
    await chmod(folder.path, 0o777);
    if (isRoot) process.seteuid?.(SOMEBODY);
    root = join(folder.path, 'work');
    workspace = openWorkspace(root, walk);
    await mkdir(join(root, 'data', 'deep'), { recursive: true });
    await writeFile(join(root, 'data', 'deep', 'a.csv'), '1');
    await writeFile(join(root, 'paper.md'), '# Paper');
  });
  afterEach(async () => {
    if (isRoot) process.seteuid?.(0);
    await folder.clear();
  });

  const MODES = [0o000, 0o400, 0o600, 0o500, 0o300];

  closed.each(MODES)('S7: beside a folder of mode %o all else is listed, counted and read', async (mode) => {
    await chmod(join(root, 'data'), mode);
    const { entries } = await workspace.list();
    expect(entries.map(({ path }) => path)).toEqual(expect.arrayContaining(['data', 'paper.md']));
    expect((await workspace.snapshot()).has('paper.md')).toBe(true);
    expect((await workspace.usage({ bytes: 1e9, entries: 1e4 })).entries).toBeGreaterThanOrEqual(2);
    expect(String(await workspace.read('paper.md'))).toBe('# Paper');
  });

  closed.each(MODES)('F10: folders of mode %o in one another are removed', async (mode) => {
    await chmod(join(root, 'data', 'deep'), mode);
    await chmod(join(root, 'data'), mode);
    await workspace.remove('data');
    expect((await workspace.list()).entries.map(({ path }) => path)).toEqual(['paper.md']);
  });

  closed.each(MODES)('F10: a Work all of whose folders are of mode %o is deleted', async (mode) => {
    for (const path of ['data/deep', 'data', '.']) await chmod(join(root, path), mode);
    await workspace.destroy();
    expect(existsSync(root)).toBe(false);
  });

  closed(
    'S7: a workspace that code closed is open again at the next access, and at the next run',
    async () => {
      await chmod(root, 0o000);
      expect(String(await workspace.read('paper.md'))).toBe('# Paper');
      await chmod(root, 0o000);
      await ownWorkspace(root);
      expect((await stat(root)).mode & 0o700).toBe(0o700);
    },
  );
});
