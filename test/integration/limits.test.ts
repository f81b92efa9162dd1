/** Limits: a Work's space, and what each person may have of what all use. */
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { stepKey } from '../../src/db/claims.ts';
import { claimStep, completeStep } from '../../src/db/steps.ts';
import { finishTurn } from '../../src/db/turns.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { WORKSPACE_BYTES } from '../../src/domain/workspace-limits.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let token: string;
const workerId = randomUUID();
const by = { workerId, workflowId: 'w', activityId: '1' };

beforeAll(async () => {
  const guest = { works: 4, turnsAtOnce: 1, tokensPerDay: 100, schedules: 0, diskBytes: undefined };
  const quotas = {
    account: { works: 100, turnsAtOnce: 100, tokensPerDay: undefined, schedules: 0, diskBytes: undefined },
    guest,
  };
  api = await startTestApi({ quotas });
  token = (await api.guest()).accessToken;
  await registerWorker(api.db, { id: workerId, host: 'test', pid: 1 });
});
afterAll(() => api.close());
// All come from one network.
beforeEach(() => api.db.deleteFrom('token_use').execute());

async function answerOf(response: Response) {
  const body = (await response.json()) as { error?: { code: string; message: string } };
  return { status: response.status, code: body.error?.code };
}

const put = (workId: string, file: string, body: string) =>
  fetch(`${api.url}/api/works/${workId}/files/${file}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body,
  });

const send = async (by: string, workId: string, id = randomUUID() as string) =>
  answerOf(await api.request(by, 'POST', `/api/works/${workId}/messages`, { id, text: 'hello' }));

async function takeTurn(workId: string) {
  const claim = await claimStep(api.db, { workId, turn: null, agent: 'main', step: null, model: 'm' }, by);
  if (claim.kind !== 'claimed') throw new Error(`the turn is ${claim.kind}`);
  return claim;
}

async function endTurn(workId: string, claim: Awaited<ReturnType<typeof takeTurn>>, tokens: number) {
  const { turn, step, attempt, messageId } = claim;
  const usage = { inputTokens: tokens - 1, outputTokens: 1 };
  const result = { turn, step, messageId, finishReason: 'stop', calls: [], ...usage };
  const key = stepKey(turn, 'main', step);
  const parts = [{ type: 'text' as const, text: 'done' }];
  await completeStep(api.db, { workId, key, attempt, parts, usage, final: true, result });
}

test('F10, S6: what no list shows counts too: a file whose name is no UTF-8 fills a Work', async () => {
  const workId = await api.newWork(token);
  const folder = path.join(api.dataDir, 'workspaces', workId);
  const file = await open(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), 'w');
  await file.truncate(WORKSPACE_BYTES);
  await file.close();
  expect(await answerOf(await put(workId, 'b.txt', 'x'))).toEqual({ status: 507, code: 'storage_full' });
});

test('F10, S6: a Work that is full takes no more files, by PUT or by upload, until something is deleted', async () => {
  const workId = await api.newWork(token);
  const big = path.join(api.dataDir, 'workspaces', workId, 'data.bin');
  const file = await open(big, 'w');
  await file.truncate(WORKSPACE_BYTES - 10_000);
  await file.close();
  expect((await put(workId, 'small.txt', 'x'.repeat(100))).status).toBe(201);
  expect(await answerOf(await put(workId, 'b.txt', 'x'.repeat(20_000)))).toEqual({
    status: 507,
    code: 'storage_full',
  });
  const form = new FormData();
  form.append('file', new Blob(['x'.repeat(20_000)]), 'c.txt');
  const upload = await fetch(`${api.url}/api/works/${workId}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  expect(await answerOf(upload)).toEqual({ status: 507, code: 'storage_full' });
  // What takes the place of something is counted for what it adds.
  expect((await put(workId, 'data.bin', 'x'.repeat(20_000))).status).toBe(200);
  expect((await put(workId, 'b.txt', 'x'.repeat(20_000))).status).toBe(201);
});

test('quota: as many Works as one may have, copies included; a deleted one makes room', async () => {
  const guest = (await api.guest()).accessToken;
  const works = [await api.newWork(guest), await api.newWork(guest), await api.newWork(guest)];
  const copy = () => api.request(guest, 'POST', `/api/works/${works[0]}/duplicate`);
  expect((await copy()).status).toBe(201);
  const refused = { status: 403, code: 'quota_exceeded' };
  expect(await answerOf(await copy())).toEqual(refused);
  expect(await answerOf(await api.request(guest, 'POST', '/api/works', {}))).toEqual(refused);
  expect((await api.request(guest, 'DELETE', `/api/works/${works[1]}`)).status).toBe(204);
  expect((await api.request(guest, 'POST', '/api/works', {})).status).toBe(201);
});

