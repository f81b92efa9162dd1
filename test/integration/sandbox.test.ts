/** Sandboxes in the whole system: prepared ones end with their turn, and a machine without any says so. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { testWith } from '../support/needs.ts';
import { processesWith } from '../support/sandbox-processes.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

const WITHIN_MS = 30_000;
/** Prints more than is stored, and less than ends a run, before it fails; told to, it waits in between for a file. */
const flood = (waits: boolean) => `import pathlib, sys, time
for number in range(50_000): print(number, 'π' * 20)
print('almost there', file=sys.stderr)
while ${waits ? "not pathlib.Path('go').exists()" : 'False'}: time.sleep(0.02)
raise ValueError('late')`;
const STORED = 1024 ** 2;

let system: TestSystem;
let workers: AppProcess[] = [];

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  workers = [];
});

afterAll(() => system.close());

async function startWorker(env?: Record<string, string>): Promise<AppProcess> {
  const worker = await system.startWorker(env);
  workers.push(worker);
  return worker;
}

/** The main agent calls a code agent, which answers by what is given, and then says that all is done. */
function withCodeAgent(codeAgent: (answered: number) => ReturnType<typeof textReply>) {
  system.model.setScript((request) => {
    const answered = answersSoFar(request);
    if (isCodeAgent(request)) return codeAgent(answered);
    if (answered > 0) return textReply('All done.');
    return { kind: 'stream', steps: callTool(0, 'm', 'code_agent', { task: 'Compute.' }) };
  });
}

/** A code agent that goes on thinking until `open` is called, and then runs nothing. */
function thinkingAgent() {
  const { promise, resolve } = Promise.withResolvers<void>();
  withCodeAgent(() => heldReply('Let me think. ', promise, 'Nothing is to be run.'));
  return { open: resolve };
}

async function begin() {
  const { account, workId, chat } = await system.newChat();
  chat.say('compute');
  const end = () => chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  return { account, workId, chat, end };
}

/** Says of a Work how much its files take. */
const hold = (workId: string, mebibytes: number) =>
  sql`update works set disk_bytes = ${mebibytes}::bigint * 1024 * 1024, disk_at = clock_timestamp()
    where id = ${workId}::uuid`.execute(system.db);

const sandboxFolder = () => path.join(system.dataDir, 'sandbox', 'bubblewrap');
const prepared = () => processesWith('runner.ts', sandboxFolder()).length;
const left = () => readdirSync(sandboxFolder()).filter((name) => name.startsWith('paperagent-'));
const howMany = (wanted: number) => eventually(prepared, (seen) => seen === wanted, WITHIN_MS);

testWith('bubblewrap')('S12: what was prepared for a code agent that runs nothing ends with it', async () => {
  await startWorker();
  const agent = thinkingAgent();
  const { workId, chat, end } = await begin();
  expect(await howMany(1)).toBe(1);
  agent.open();
  expect(await end()).toMatchObject({ outcome: 'done' });
  expect(await howMany(0)).toBe(0);
  expect(left()).toEqual([]);
  chat.close();
  await system.expectSound(workId);
});

testWith('bubblewrap')('S12, D9: what was prepared ends with a turn that a person stops', async () => {
  await startWorker();
  const agent = thinkingAgent();
  const { workId, chat, end } = await begin();
  expect(await howMany(1)).toBe(1);
  chat.send({ type: 'stop' });
  expect(await end()).toMatchObject({ outcome: 'stopped' });
  expect(await howMany(0)).toBe(0);
  expect(await eventually(left, (seen) => seen.length === 0, WITHIN_MS)).toEqual([]);
  agent.open();
  chat.close();
  await system.expectSound(workId);
});

testWith('bubblewrap')(
  'S12: what a killed worker had prepared is gone once the next one is up, though the turn goes on',
  async () => {
    const first = await startWorker();
    const agent = thinkingAgent();
    const { workId, chat, end } = await begin();
    expect(await howMany(1)).toBe(1);
    await first.signal('SIGKILL');
    await startWorker({ SANDBOX_PREPARE: '0' });
    expect(await howMany(0)).toBe(0);
    expect(await eventually(left, (seen) => seen.length === 0, WITHIN_MS)).toEqual([]);
    agent.open();
    expect(await end()).toMatchObject({ outcome: 'done' });
    chat.close();
    await system.expectSound(workId);
  },
);

