/** The disk that all Works of a person take together, and all of the guests of a network (SR-M1, SR-M10). */
import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { diskSharesOf, releaseRoom, roomNow, worksToMeasure } from '../../src/db/room.ts';
import { WORKSPACE_BYTES } from '../../src/domain/workspace-limits.ts';
import type { Session } from '../../src/protocol/auth.ts';
import { measureWork, releaseRunRoom, reserveRunRoom, withFileRoom } from '../../src/room/room.ts';
import { workspaceFolder } from '../../src/workspace/create-workspace.ts';
import { openWorkspace } from '../../src/workspace/workspace.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;
const ALL = { works: 1_000, schedules: 0, turnsAtOnce: undefined, tokensPerDay: undefined };
/** 20 MiB of files, and what the papers of a test's Works take. */
const GUEST_BYTES = 20.5 * MIB;

let api: TestApi;
let other: string;

beforeAll(async () => {
  const quotas = { account: { ...ALL, diskBytes: 60 * MIB }, guest: { ...ALL, diskBytes: GUEST_BYTES } };
  api = await startTestApi({ quotas });
  other = (await api.startAnother()).url;
});
afterAll(() => api.close());

/** A guest whose network no other guest of these tests is of. */
async function loneGuest(network: string = randomUUID()): Promise<Session> {
  const guest = await api.guest();
  await sql`update users set network = ${network} where id = ${guest.user.id}::uuid`.execute(api.db);
  return guest;
}

async function put(url: string, { accessToken }: Session, workId: string, file: string, bytes: number) {
  const response = await fetch(`${url}/api/works/${workId}/files/${file}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${accessToken}` },
    body: new Uint8Array(bytes),
  });
  const answer = (await response.json()) as { error?: { code: string; message: string } };
  return { status: response.status, ...answer.error };
}

const FULL = {
  status: 507,
  code: 'storage_full',
  message:
    'There is no room for this: the files of all Works of a person may have 20.5 MiB together. Delete files or Works that are no longer needed.',
};

const newWorks = (guest: Session, count: number) =>
  Promise.all(Array.from({ length: count }, () => api.newWork(guest.accessToken)));

const placeOf = (workId: string) => ({
  ...{ db: api.db, workId, workspace: openWorkspace(workspaceFolder(api.dataDir, workId)) },
  shares: diskSharesOf(api.config.quotas),
});

