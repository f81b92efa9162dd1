/** A Work's 1 GiB under uploads that go on at once, to several apis (SR-M1). */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { reserveRoom, roomNow } from '../../src/db/room.ts';
import { WORKSPACE_BYTES } from '../../src/domain/workspace-limits.ts';
import { workspaceFolder } from '../../src/workspace/create-workspace.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;
const MOST = { bytes: 4 * WORKSPACE_BYTES, entries: 10_000 };

let api: TestApi;
let other: string;
let token: string;

beforeAll(async () => {
  api = await startTestApi();
  other = (await api.startAnother()).url;
  token = (await api.guest()).accessToken;
});
afterAll(() => api.close());

async function put(
  url: string,
  workId: string,
  file: string,
  body: Blob | ReadableStream | string,
  headers = {},
) {
  const response = await fetch(`${url}/api/works/${workId}/files/${file}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
  const answer = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: answer.error?.code };
}

const FULL = { status: 507, code: 'storage_full' };
const STORED = { status: 201, code: undefined };

const used = async (workId: string) =>
  (await openWorkspace(workspaceFolder(api.dataDir, workId)).usage(MOST)).bytes;

const living = async (workId: string) => (await roomNow(api.db, workId)).ids.length;

/** Leaves a Work so many bytes, by a file that takes no room on the disk of whoever runs this. */
async function leave(workId: string, left: number, file = 'data.bin') {
  const bytes = WORKSPACE_BYTES - left - (await used(workId));
  const handle = await open(path.join(workspaceFolder(api.dataDir, workId), file), 'w');
  await handle.truncate(bytes);
  await handle.close();
}

/** A body that is sent as far as the test lets it. */
function heldBody() {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      control = controller;
    },
  });
  return {
    body,
    send: (bytes: number) => control?.enqueue(new Uint8Array(bytes)),
    end: () => control?.close(),
    breakOff: () => control?.error(new Error('broken off')),
  };
}

test('SR-M1: of 40 uploads of 4 MiB at once, to two apis, as many are stored as a Work has room for', async () => {
  const workId = await api.newWork(token);
  await leave(workId, 83 * MIB);
  const body = new Blob([new Uint8Array(4 * MIB)]);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => put(n % 2 ? api.url : other, workId, `data-${n}.bin`, body)),
  );
  const stored = answers.filter(({ status }) => status === 201);
  expect(stored).toHaveLength(20);
  expect(answers.filter(({ status }) => status !== 201)).toEqual(Array(20).fill(FULL));
  expect(await used(workId)).toBeLessThanOrEqual(WORKSPACE_BYTES);
  expect(await living(workId)).toBe(0);
});

test('SR-M1: many small uploads at once all find room, whether or not they say how long they are', async () => {
  const workId = await api.newWork(token);
  const form = (n: number) => {
    const data = new FormData();
    data.append('file', new Blob(['x'.repeat(1_000)]), `form-${n}.txt`);
    return fetch(`${api.url}/api/works/${workId}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: data,
    });
  };
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n) =>
      n % 2 ? (await form(n)).status : (await put(other, workId, `${n}.txt`, n % 4 ? 'x' : '')).status,
    ),
  );
  expect(new Set(answers)).toEqual(new Set([201]));
});

test('SR-M1: what a run adds while an upload goes on is seen as the upload would take its place', async () => {
  const workId = await api.newWork(token);
  const before = await used(workId);
  const held = heldBody();
  const answer = put(api.url, workId, 'late.bin', held.body);
  held.send(MIB);
  await until(async () => (await used(workId)) === before + MIB, 'the upload is on the disk');
  await leave(workId, 1_000 - MIB, 'from-a-run.bin');
  held.end();
  expect(await answer).toEqual(FULL);
  expect(await used(workId)).toBeLessThanOrEqual(WORKSPACE_BYTES);
  expect(await living(workId)).toBe(0);
});

test('SR-M1: an upload that breaks off gives its room back, and one whose api died does by its time', async () => {
  const workId = await api.newWork(token);
  await leave(workId, 65 * MIB);
  const held = heldBody();
  const broken = put(api.url, workId, 'a.bin', held.body);
  held.send(MIB);
  await until(async () => (await living(workId)) === 1, 'the upload has begun');
  const body = new Blob([new Uint8Array(30 * MIB)]);
  expect(await put(other, workId, 'b.bin', body)).toEqual(FULL);
  held.breakOff();
  await expect(broken).rejects.toThrow();
  await until(async () => (await living(workId)) === 0, 'the room is given back');
  expect(await put(other, workId, 'b.bin', body)).toEqual(STORED);

  const since = await roomNow(api.db, workId);
  const dead = { workId, id: randomUUID(), bytes: 20 * MIB, least: 0, measured: 0, replaced: 0, since };
  const asked = { ...dead, kind: 'file' as const, limit: WORKSPACE_BYTES, lifetimeMs: 600_000 };
  const unbounded = { account: undefined, guest: undefined };
  expect(await reserveRoom(api.db, asked, unbounded)).toMatchObject({ kind: 'reserved', bytes: 20 * MIB });
  expect(await put(other, workId, 'c.bin', body)).toEqual(FULL);
  await sql`update upload_room set expires_at = now() - interval '1 second' where id = ${dead.id}`.execute(
    api.db,
  );
  expect(await put(other, workId, 'c.bin', body)).toEqual(STORED);
});

test('SR-M1: a full Work takes one new state of a file at a time, and none of them doubles what it holds', async () => {
  const workId = await api.newWork(token);
  await leave(workId, 40 * MIB);
  expect(await put(api.url, workId, 'full.bin', new Blob([new Uint8Array(40 * MIB)]))).toEqual(STORED);
  const held = heldBody();
  const first = put(api.url, workId, 'full.bin', held.body);
  held.send(MIB);
  await until(async () => (await living(workId)) === 1, 'the upload has begun');
  expect(await put(other, workId, 'full.bin', new Blob([new Uint8Array(20 * MIB)]))).toEqual(FULL);
  held.end();
  expect((await first).status).toBe(200);
  expect(statSync(path.join(workspaceFolder(api.dataDir, workId), 'full.bin')).size).toBe(MIB);
  expect((await put(other, workId, 'full.bin', new Blob([new Uint8Array(20 * MIB)]))).status).toBe(200);
});
