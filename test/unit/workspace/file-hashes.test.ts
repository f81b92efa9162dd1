/** Hashes that many readers of one process share (SR-M7). */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFileHashes } from '../../../src/workspace/file-hashes.ts';
import type { OpenFile } from '../../../src/workspace/regular-file.ts';

const LARGE = 3 * 1024 ** 2 + 1;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'paperagent-hashes-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The file as if it had last been changed so many milliseconds ago. */
async function opened(name: string, agoMs: number): Promise<OpenFile> {
  const handle = await open(path.join(folder, name));
  const stats = await handle.stat({ bigint: true });
  stats.ctimeNs = BigInt(Date.now() - agoMs) * 1_000_000n;
  return { handle, stats };
}

test('SR-M7: a large file is hashed in the thread, and what cannot be read fails only for who asked', async () => {
  const content = Buffer.alloc(LARGE, 'paper');
  await writeFile(path.join(folder, 'large'), content);
  const hashOf = createFileHashes().for('ada');
  const closed = await opened('large', 5_000);
  await closed.handle.close();
  await expect(hashOf({ ...closed, stats: Object.assign(closed.stats, { ino: 0n }) })).rejects.toThrow();
  const file = await opened('large', 5_000);
  expect(await hashOf(file)).toBe(createHash('sha256').update(content).digest('hex'));
  await file.handle.close();
});

test('SR-M7: what many ask for at once is read once, and not again while it stays as it is', async () => {
  await truncate(path.join(folder, 'large'), LARGE);
  const read: bigint[] = [];
  const hashes = createFileHashes(async (_person, { stats }) => {
    read.push(stats.ctimeNs);
    return `hash of ${stats.ctimeNs}`;
  });
  const file = await opened('large', 5_000);
  const ask = () => hashes.for('ada')(file);
  const first = await Promise.all(Array.from({ length: 50 }, ask));
  expect(new Set([...first, await ask(), await hashes.for('bob')(file)]).size).toBe(1);
  expect(read).toHaveLength(1);
  file.stats.ctimeNs += 1n;
  expect(await ask()).not.toBe(first[0]);
  expect(read).toHaveLength(2);
  await file.handle.close();
});

test('SR-M7: a file that was changed just now is read again, for it may change without its times telling', async () => {
  let reads = 0;
  const hashes = createFileHashes(async () => {
    reads += 1;
    return String(reads);
  });
  const file = await opened('large', 0);
  expect([await hashes.for('ada')(file), await hashes.for('ada')(file)]).toEqual(['1', '2']);
  await file.handle.close();
});

test('SR-M7: people take turns at the thread', async () => {
  await writeFile(path.join(folder, 'large'), Buffer.alloc(LARGE));
  const hashes = createFileHashes();
  const file = await opened('large', 5_000);
  const done: string[] = [];
  const ask = async (person: string, state: bigint) => {
    const stats = Object.assign(Object.create(Object.getPrototypeOf(file.stats)), file.stats, { ino: state });
    await hashes.for(person)({ ...file, stats });
    done.push(person);
  };
  await Promise.all([...[1n, 2n, 3n, 4n].map((state) => ask('many', state)), ask('one', 9n)]);
  expect(done.indexOf('one')).toBeLessThan(3);
  await file.handle.close();
});
