import { once } from 'node:events';
import { chown, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import { sha256 } from '../../../src/workspace/regular-file.ts';
import { diff } from '../../../src/workspace/snapshot.ts';
import { openWorkspace } from '../../../src/workspace/workspace.ts';
import { testWith } from '../../support/needs.ts';
import { makeFolder, withWorkspace } from './folder.ts';

test('what was written is read, whole and in ranges, with folders made on the way', async () => {
  await withWorkspace(async (workspace) => {
    const written = await workspace.write('data/raw/a.csv', 'x,y\n1,2\n');
    expect(written).toEqual({
      path: 'data/raw/a.csv',
      size: 8,
      sha256: sha256('x,y\n1,2\n'),
      change: 'added',
    });
    expect((await workspace.read('data/raw/a.csv')).toString()).toBe('x,y\n1,2\n');
    expect((await workspace.read('data/raw/a.csv', { offset: 4, limit: 3 })).toString()).toBe('1,2');
    expect((await workspace.read('data/raw/a.csv', { offset: 100 })).length).toBe(0);
    expect(await workspace.hash('data/raw/a.csv')).toBe(written.sha256);
    expect(await workspace.stat('data/raw/a.csv')).toMatchObject({ kind: 'file', size: 8 });
    expect(await workspace.stat('data')).toMatchObject({ kind: 'directory', size: 0 });
    expect((await workspace.write('data/raw/a.csv', new Uint8Array([1]))).change).toBe('changed');
  });
});

test('a file over the bound is refused before it is read', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.write('big', 'x'.repeat(100));
    await expect(workspace.read('big', { maxBytes: 99 })).rejects.toMatchObject({ code: 'too_large' });
    expect((await workspace.read('big', { maxBytes: 99, limit: 10 })).length).toBe(10);
  });
});

test('A7: an upload is streamed, bounded, and leaves nothing behind when it is too large or breaks off', async () => {
  await withWorkspace(async (workspace) => {
    async function* upload(fails: boolean) {
      yield Buffer.from('12345');
      if (fails) throw new Error('connection lost');
      yield Buffer.from('67890');
    }
    expect(await workspace.write('attachments/a', upload(false), { maxBytes: 10 })).toMatchObject({
      size: 10,
    });
    await expect(workspace.write('attachments/a', upload(false), { maxBytes: 9 })).rejects.toMatchObject({
      code: 'too_large',
    });
    await expect(workspace.write('attachments/b', upload(true))).rejects.toThrow('connection lost');
    expect((await workspace.read('attachments/a')).toString()).toBe('1234567890');
    expect(await readdir(join(workspace.root, 'attachments'))).toEqual(['a']);
  });
});

test('what a killed process left half written is removed an hour later, and what is being written is not', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.write('code/a.py', 'print(1)');
    const [left, begun] = ['.paperagent-tmp-left', '.paperagent-tmp-begun'];
    for (const name of [left, begun]) await writeFile(join(workspace.root, 'code', name), 'half');
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(workspace.root, 'code', left), longAgo, longAgo);
    const listed = (await workspace.list()).entries.map(({ path }) => path);
    expect(listed.filter((path) => path.startsWith('code/'))).toEqual(['code/a.py']);
    expect((await readdir(join(workspace.root, 'code'))).sort()).toEqual([begun, 'a.py']);
  });
});

test('ifMatch: a file is replaced only when it is the one that was seen', async () => {
  await withWorkspace(async (workspace) => {
    const first = await workspace.write('paper.md', 'one', { ifMatch: null });
    await expect(workspace.write('paper.md', 'two', { ifMatch: null })).rejects.toMatchObject({
      code: 'changed',
    });
    await expect(workspace.write('paper.md', 'two', { ifMatch: sha256('zero') })).rejects.toMatchObject({
      code: 'changed',
    });
    await workspace.write('paper.md', 'two', { ifMatch: first.sha256 });
    await expect(workspace.write('gone.md', 'x', { ifMatch: first.sha256 })).rejects.toMatchObject({
      code: 'changed',
    });
    expect((await workspace.read('paper.md')).toString()).toBe('two');
  });
});

