/** A person and an agent at the same files: neither overwrites the other silently (R3). */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, type Step, textReply } from '../../src/demo-model/reply.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  await system.startWorker();
});
afterAll(() => system.close());

const paper = (line: string) => `# Paper\n\n## One\n\n${line}\n`;

function put(account: TestAccount, workId: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${system.url}/api/works/${workId}/files/paper.md`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}`, ...headers },
    body,
  });
}

const read = async (account: TestAccount, workId: string) =>
  (await system.request(account, 'GET', `/api/works/${workId}/files/paper.md`)).text();

/** Plays `calls` one after the other; the second waits until the person has done what they do. */
function play(calls: Step[][]) {
  const { promise: done, resolve: go } = Promise.withResolvers<void>();
  system.model.setScript((request: StrictRequest) => {
    const call = calls[answersSoFar(request)];
    if (call === undefined) return textReply('Done.');
    const steps = async function* () {
      if (answersSoFar(request) === 1) await done;
      yield* call;
    };
    return { kind: 'stream', steps: steps() };
  });
  return go;
}

const section = (content: string) =>
  callTool(0, 'c', 'update_section_content', { file: 'paper.md', section: 'One', content, mode: 'replace' });

async function begin() {
  const account = await system.guest();
  const workId = await system.newWork(account);
  expect((await put(account, workId, paper('as it was'))).status).toBe(200);
  const chat = await system.chat(account, workId);
  chat.say('write');
  await chat.event(({ kind }) => kind === 'tool.completed', 'the first call');
  return { account, workId, chat, end: () => chat.event(({ kind }) => kind === 'turn.completed', 'the end') };
}

test('R3: what a person writes during a turn is not overwritten before the model was told of it', async () => {
  const go = play([
    section('by the agent'),
    section('by the agent, again'),
    section('by the agent, knowing'),
  ]);
  const { account, workId, chat, end } = await begin();
  expect(await read(account, workId)).toBe(paper('by the agent'));
  expect((await put(account, workId, paper('by hand'))).status).toBe(200);
  go();
  await end();
  const calls = ofKind(chat.events, 'tool.completed');
  expect(calls.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(calls[1]).toMatchObject({ files: [], result: expect.stringContaining('somebody else changed it') });
  expect(await read(account, workId)).toBe(paper('by the agent, knowing'));
  chat.close();
  await system.expectSound(workId);
});

test('R3: an agent that has read what the person wrote may replace it; one that only adds need not', async () => {
  const go = play([
    section('by the agent'),
    callTool(0, 'r', 'get_section_content', { file: 'paper.md', section: 'One' }),
    section('having read'),
  ]);
  const { account, workId, chat, end } = await begin();
  expect((await put(account, workId, paper('by hand'))).status).toBe(200);
  go();
  await end();
  expect(ofKind(chat.events, 'tool.completed').map(({ ok, result }) => [ok, result.trim()])).toMatchObject([
    [true, expect.anything()],
    [true, 'by hand'],
    [true, expect.anything()],
  ]);
  expect(await read(account, workId)).toBe(paper('having read'));
  chat.close();

  const add = callTool(0, 'a', 'writemd', { file: 'paper.md', content: 'More.', mode: 'append' });
  const goOn = play([section('by the agent'), add]);
  const second = await begin();
  await put(second.account, second.workId, paper('by hand'));
  goOn();
  await second.end();
  expect(await read(second.account, second.workId)).toMatch(/by hand\n+More\.\n$/);
  second.chat.close();
});

test('R3: a person who edits what an agent has changed since gets a 412, and the agent’s text stays', async () => {
  const go = play([section('by the agent')]);
  const { account, workId, chat, end } = await begin();
  go();
  await end();
  const seen = createHash('sha256').update(paper('as it was')).digest('hex');
  const late = await put(account, workId, paper('by hand'), { 'If-Match': `"${seen}"` });
  expect([late.status, ((await late.json()) as { error: { code: string } }).error.code]).toEqual([
    412,
    'changed_meanwhile',
  ]);
  expect(await read(account, workId)).toBe(paper('by the agent'));
  chat.close();
});
