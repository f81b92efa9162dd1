import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { descriptorWalk, pathWalk } from '../../../src/workspace/directory.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/workspace.ts';
import { testWith } from '../../support/needs.ts';
import { makeFolder } from './folder.ts';

const onLinux = process.platform === 'linux';

/** Both ways of walking a path hold to the same rules. */
describe.each([
  { name: 'walking by descriptors', walk: descriptorWalk, needs: ['Linux'] as const },
  { name: 'walking by paths', walk: pathWalk, needs: [] },
])('$name', ({ walk, needs }) => {
  const attack = testWith(...needs);
  let outside: string;
  let workspace: Workspace;
  let inside: (path: string) => string;
  let clear: () => Promise<void>;

  beforeEach(async () => {
    const folder = await makeFolder();
    clear = folder.clear;
    outside = join(folder.path, 'host');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    const root = join(folder.path, 'workspace');
    await mkdir(root);
    inside = (path) => join(root, path);
    workspace = openWorkspace(root, walk);
  });
  afterEach(() => clear());

  /** Everything that reads a path refuses it with this code; nothing comes back from outside. */
  async function refusesToRead(path: string, code: string): Promise<void> {
    await expect(workspace.read(path)).rejects.toMatchObject({ code });
    await expect(workspace.openRead(path)).rejects.toMatchObject({ code });
    await expect(workspace.hash(path)).rejects.toMatchObject({ code });
    await expect(workspace.stat(path)).rejects.toMatchObject({ code });
  }

  attack.each([
    '',
    '.',
    '..',
    '/etc/passwd',
    '../host/secret',
    'a/../../host/secret',
    'a//b',
    'a/',
    './a',
    'a\\b',
    'a\0b',
    '\ud800',
    'x'.repeat(256),
    '方'.repeat(86),
    'd/'.repeat(70),
    '.paperagent-tmp-mine',
    'd/.paperagent-tmp-mine/a.txt',
  ])('S7: the path %j is refused as bad by every method', async (path) => {
    await refusesToRead(path, 'bad_path');
    await expect(workspace.write(path, 'x')).rejects.toMatchObject({ code: 'bad_path' });
    await expect(workspace.remove(path)).rejects.toMatchObject({ code: 'bad_path' });
    await expect(workspace.list(path)).rejects.toMatchObject({ code: 'bad_path' });
  });

  attack('a name of 255 bytes, with a newline or with spaces, is a name like another', async () => {
    for (const name of ['x'.repeat(255), 'two\nlines.md', ' a b ', '方法.md']) {
      await workspace.write(name, 'text');
      expect((await workspace.read(name)).toString()).toBe('text');
    }
    expect((await workspace.list()).entries).toHaveLength(4);
  });

  attack(
    'S7: a symbolic link in place of paper.md is neither read nor listed nor written through',
    async () => {
      await symlink(join(outside, 'secret'), inside('paper.md'));
      await refusesToRead('paper.md', 'not_regular');
      expect((await workspace.list()).entries).toEqual([]);
      expect((await workspace.snapshot()).size).toBe(0);
      await workspace.write('paper.md', 'mine');
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
      expect((await workspace.read('paper.md')).toString()).toBe('mine');
    },
  );

  attack('S7: a dangling link creates nothing outside', async () => {
    await symlink(join(outside, 'new'), inside('paper.md'));
    await workspace.write('paper.md', 'mine');
    await expect(readFile(join(outside, 'new'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  attack(
    'S7: a link in place of a folder is not walked through, for reading, writing, listing or removing',
    async () => {
      await symlink(outside, inside('images'));
      await refusesToRead('images/secret', 'not_directory');
      await expect(workspace.write('images/new', 'x')).rejects.toMatchObject({ code: 'not_directory' });
      await expect(workspace.write('images/deep/new', 'x')).rejects.toMatchObject({ code: 'not_directory' });
      await expect(workspace.remove('images/secret')).rejects.toMatchObject({ code: 'not_directory' });
      await expect(workspace.list('images')).rejects.toMatchObject({ code: 'not_directory' });
      expect((await workspace.list()).entries).toEqual([]);
      await workspace.remove('images');
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    },
  );

  attack(
    'S7: a hard link to a file outside is never read; writing gives the name a file of its own',
    async () => {
      await link(join(outside, 'secret'), inside('paper.md'));
      await refusesToRead('paper.md', 'not_regular');
      expect((await workspace.list()).entries).toEqual([]);
      await workspace.write('paper.md', 'mine');
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    },
  );

  attack('S7: a FIFO in place of paper.md never blocks', async () => {
    execFileSync('mkfifo', [inside('paper.md')]);
    await refusesToRead('paper.md', 'not_regular');
    expect((await workspace.snapshot()).size).toBe(0);
    await workspace.write('paper.md', 'mine');
    expect((await workspace.read('paper.md')).toString()).toBe('mine');
  });

  attack('a folder in place of a file is an answer, not a crash', async () => {
    await mkdir(inside('paper.md'));
    await expect(workspace.read('paper.md')).rejects.toMatchObject({ code: 'is_directory' });
    await expect(workspace.write('paper.md', 'x')).rejects.toMatchObject({ code: 'is_directory' });
    await expect(workspace.write('paper.md', 'x', { ifMatch: null })).rejects.toMatchObject({
      code: 'is_directory',
    });
    expect((await workspace.list()).entries).toHaveLength(1);
  });

  attack(
    'removing a folder removes links in it and nothing that they point to, and names that are no UTF-8',
    async () => {
      await workspace.write('data/deep/a.csv', '1');
      await symlink(outside, inside('data/deep/link'));
      await symlink(join(outside, 'secret'), inside('data/file'));
      if (onLinux)
        await writeFile(Buffer.concat([Buffer.from(inside('data/')), Buffer.from([0xff, 0xfe])]), 'x');
      expect(await workspace.remove('data')).toEqual({ path: 'data', change: 'removed' });
      expect((await workspace.list()).entries).toEqual([]);
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
      await workspace.destroy();
      await workspace.destroy();
      await expect(workspace.list()).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  attack('folders nested deeper than a path can say are removed', async () => {
    if (walk === pathWalk) return;
    let folder = inside('deep');
    await mkdir(folder);
    for (let level = 0; level < 300; level += 1) {
      // Grown from the leaf upwards, so that no path gets too long on the way.
      const parent = inside('next');
      await mkdir(parent);
      await rename(folder, join(parent, 'd'.repeat(20)));
      await rename(parent, folder);
      folder = inside('deep');
    }
    expect((await workspace.list()).entries.length).toBeLessThanOrEqual(64);
    await workspace.remove('deep');
    expect((await workspace.list()).entries).toEqual([]);
  });

  testWith('Linux')(
    'names that are no UTF-8, or that a path cannot say, are left out of lists and snapshots',
    async () => {
      await writeFile(Buffer.concat([Buffer.from(inside('/')), Buffer.from([0xff, 0x41])]), 'x');
      await writeFile(inside('back\\slash'), 'x');
      await writeFile(inside('ok'), 'x');
      expect((await workspace.list()).entries.map((entry) => entry.path)).toEqual(['ok']);
      expect([...(await workspace.snapshot()).keys()]).toEqual(['ok']);
    },
  );
});

/** Renames, as often as it takes: a write may make the folder anew at any moment in between. */
async function moveOver(from: string, to: string): Promise<void> {
  for (;;) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR'].includes((error as { code: string }).code))
        throw error;
      await rm(to, { recursive: true, force: true, maxRetries: 20 });
    }
  }
}

testWith('Linux')('S7: a folder that is swapped for a link again and again never leads outside', async () => {
  const folder = await makeFolder();
  const outside = join(folder.path, 'host');
  const root = join(folder.path, 'workspace');
  await mkdir(outside);
  await mkdir(join(root, 'images'), { recursive: true });
  await writeFile(join(root, 'images', 'a'), 'inside');
  await writeFile(join(outside, 'a'), 'secret');
  await symlink(outside, join(root, 'link'));
  const workspace = openWorkspace(root);
  let over = false;
  const swapping = (async () => {
    while (!over) {
      await rename(join(root, 'images'), join(root, 'kept'));
      await moveOver(join(root, 'link'), join(root, 'images'));
      await rename(join(root, 'images'), join(root, 'link'));
      await moveOver(join(root, 'kept'), join(root, 'images'));
    }
  })();
  const seen = new Set<string>();
  // How often it is the folder that is met, and not the link or neither, is the machine's affair.
  for (let round = 0; round < 300 || !seen.has('inside'); round += 1) {
    const text = workspace.read('images/a').then(String, (error: { code: string }) => error.code);
    const written = workspace.write(`images/new${round % 5}`, 'x').then(
      () => 'written',
      (error) => error.code,
    );
    seen.add(await text);
    seen.add(await written);
  }
  over = true;
  await swapping;
  expect(
    [...seen].filter((what) => !['inside', 'written', 'not_found', 'not_directory'].includes(what)),
  ).toEqual([]);
  expect(seen).toContain('inside');
  expect(execFileSync('ls', [outside], { encoding: 'utf8' })).toBe('a\n');
  await rm(folder.path, { recursive: true });
});