test('SR-M1, SR-M10: of 12 files of 5 MiB sent to 12 Works at once, by two apis, as many are stored as their person may have', async () => {
  const guest = await loneGuest();
  const works = await newWorks(guest, 12);
  const answers = await Promise.all(
    works.map((workId, n) => put(n % 2 ? api.url : other, guest, workId, 'data.bin', 5 * MIB)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
  expect(answers.filter(({ status }) => status !== 201)).toEqual(Array(8).fill(FULL));
}, 120_000);

test('SR-M10: what is deleted, a file or a Work, makes room; what takes the place of a file counts for what it adds', async () => {
  const guest = await loneGuest();
  const [a = '', b = '', c = ''] = await newWorks(guest, 3);
  expect((await put(api.url, guest, a, 'a.bin', 10 * MIB)).status).toBe(201);
  expect((await put(api.url, guest, b, 'b.bin', 10 * MIB)).status).toBe(201);
  expect(await put(api.url, guest, c, 'c.bin', 5 * MIB)).toEqual(FULL);
  expect((await put(api.url, guest, a, 'a.bin', 10 * MIB)).status).toBe(200);
  const removed = await api.request(guest.accessToken, 'DELETE', `/api/works/${a}/files/a.bin`);
  expect(removed.status).toBe(204);
  expect((await put(api.url, guest, c, 'c.bin', 10 * MIB)).status).toBe(201);
  expect(await put(api.url, guest, a, 'a.bin', 5 * MIB)).toEqual(FULL);
  expect((await api.request(guest.accessToken, 'DELETE', `/api/works/${b}`)).status).toBe(204);
  await until(
    async () => (await put(api.url, guest, a, 'a.bin', 5 * MIB)).status === 201,
    'the deleted Work made room',
  );
}, 120_000);

test('SR-M10: a file whose length nobody said is stored as far as the person has room, and refused beyond', async () => {
  const guest = await loneGuest();
  const [workId = ''] = await newWorks(guest, 1);
  const body = new ReadableStream<Uint8Array>({
    pull(control) {
      control.enqueue(new Uint8Array(MIB));
    },
  });
  const response = await fetch(`${api.url}/api/works/${workId}/files/endless.bin`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${guest.accessToken}` },
    body,
    duplex: 'half',
  } as RequestInit);
  expect({ status: response.status, ...((await response.json()) as { error: object }).error }).toEqual(FULL);
  expect((await put(api.url, guest, workId, 'data.bin', 20 * MIB)).status).toBe(201);
}, 60_000);

test('SR-M10: a copy of a Work takes its person’s room, is refused where there is none, and leaves nothing', async () => {
  const guest = await loneGuest();
  const [workId = ''] = await newWorks(guest, 1);
  expect((await put(api.url, guest, workId, 'data.bin', 7 * MIB)).status).toBe(201);
  const copy = () => api.request(guest.accessToken, 'POST', `/api/works/${workId}/duplicate`);
  const answers = await Promise.all([copy(), copy(), copy()]);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 507)).toHaveLength(2);
  expect(await put(api.url, guest, workId, 'more.bin', 8 * MIB)).toEqual(FULL);
  expect((await put(api.url, guest, workId, 'more.bin', 6 * MIB)).status).toBe(201);
}, 60_000);

test('SR-M10: the guests of one network have five guests’ disk together, and an account has its own', async () => {
  const network = randomUUID();
  const guests = await Promise.all(Array.from({ length: 6 }, () => loneGuest(network)));
  const answers = await Promise.all(
    guests.map(async (guest) => put(api.url, guest, (await newWorks(guest, 1))[0] ?? '', 'a.bin', 20 * MIB)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(answers.find(({ status }) => status === 507)?.message).toMatch(
    /all guests of a network may have 102\.5 MiB together\. Make an account/,
  );
  const account = await api.register();
  const [workId = ''] = await newWorks(account, 1);
  expect((await put(api.url, account, workId, 'a.bin', 40 * MIB)).status).toBe(201);
}, 120_000);

test('SR-M1, S6: runs that begin at once reserve half of what is left each, and what they left is counted at their end', async () => {
  const guest = await loneGuest();
  const works = await newWorks(guest, 3);
  const run = { toolCallId: randomUUID(), bytes: 1_000, lifetimeMs: 600_000 };
  const calls = works.map((workId) => ({ ...run, workId, toolCallId: randomUUID() as string }));
  const given = await Promise.all(calls.map((call) => reserveRunRoom(placeOf(call.workId), call)));
  const sorted = given.map((bytes) => Math.round(bytes / MIB)).sort((a, b) => b - a);
  expect(sorted).toEqual([10, 5, 3]);
  // One that asks again has one reservation, not two.
  const [first] = calls as [(typeof calls)[0]];
  expect(await reserveRunRoom(placeOf(first.workId), first)).toBeLessThanOrEqual(given[0] ?? 0);
  expect(await put(api.url, guest, first.workId, 'a.bin', 8 * MIB)).toEqual(FULL);

  await openWorkspace(workspaceFolder(api.dataDir, first.workId)).write('left.bin', Buffer.alloc(2 * MIB));
  for (const { workId, toolCallId } of calls) await releaseRunRoom(placeOf(workId), toolCallId);
  expect((await put(api.url, guest, first.workId, 'a.bin', 17 * MIB)).status).toBe(201);
  expect((await put(api.url, guest, first.workId, 'b.bin', 2 * MIB)).code).toBe('storage_full');
  await expect(reserveRunRoom(placeOf(first.workId), { ...run, bytes: MIB })).rejects.toMatchObject({
    code: 'no_room',
  });
}, 60_000);

test('S6: a tool’s file has a place in its Work and among its person’s, however many are written at once', async () => {
  const guest = await loneGuest();
  const works = await newWorks(guest, 5);
  const write = (workId: string, bytes: number) => {
    const place = placeOf(workId);
    const room = { replaces: 'notes.txt', most: bytes, least: bytes };
    return withFileRoom(place, room, async ({ id, stored }) => {
      await place.workspace.write('notes.txt', Buffer.alloc(bytes), { temporaryId: id });
      stored(bytes);
    });
  };
  const ends = await Promise.allSettled(works.map((workId) => write(workId, 8 * MIB)));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  const account = await api.register();
  const [full = ''] = await newWorks(account, 1);
  const place = { ...placeOf(full), shares: { account: undefined, guest: undefined } };
  await place.workspace.write('data.bin', 'x');
  await truncate(path.join(place.workspace.root, 'data.bin'), WORKSPACE_BYTES);
  const more = withFileRoom(place, { replaces: null, most: 1, least: 1 }, async () => {});
  await expect(more).rejects.toMatchObject({ message: expect.stringContaining('of a Work may have 1 GiB') });
}, 60_000);

test('SR-M10: a Work that nobody measured, and one whose writer died, are found and measured', async () => {
  const guest = await loneGuest();
  const [workId = ''] = await newWorks(guest, 1);
  const place = placeOf(workId);
  const run = { toolCallId: randomUUID(), bytes: 0, lifetimeMs: 600_000 };
  await reserveRunRoom(place, run);
  expect(await worksToMeasure(api.db, 1_000)).not.toContain(workId);
  await sql`update upload_room set expires_at = now() - interval '1 minute' where id = ${run.toolCallId}::uuid`.execute(
    api.db,
  );
  await sql`update works set disk_at = now() - interval '2 minutes' where id = ${workId}::uuid`.execute(
    api.db,
  );
  expect(await worksToMeasure(api.db, 1_000)).toContain(workId);
  expect((await put(api.url, guest, workId, 'early.bin', 1)).status).toBe(201);
  await measureWork(place);
  expect(await worksToMeasure(api.db, 1_000)).not.toContain(workId);
  expect((await put(api.url, guest, workId, 'a.bin', 20 * MIB)).status).toBe(201);
  await sql`update works set disk_at = null where id = ${workId}::uuid`.execute(api.db);
  expect(await worksToMeasure(api.db, 1_000)).toContain(workId);
  await releaseRoom(api.db, run.toolCallId, 0);
  expect((await roomNow(api.db, workId)).ids).toEqual([]);
}, 60_000);
