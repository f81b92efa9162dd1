/** Turns of the whole system at strict servers that it knows nothing of: what they refuse is learned and kept (M19). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import type { Answer } from '../support/strict-servers/events.ts';
import type { Loose } from '../support/strict-servers/rules.ts';
import { type RunningServer, startStrictServer } from '../support/strict-servers/server.ts';
import { STRICT_SERVERS } from '../support/strict-servers/vendors.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let servers: Map<string, RunningServer>;

beforeAll(async () => {
  servers = new Map();
  for (const server of STRICT_SERVERS) servers.set(server.name, await startStrictServer(server));
  const hosts = [...servers.values()].map(({ port }) => `127.0.0.1:${port}`);
  system = await startTestSystem({
    script: () => textReply('The server’s own model.'),
    env: { MODEL_ALLOWED_HOSTS: hosts.join(',') },
  });
  await system.startWorker();
});

afterAll(async () => {
  await system.close();
  await Promise.all([...servers.values()].map((server) => server.close()));
});

const call = (name: string, args: object | string) => ({
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

/** Two calls at once, arguments that are no JSON, a code agent with a step of its own; then the end. */
const MAIN: Answer[] = [
  { text: 'I look.', calls: [call('tree', {}), call('read_file', { path: 'none.md' })] },
  { calls: [call('read_file', '{"path": "a.md')] },
  { calls: [call('code_agent', { task: 'Look around.' })] },
  { calls: [call('writemd', { file: 'notes.md', content: '# Notes', mode: 'write' })] },
  { text: 'All of it is done.' },
];
const CODE: Answer[] = [{ calls: [call('tree', {})] }, { text: 'I have looked.' }];

/** What shows that an answer of MAIN, or of CODE, was given: the newest that shows is the one before the next. */
const MAIN_SIGNS = ['none.md', 'a.md', 'code_agent', 'notes.md'];
const CODE_SIGNS = ['"tree"'];

/** The next answer, by the calls made since somebody last spoke; of either API. */
function next(body: Loose): Answer {
  const input = (body.messages ?? body.input) as Loose[];
  const since = JSON.stringify(input.slice(input.findLastIndex(({ role }) => role === 'user') + 1));
  const isCode = JSON.stringify(body.tools ?? []).includes('run_python');
  const [answers, signs] = isCode ? [CODE, CODE_SIGNS] : [MAIN, MAIN_SIGNS];
  return answers[signs.findLastIndex((sign) => since.includes(sign)) + 1] as Answer;
}

async function modelAt(account: TestAccount, name: string): Promise<void> {
  const { port } = servers.get(name) as RunningServer;
  const server = STRICT_SERVERS.find((one) => one.name === name);
  const response = await system.request(account, 'POST', '/api/models', {
    role: 'main',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: `sk-${randomUUID()}`,
    model: server?.model,
  });
  expect(response.status).toBe(201);
}

test.each(STRICT_SERVERS.map(({ name }) => [name]))(
  'P12, M19: turns at %s are done: calls, bad arguments, a code agent, a later turn, another model’s past',
  async (name) => {
    const server = servers.get(name) as RunningServer;
    server.answer = next;
    const account = await system.guest();
    const workId = await system.newWork(account);
    const chat = await system.chat(account, workId);
    // The first turn is the server's own model's: the strict one comes into a Work with a past.
    for (const [before, said] of ['Hello.', 'Write the notes.', 'And again.'].entries()) {
      const turn = before + 1;
      if (turn === 2) await modelAt(account, name);
      chat.say(said);
      const end = await chat.event(
        (event) => event.kind === 'turn.completed' && event.turn === turn,
        `the end of turn ${turn}`,
      );
      expect([turn, end]).toEqual([turn, expect.objectContaining({ outcome: 'done' })]);
    }
    const refusals = server.seen.filter(({ refused }) => refused !== undefined);
    // What was refused once is asked otherwise from then on.
    const words = refusals.map(({ refused }) => refused?.message);
    expect(new Set(words).size).toBe(words.length);
    chat.close();
    await system.expectSound(workId);
  },
);
