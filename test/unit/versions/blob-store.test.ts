/** Where the bytes of old versions lie (T4). */
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openBlob, removeBlobs, storeBlob, sweepBlobs } from '../../../src/versions/blob-store.ts';
import { createPacking } from '../../../src/versions/packs.ts';
import { syncFolders } from '../../../src/versions/store-files.ts';
import { createWorkspace } from '../../../src/workspace/create-workspace.ts';
import type { OpenFile } from '../../../src/workspace/regular-file.ts';
import type { Workspace } from '../../../src/workspace/workspace.ts';
import { makeFolder } from '../workspace/folder.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
let workspace: Workspace;
let store: string;
beforeAll(async () => {
  folder = await makeFolder();
  workspace = await createWorkspace(join(folder.path, 'work'));
  store = join(folder.path, 'history', 'work');
});
afterAll(() => folder.clear());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const keep = (path: string) => workspace.withFile(path, (file) => storeBlob(store, file));
const filesIn = async (place: string) =>
  (await readdir(place, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

test.each([
  ['nothing', Buffer.alloc(0), 'plain'],
  ['text', Buffer.from('a line of a paper\n'.repeat(1_000)), 'zstd'],
  ['what is compressed already', randomBytes(100_000), 'plain'],
  ['large text', Buffer.from('0123456789abcdef'.repeat(400_000)), 'zstd'],
  ['a large picture', randomBytes(6 * 1024 ** 2), 'plain'],
])('T4: %s is kept and given again byte for byte', async (_what, bytes, encoding) => {
  await workspace.write('data/file', bytes);
  const blob = await keep('data/file');
  expect(blob).toMatchObject({ sha256: sha256(bytes), size: bytes.length, encoding });
  if (blob === null) return;
  expect(blob.stored).toBeLessThanOrEqual(bytes.length);
  expect((await buffer(await openBlob(store, blob))).equals(bytes)).toBe(true);
});

test('T4: a file that changes while it is copied is not kept, and leaves nothing', async () => {
  await workspace.write('data/growing', 'a'.repeat(1_000));
  const before = (await filesIn(store)).length;
  const blob = await workspace.withFile('data/growing', async (file: OpenFile) => {
    await appendFile(join(workspace.root, 'data/growing'), 'more');
    return await storeBlob(store, file);
  });
  expect(blob).toBeNull();
  expect(await filesIn(store)).toHaveLength(before);
});

test('T4: kept bytes that were changed on the disk are not given as if they were the old ones', async () => {
  await workspace.write('data/file', 'kept');
  const blob = await keep('data/file');
  if (blob === null) throw new Error('not kept');
  await writeFile(join(store, blob.sha256.slice(0, 2), `${blob.sha256}.${blob.file}`), 'lost');
  await expect(buffer(await openBlob(store, blob))).rejects.toThrow('changed on the disk');
  await removeBlobs(store, [blob, blob]);
  await expect(openBlob(store, blob)).rejects.toThrow('are gone');
});

test('T4: what a killed writer left is cleared up after an hour, and nothing that a row names', async () => {
  await workspace.write('data/file', 'named by a row');
  const named = await keep('data/file');
  await workspace.write('data/file', 'named by none');
  const unnamed = await keep('data/file');
  if (named === null || unnamed === null) throw new Error('not kept');
  const begun = join(store, 'begun.tmp');
  await writeFile(begun, 'half');
  const noRow = async (files: string[]) => new Set(files.filter((file) => file !== named.file));
  expect(await sweepBlobs(store, noRow)).toBe(0);
  const later = Date.now() + 2 * 3_600_000;
  expect(await sweepBlobs(store, noRow, later)).toBeGreaterThanOrEqual(2);
  expect((await filesIn(store)).map(({ name }) => name)).toEqual([`${named.sha256}.${named.file}`]);
  expect((await buffer(await openBlob(store, named))).toString()).toBe('named by a row');
});

const pack = (packing: ReturnType<typeof createPacking>, path: string) =>
  workspace.withFile(path, (file) => packing.take(file));

test('T4: small contents lie in one file, each is given again byte for byte, and what changed meanwhile is not among them', async () => {
  const packed = join(folder.path, 'history', 'packed');
  const packing = createPacking(packed, async () => true);
  const contents = [
    Buffer.alloc(0),
    Buffer.from('line\n'.repeat(900)),
    randomBytes(20_000),
    Buffer.from('x'),
  ];
  const blobs = [];
  for (const bytes of contents) {
    await workspace.write('data/file', bytes);
    blobs.push(await pack(packing, 'data/file'));
  }
  const changed = await workspace.withFile('data/file', async (file) => {
    await appendFile(join(workspace.root, 'data/file'), 'more');
    return await packing.take(file);
  });
  expect(changed).toBeNull();
  expect(await packing.end()).toEqual(new Set());
  const whole = blobs.flatMap((blob) => (blob === null ? [] : [blob]));
  await syncFolders(packed, whole);
  expect(await filesIn(packed)).toHaveLength(1);
  expect(new Set(whole.map(({ file }) => file)).size).toBe(1);
  const [empty, text] = whole.map(({ encoding }) => encoding);
  expect([empty, text]).toEqual(['plain', 'zstd']);
  for (const [index, blob] of whole.entries())
    expect((await buffer(await openBlob(packed, blob))).equals(contents[index] as Buffer)).toBe(true);

  const [{ name = '', parentPath = '' } = {}] = await filesIn(packed);
  await writeFile(join(parentPath, name), Buffer.alloc(30_000));
  for (const blob of whole.slice(1))
    await expect(buffer(await openBlob(packed, blob))).rejects.toThrow(/cannot be read|changed on the disk/);
  const noRow = async (files: string[]) => new Set(files);
  expect(await sweepBlobs(packed, noRow, Date.now() + 2 * 3_600_000)).toBe(1);
});

test('T4: what is packed is written as it grows, never held whole; packs without room are told, and leave nothing', async () => {
  const packed = join(folder.path, 'history', 'grown');
  let room = 6 * 1024 ** 2;
  const packing = createPacking(packed, async (bytes) => {
    room -= bytes;
    return room >= 0;
  });
  const blobs = [];
  for (let file = 0; file < 400; file += 1) {
    await workspace.write('data/file', randomBytes(30_000));
    blobs.push(await pack(packing, 'data/file'));
  }
  const lost = await packing.end();
  const files = new Set(blobs.map((blob) => blob?.file ?? ''));
  expect([files.size, lost.size]).toEqual([3, 2]);
  expect(await filesIn(packed)).toHaveLength(1);
});
