/** What a Work's history has at most (T4): it is thinned out, says what had no room, and its disk is what it is said to be. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { differencesBetween, filesOf, listSnapshots } from '../../src/db/old-files.ts';
import { findRestore, orderRestore } from '../../src/db/restores.ts';
import { findBlobs } from '../../src/db/versions.ts';
import type { SnapshotReason } from '../../src/domain/versions.ts';
import { measureWork } from '../../src/room/room.ts';
import { unlessMissing } from '../../src/system-error.ts';
import { openBlob } from '../../src/versions/blob-store.ts';
import { finishRestore } from '../../src/versions/restore.ts';
import { historyFolder } from '../../src/versions/store-files.ts';
import { keepAll, keepFiles, type Place } from '../../src/versions/versions.ts';
import { createWorkspace } from '../../src/workspace/create-workspace.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addPastRuns } from '../support/past-runs.ts';
import { makeWork } from '../support/works.ts';

const KIB = 1024;
const FILE_BYTES = 10 * KIB;
const UNBOUND = { account: undefined, guest: undefined };

let database: TestDatabase;
let db: Database;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'paperagent-limits-'));
  database = await createTestDatabase();
  db = openDatabase(database.url, { name: 'test', max: 4, onIdleError: () => {} });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
  await rm(dataDir, { recursive: true });
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A Work without files, whose history has these bounds. */
async function begin(limits: Place['limits'], shares: Place['shares'] = UNBOUND) {
  const { workId, ownerId } = await makeWork(db);
  const workspace = await createWorkspace(path.join(dataDir, 'workspaces', workId));
  const place: Place = { db, dataDir, workId, workspace, shares, ...(limits ? { limits } : {}) };
  let turn = 0;
  return {
    place,
    workId,
    ownerId,
    /** Writes bytes that do not compress, and keeps them; gives their hash. */
    async save(file: string, reason: SnapshotReason = 'person', bytes = FILE_BYTES): Promise<string> {
      const content = randomBytes(bytes);
      await workspace.write(file, content);
      if (reason === 'turn') {
        turn += 1;
        await keepAll(place, { reason, turn });
      } else await keepFiles(place, { reason }, [file]);
      return sha256(content);
    },
    snapshots: async () => (await listSnapshots(db, workId, { limit: 1_000 })).items,
    /** What its history is said to take, and what it takes. */
    async taken(): Promise<{ said: number; found: number; files: number }> {
      const { history_bytes: said } = await db
        .selectFrom('works')
        .select('history_bytes')
        .where('id', '=', workId)
        .executeTakeFirstOrThrow();
      const folder = historyFolder(dataDir, workId);
      const entries = (await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
      const files = entries.filter((entry) => entry.isFile());
      const sizes = await Promise.all(
        files.map(async ({ parentPath, name }) => (await stat(path.join(parentPath, name))).size),
      );
      const found = sizes.reduce((total, size) => total + size, 0);
      return { said: Number(said), found, files: files.length };
    },
    /** The bytes of every snapshot that is listed, as they are given back. */
    async expectWhole(): Promise<void> {
      for (const { id } of await this.snapshots())
        for (const { sha256: hash, blob } of await filesOf(db, workId, id)) {
          if (blob === null) throw new Error(`${hash} is not kept`);
          const stream = await openBlob(historyFolder(dataDir, workId), { sha256: hash, ...blob });
          expect(sha256(await buffer(stream))).toBe(hash);
        }
    },
  };
}

test('T4: a history never takes more than its bound; what lies between turns goes first, the oldest first, and no more than must', async () => {
  const bytes = 12 * FILE_BYTES;
  const work = await begin({ bytes, snapshots: 1_000 });
  for (let round = 0; round < 6; round += 1) {
    await work.save('a.bin', 'turn');
    for (let save = 0; save < 4; save += 1) {
      await work.save('a.bin');
      const { said, found } = await work.taken();
      expect(said).toBeLessThanOrEqual(bytes);
      expect(found).toBe(said);
    }
  }
  const left = (await work.snapshots()).map(({ reason }) => reason);
  // Of 30 versions of 10 KiB twelve have room: all six of the turns, and the newest of those between.
  expect(left.filter((reason) => reason === 'turn')).toHaveLength(6);
  expect(left.length).toBeGreaterThanOrEqual(10);
  expect(left.slice(0, 4)).toEqual(Array(4).fill('person'));
  await work.expectWhole();
  // Then those of turns, the oldest first; the newest always stays.
  for (let turn = 0; turn < 14; turn += 1) await work.save('a.bin', 'turn');
  const turns = (await work.snapshots()).map((snapshot) => snapshot.turn);
  expect(turns.length).toBeGreaterThanOrEqual(9);
  expect(turns).toEqual(Array.from({ length: turns.length }, (_, index) => 20 - index));
  await work.expectWhole();
});

test('T4: there are so many snapshots at most', async () => {
  const work = await begin({ bytes: 1_000 * FILE_BYTES, snapshots: 8 });
  for (let save = 0; save < 40; save += 1) await work.save('a.bin', 'person', KIB);
  expect(await work.snapshots()).toHaveLength(8);
  await work.expectWhole();
  expect(await work.taken()).toMatchObject({ said: 8 * KIB, found: 8 * KIB });
});

test('T4: what the newest good run of a script read or wrote is thinned out last of all: the paper leads to it', async () => {
  const work = await begin({ bytes: 6 * FILE_BYTES, snapshots: 4 });
  const read = await work.save('data.csv', 'run');
  const before = await work.save('out.csv', 'run');
  await addPastRuns(db, work.workId, [
    { filename: 'a.py', code: '1', output: '' },
    { filename: 'a.py', code: '2', output: '' },
  ]);
  const files = (...hashes: string[]) => JSON.stringify(hashes.map((hash) => ({ path: 'x', sha256: hash })));
  const runs = db.updateTable('runs').where('work_id', '=', work.workId);
  await runs
    .set({ writes: files(before) })
    .where('number', '=', 1)
    .execute();
  await runs
    .set({ reads: files(read) })
    .where('number', '=', 2)
    .execute();
  for (let save = 0; save < 12; save += 1) {
    await work.save('data.csv');
    await work.save('out.csv');
  }
  const kept = async (hash: string) => (await findBlobs(db, work.workId, [hash])).length;
  expect([await kept(read), await kept(before)]).toEqual([1, 0]);
  await work.expectWhole();
  const { said, found } = await work.taken();
  expect(found).toBe(said);
});

test('T4: small files that were kept at one time take one file of the store, until none of them is needed', async () => {
  const work = await begin({ bytes: 1_000 * KIB, snapshots: 3 });
  const { workspace } = work.place;
  const names = Array.from({ length: 40 }, (_, index) => `small/${index}.bin`);
  for (const name of names) await workspace.write(name, randomBytes(KIB));
  await keepAll(work.place, { reason: 'person' });
  expect(await work.taken()).toEqual({ said: 40 * KIB, found: 40 * KIB, files: 1 });
  await work.expectWhole();
  // One of them stays as it is: its file stays whole, and counts whole.
  for (let save = 0; save < 6; save += 1) {
    for (const name of names.slice(1)) await workspace.write(name, randomBytes(KIB));
    await keepAll(work.place, { reason: 'person' });
    await work.expectWhole();
  }
  expect(await work.taken()).toEqual({ said: (40 + 3 * 39) * KIB, found: (40 + 3 * 39) * KIB, files: 4 });
  for (let save = 0; save < 4; save += 1) await work.save(names[0] ?? '', 'person', KIB);
  expect((await work.taken()).files).toBe(4);
  await work.expectWhole();
});

test('T4: of small files that have no room together none is kept, and of the same content there is one', async () => {
  const work = await begin({ bytes: 10 * KIB, snapshots: 1_000 });
  const { workspace } = work.place;
  for (let file = 0; file < 20; file += 1) await workspace.write(`${file}.bin`, randomBytes(KIB));
  await keepAll(work.place, { reason: 'person' });
  expect(await work.taken()).toEqual({ said: 0, found: 0, files: 0 });
  const [newest] = await work.snapshots();
  const skipped = (await filesOf(db, work.workId, newest?.id ?? '')).map((file) => file.skipped);
  expect(skipped).toEqual(Array(20).fill('no_room'));
  const other = await begin({ bytes: 10 * KIB, snapshots: 1_000 });
  const bytes = randomBytes(KIB);
  for (let file = 0; file < 20; file += 1) await other.place.workspace.write(`${file}.bin`, bytes);
  await keepAll(other.place, { reason: 'person' });
  expect(await other.taken()).toMatchObject({ said: KIB, files: 1 });
  await other.expectWhole();
});

test('T9: that a person changed a file is known after the snapshot of that has been thinned out', async () => {
  const work = await begin({ bytes: 1_000 * KIB, snapshots: 3 });
  await work.save('mine.bin', 'turn', KIB);
  await work.save('mine.bin', 'person', KIB);
  for (let turn = 0; turn < 2; turn += 1) await work.save('theirs.bin', 'turn', KIB);
  const all = await work.snapshots();
  expect(all.map(({ reason }) => reason)).toEqual(['turn', 'turn', 'turn']);
  const [from, to] = [all.at(-1)?.id ?? '', all[0]?.id ?? ''];
  const changes = await differencesBetween(db, work.workId, { from, to });
  expect(changes.map(({ path: file, byPerson }) => [file, byPerson])).toEqual([
    ['mine.bin', true],
    ['theirs.bin', false],
  ]);
});

test('T4: a file that has no room in the history is known by its hash, said to have none, and leaves nothing on the disk', async () => {
  const work = await begin({ bytes: 2 * FILE_BYTES, snapshots: 1_000 });
  const small = await work.save('small.bin', 'person', KIB);
  const large = await work.save('large.bin', 'person', 3 * FILE_BYTES);
  const [newest] = await work.snapshots();
  const files = await filesOf(db, work.workId, newest?.id ?? '');
  expect(files.map(({ path: file, sha256: hash, blob }) => [file, hash, blob !== null])).toEqual([
    ['large.bin', large, false],
    ['small.bin', small, true],
  ]);
  const { items } = await listSnapshots(db, work.workId, { limit: 1, path: 'large.bin' });
  expect(items).toMatchObject([{ sha256: large, skipped: 'no_room' }]);
  expect(await work.taken()).toEqual({ said: KIB, found: KIB, files: 1 });
});

test('T4: of what a person has left, the history takes no more than half', async () => {
  const work = await begin(undefined, { account: undefined, guest: 40 * KIB });
  await work.save('a.bin', 'person', 30 * KIB);
  expect(await work.taken()).toMatchObject({ said: 0 });
  await work.save('b.bin', 'person', 15 * KIB);
  expect(await work.taken()).toMatchObject({ said: 15 * KIB, found: 15 * KIB });
  // What is kept counts: of the 25 KiB that are left, half is less than this, and more than the next.
  await work.save('c.bin', 'person', 13 * KIB);
  expect(await work.taken()).toMatchObject({ said: 15 * KIB, found: 15 * KIB });
  await work.save('d.bin', 'person', 12 * KIB);
  expect(await work.taken()).toMatchObject({ said: 27 * KIB, found: 27 * KIB });
});

test('T10: a restore without room says so and fails, what is there stays, and it can be ordered again once there is room', async () => {
  const work = await begin(undefined, { account: undefined, guest: 400 * KIB });
  const { workId, place } = work;
  const old = await work.save('a.bin', 'turn', 60 * KIB);
  const [target] = await work.snapshots();
  await place.workspace.remove('a.bin');
  await place.workspace.write('b.bin', randomBytes(330 * KIB));
  await measureWork(place);
  const bringBack = async () => {
    const id = randomUUID();
    const wish = { ownerId: work.ownerId, workId, id, snapshot: target?.id ?? '', paths: ['a.bin'] };
    expect(await orderRestore(db, wish)).toEqual({ kind: 'ordered', id });
    return { id, done: await finishRestore(place, id).catch((error: unknown) => error) };
  };
  const refused = await bringBack();
  expect(refused.done).toMatchObject({ code: 'no_room' });
  expect(await findRestore(db, workId, refused.id)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('no room'),
  });
  await expect(place.workspace.stat('a.bin')).rejects.toThrow();
  expect((await place.workspace.stat('b.bin')).size).toBe(330 * KIB);
  await place.workspace.remove('b.bin');
  await measureWork(place);
  expect((await bringBack()).done).toMatchObject({ files: 1, left: [] });
  expect(await place.workspace.hash('a.bin')).toBe(old);
});