test('of many writers that saw the same file, exactly one replaces it', async () => {
  await withWorkspace(async (workspace) => {
    const seen = await workspace.write('paper.md', 'start');
    const writers = Array.from({ length: 20 }, (_, n) =>
      workspace.write('paper.md', `by ${n}`, { ifMatch: seen.sha256 }),
    );
    const results = await Promise.allSettled(writers);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const creators = Array.from({ length: 20 }, (_, n) =>
      workspace.write('new.md', `by ${n}`, { ifMatch: null }),
    );
    const created = await Promise.allSettled(creators);
    expect(created.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});

test('a reader sees the old file or the new one, never a part', async () => {
  await withWorkspace(async (workspace) => {
    const versions = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await workspace.write('f', versions[0] ?? '');
    let over = false;
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) await workspace.write('f', versions[n % 2] ?? '');
      over = true;
    })();
    while (!over) expect(versions).toContain((await workspace.read('f')).toString());
    await writing;
  });
});

test('a download is a stream of the bytes asked for, and closes its file when it is cut off', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.write('f', '0123456789');
    const whole = await workspace.openRead('f');
    expect([whole.size, await text(whole.stream)]).toEqual([10, '0123456789']);
    expect(await text((await workspace.openRead('f', { start: 2, end: 4 })).stream)).toBe('234');
    expect(await text((await workspace.openRead('f', { start: 8, end: 99 })).stream)).toBe('89');
    await workspace.write('empty', '');
    expect((await buffer((await workspace.openRead('empty')).stream)).length).toBe(0);
    const { stream } = await workspace.openRead('f');
    stream.destroy();
    await once(stream, 'close');
    expect(stream.destroyed).toBe(true);
  });
});

test('a list is in order of paths, and says when there is more than 10,000', async () => {
  await withWorkspace(async (workspace) => {
    await workspace.write('b.txt', '1');
    await workspace.write('a/z', '1');
    await workspace.write('a/b/c', '22');
    expect((await workspace.list()).entries.map(({ path, kind, size }) => `${path} ${kind} ${size}`)).toEqual(
      [
        'a directory 0',
        'a/b directory 0',
        'a/b/c file 2',
        'a/z file 1',
        'attachments directory 0',
        'b.txt file 1',
        'code directory 0',
        'images directory 0',
      ],
    );
    expect((await workspace.list('a/b')).entries.map((entry) => entry.path)).toEqual(['a/b/c']);
    await expect(workspace.list('none')).rejects.toMatchObject({ code: 'not_found' });
    await expect(workspace.list('b.txt')).rejects.toMatchObject({ code: 'not_directory' });
    await mkdir(join(workspace.root, 'many'));
    for (let n = 0; n < 10_050; n += 50) {
      const names = Array.from({ length: 50 }, (_, m) => join(workspace.root, 'many', String(n + m)));
      await Promise.all(names.map((name) => writeFile(name, '')));
    }
    const listing = await workspace.list();
    expect([listing.entries.length, listing.truncated]).toEqual([10_000, true]);
  });
});

test('S8: the difference of two snapshots is what was added, changed and removed', async () => {
  await withWorkspace(async (workspace) => {
    for (const name of ['same', 'touched', 'edited', 'gone']) await workspace.write(name, name);
    const before = await workspace.snapshot();
    await utimes(join(workspace.root, 'touched'), 1, 1);
    await writeFile(join(workspace.root, 'edited'), 'EDITED');
    await workspace.remove('gone');
    await workspace.write('images/new.png', 'n');
    const after = await workspace.snapshot({ previous: before });
    expect(diff(before, after)).toEqual([
      { path: 'edited', size: 6, sha256: sha256('EDITED'), change: 'changed' },
      { path: 'gone', change: 'removed' },
      { path: 'images/new.png', size: 1, sha256: sha256('n'), change: 'added' },
    ]);
    expect(diff(after, after)).toEqual([]);
  });
});

test('S8: a change that keeps size and modification time is seen all the same', async () => {
  await withWorkspace(async (workspace) => {
    const path = join(workspace.root, 'f');
    await writeFile(path, 'aaaa');
    await utimes(path, 1_000, 1_000);
    const before = await workspace.snapshot();
    await writeFile(path, 'bbbb');
    await utimes(path, 1_000, 1_000);
    expect(diff(before, await workspace.snapshot({ previous: before }))).toMatchObject([
      { path: 'f', change: 'changed' },
    ]);
  });
});