testWith('bubblewrap').each([
  ['S5: a traceback after more output than is stored reaches the model', false],
  ['S5, D7: and so it does where the worker was killed in between', true],
])('%s', async (_, killed) => {
  const worker = await startWorker();
  const call = { code: flood(killed), filename: 'flood.py' };
  withCodeAgent((answered) =>
    answered > 0 ? textReply('It failed.') : { kind: 'stream', steps: callTool(0, 'c', 'run_python', call) },
  );
  const { account, workId, chat, end } = await begin();
  const printed = () => ofKind(chat.events, 'tool.output').reduce((sum, { text }) => sum + text.length, 0);
  if (killed) {
    await chat.event(() => printed() >= STORED, 'all that is stored');
    await worker.signal('SIGKILL');
    await startWorker();
    await system.request(account, 'PUT', `/api/works/${workId}/files/go`, 'now');
  }
  expect(await end()).toMatchObject({ outcome: 'done' });
  expect(printed()).toBeGreaterThanOrEqual(STORED);
  expect(printed()).toBeLessThan(STORED + 70_000);
  const [outcome] = ofKind(chat.events, 'tool.completed');
  expect(outcome?.result).toMatch(/stdout:\n0 π+\n.*characters not shown.*\n49999 π+\n/s);
  expect(outcome?.result).toMatch(/stderr:\nalmost there\n.*ValueError: late\n/s);
  chat.close();
  await system.expectSound(workId);
});

testWith('bubblewrap')(
  'SR-M10, S6: a run takes half of what its person’s Works may still have, and is not begun where they have it all',
  async () => {
    await startWorker({ QUOTA_GUEST_DISK_GIB: '1' });
    const fill = `piece = bytes(8 * 1024**2)
with open('big.bin', 'wb') as file:
    for _ in range(16): file.write(piece); file.flush()
    import time; time.sleep(60)`;
    withCodeAgent((answered) =>
      answered > 0
        ? textReply('It could not be written.')
        : { kind: 'stream', steps: callTool(0, 'c', 'run_python', { code: fill, filename: 'fill.py' }) },
    );
    const { account, workId, chat } = await system.newChat();
    const other = await system.newWork(account);
    await hold(other, 900);
    chat.say('compute');
    const end = (turn: number) =>
      chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, 'the end');
    expect(await end(1)).toMatchObject({ outcome: 'done' });
    const [first] = ofKind(chat.events, 'tool.completed');
    expect(first).toMatchObject({ ok: false, ending: 'disk_limit' });
    expect(first?.result).toMatch(/62 MiB/);

    await hold(other, 1_024);
    chat.say('compute once more');
    expect(await end(2)).toMatchObject({ outcome: 'done' });
    const told = ofKind(chat.events, 'tool.completed').map(({ result }) => result);
    expect(told).toContainEqual(
      'The code was not run, for the workspace cannot be used: There is no room for this: the files of all Works of a person may have 1 GiB together. Delete files or Works that are no longer needed.',
    );
    chat.close();
    await system.expectSound(workId);
  },
);

test('F14: without an engine and without bubblewrap the worker says once what is missing, and so does the call', async () => {
  const worker = await startWorker({
    SANDBOX: 'auto',
    DOCKER_HOST: 'unix:///nowhere/docker.sock',
    XDG_CACHE_HOME: path.join(system.dataDir, 'no-cache'),
    PATH: '/nowhere',
  });
  withCodeAgent((answered) =>
    answered > 0
      ? textReply('It cannot be run.')
      : { kind: 'stream', steps: callTool(0, 'c', 'run_python', { code: 'print(1)', filename: 'a.py' }) },
  );
  const { workId, chat, end } = await begin();
  expect(await end()).toMatchObject({ outcome: 'done' });
  const [call] = ofKind(chat.events, 'tool.completed');
  expect(call).toMatchObject({ ok: false, files: [] });
  expect(call?.result).toMatch(
    /^code cannot be run here: the Docker engine does not answer: .*; .* `npm run sandbox`$/,
  );
  expect(worker.lines.filter((line) => line.includes('code cannot be run here'))).toHaveLength(1);
  chat.close();
  await system.expectSound(workId);
});