test('quota: of the turns at once, a message to another Work is one too many; to the one that runs it is not', async () => {
  const guest = (await api.guest()).accessToken;
  const [first, second] = [await api.newWork(guest), await api.newWork(guest)];
  const id = randomUUID();
  expect((await send(guest, first, id)).status).toBe(202);
  const claim = await takeTurn(first);
  expect(await send(guest, second)).toEqual({ status: 403, code: 'quota_exceeded' });
  expect((await send(guest, first)).status).toBe(202);
  expect((await send(guest, first, id)).status).toBe(202);
  await endTurn(first, claim, 10);
  // What waits in the first is a turn, too.
  expect(await send(guest, second)).toEqual({ status: 403, code: 'quota_exceeded' });
  await endTurn(first, await takeTurn(first), 10);
  expect((await send(guest, second)).status).toBe(202);
});

test('SR-M2: of fifty messages sent to fifty idle Works at once, as many start a turn as may', async () => {
  const { accessToken, user } = await api.guest();
  const works = Array.from({ length: 50 }, () => randomUUID());
  await api.db
    .insertInto('works')
    .values(works.map((id) => ({ id, owner_id: user.id, title: 'idle' })))
    .execute();
  const answers = await Promise.all(works.map((workId) => send(accessToken, workId)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === 'quota_exceeded')).toHaveLength(49);
});

test('SR-M2: of Works, models and templates made at once, as many are made as may be', async () => {
  const guest = (await api.guest()).accessToken;
  const made = await Promise.all(
    Array.from({ length: 20 }, () => api.request(guest, 'POST', '/api/works', {})),
  );
  expect(made.filter(({ status }) => status === 201)).toHaveLength(4);
  const template = { name: 'a', description: '', language: 'en', content: '# a\n', public: false };
  const templates = await Promise.all(
    Array.from({ length: 230 }, () => api.request(guest, 'POST', '/api/templates', template)),
  );
  expect(templates.filter(({ status }) => status === 201)).toHaveLength(200);
});

test('SR-M2: a Work that is deleted leaves what it used, and what waited for a turn is not run without tokens', async () => {
  const guest = (await api.guest()).accessToken;
  const [first, second] = [await api.newWork(guest), await api.newWork(guest)];
  await send(guest, first);
  const claim = await takeTurn(first);
  for (let more = 0; more < 3; more += 1) expect((await send(guest, first)).status).toBe(202);
  await endTurn(first, claim, 100);
  const next = await claimStep(
    api.db,
    { workId: first, turn: null, agent: 'main', step: null, model: 'm' },
    by,
    { account: undefined, guest: 100 },
  );
  expect(next).toMatchObject({ kind: 'failed', turn: 2 });
  const ended = await finishTurn(api.db, { workId: first, turn: 2, outcome: 'failed', error: null });
  expect(ended.ended).toBe(true);
  const { error } = await api.db
    .selectFrom('turns')
    .select('error')
    .where('work_id', '=', first)
    .where('turn', '=', 2)
    .executeTakeFirstOrThrow();
  expect(error).toMatchObject({ code: 'quota_exceeded' });
  expect((await api.request(guest, 'DELETE', `/api/works/${first}`)).status).toBe(204);
  expect(await send(guest, second)).toEqual({ status: 403, code: 'quota_exceeded' });
});

test('SR-M10: the guests of one network have five guests’ tokens together', async () => {
  const guests = await Promise.all(Array.from({ length: 6 }, () => api.guest()));
  for (const { accessToken } of guests.slice(0, 5)) {
    const workId = await api.newWork(accessToken);
    await send(accessToken, workId);
    await endTurn(workId, await takeTurn(workId), 100);
  }
  const last = guests[5]?.accessToken ?? '';
  expect(await send(last, await api.newWork(last))).toEqual({ status: 403, code: 'quota_exceeded' });
});

test('quota: who has used their tokens of a day sends no further message, on the socket either', async () => {
  const guest = (await api.guest()).accessToken;
  const workId = await api.newWork(guest);
  await send(guest, workId);
  await endTurn(workId, await takeTurn(workId), 100);
  expect(await send(guest, workId)).toEqual({ status: 403, code: 'quota_exceeded' });
  const chat = await api.chat(guest, workId);
  const id = chat.say('once more');
  expect(await chat.frame(({ type }) => type === 'error', 'the error')).toMatchObject({
    code: 'quota_exceeded',
    retryable: false,
    id,
  });
  chat.close();

  // A copy brings its messages along, not what they have cost.
  const other = (await api.guest()).accessToken;
  const original = await api.newWork(other);
  await send(other, original);
  await endTurn(original, await takeTurn(original), 60);
  expect((await api.request(other, 'POST', `/api/works/${original}/duplicate`)).status).toBe(201);
  expect((await send(other, original)).status).toBe(202);
});