test('copying takes every file, and nothing that is no file', async () => {
  const folder = await makeFolder();
  const source = await createWorkspace(join(folder.path, 'a'));
  const target = await createWorkspace(join(folder.path, 'b'));
  await source.write('paper.md', 'p');
  await source.write('images/a.png', 'png');
  await source.copyTo(target);
  expect(diff(await source.snapshot(), await target.snapshot())).toEqual([]);
  await folder.clear();
});

test('files left by a writer that was killed are not shown', async () => {
  await withWorkspace(async (workspace) => {
    await writeFile(join(workspace.root, '.paperagent-tmp-1'), 'half');
    expect((await workspace.list()).entries.map((entry) => entry.path)).not.toContain('.paperagent-tmp-1');
    expect((await workspace.snapshot()).size).toBe(0);
  });
});

testWith('root')(
  'S2: what root writes belongs to the workspace owner, and files of others are read',
  async () => {
    const folder = await makeFolder();
    const workspace = await createWorkspace(join(folder.path, 'w'), { uid: 65_532, gid: 65_532 });
    await workspace.write('data/deep/a', 'x');
    for (const path of ['', 'code', 'images', 'attachments', 'data', 'data/deep', 'data/deep/a']) {
      const { uid, gid } = await stat(join(workspace.root, path));
      expect([path, uid, gid]).toEqual([path, 65_532, 65_532]);
    }
    await writeFile(join(workspace.root, 'theirs'), 'x', { mode: 0o600 });
    await chown(join(workspace.root, 'theirs'), 1_234, 1_234);
    expect((await openWorkspace(workspace.root).read('theirs')).toString()).toBe('x');
    await folder.clear();
  },
);

test('nothing stays open: 3,000 calls, failing ones among them, end with as many descriptors as before', async () => {
  await withWorkspace(async (workspace) => {
    const open = async () => (await readdir('/proc/self/fd')).length;
    await workspace.write('a/f', 'x');
    const before = await open();
    for (let n = 0; n < 500; n += 1) {
      await workspace.read('a/f');
      await workspace.read('a/none').catch(() => undefined);
      await workspace.read('a').catch(() => undefined);
      await workspace.list();
      await workspace.write('a/f', 'y', { ifMatch: 'wrong' }).catch(() => undefined);
      await workspace.write('a/f/g', 'y').catch(() => undefined);
    }
    expect(await open()).toBeLessThanOrEqual(before + 2);
  });
});

test('W11: what is uploaded again, because nobody knew that it had arrived, is the same file', async () => {
  const folder = await makeFolder();
  try {
    const workspace = await createWorkspace(join(folder.path, 'again'));
    const upload = async (text: string) =>
      (await workspace.write('data.csv', text, { besideOthers: true })).path;
    expect(await upload('first')).toBe('data.csv');
    expect(await upload('first')).toBe('data.csv');
    expect(await upload('other')).toBe('data (2).csv');
    expect(await upload('other')).toBe('data (2).csv');
    expect(await upload('first')).toBe('data.csv');
    await workspace.write('data.csv', 'edited');
    expect(await upload('first')).toBe('data (3).csv');
    const names = (await readdir(workspace.root)).filter((name) => name.endsWith('.csv'));
    expect(names.toSorted()).toEqual(['data (2).csv', 'data (3).csv', 'data.csv']);
  } finally {
    await folder.clear();
  }
});

test('W11: a file written beside others takes no place of theirs, whoever writes at the same time', async () => {
  const folder = await makeFolder();
  try {
    const workspace = await createWorkspace(join(folder.path, 'beside'));
    await workspace.write('a/data.csv', 'first');
    await mkdir(join(workspace.root, 'a', 'data (2).csv'));
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, n) => workspace.write('a/data.csv', `${n}`, { besideOthers: true })),
    );
    const names = written.map((one) => one.path);
    expect(names.toSorted()).toEqual(Array.from({ length: 8 }, (_, n) => `a/data (${n + 3}).csv`).toSorted());
    for (const [n, name] of names.entries()) expect((await workspace.read(name)).toString()).toBe(`${n}`);
    expect((await workspace.read('a/data.csv')).toString()).toBe('first');
    expect(await workspace.write('a/no ending', 'x', { besideOthers: true })).toMatchObject({
      path: 'a/no ending',
      change: 'added',
    });
    // Nothing half written is left.
    expect(await readdir(join(workspace.root, 'a'))).toHaveLength(11);
  } finally {
    await folder.clear();
  }
});
