/** A server for MCP (I5) by the official client, of both eras of the protocol, and under kills. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: TestSystem;
let worker: AppProcess;
let account: TestAccount;
let client: Client;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
  account = await system.guest();
  client = await connect({ key: await newKey(['read', 'write']) });
});
afterAll(async () => {
  await client.close();
  await system.close();
});

async function newKey(scopes: string[]): Promise<string> {
  const made = await system.request(account, 'POST', '/api/auth/keys', { name: 'mcp', scopes });
  return ((await made.json()) as { key: string }).key;
}

async function connect({ key, at = system.url }: { key: string; at?: string }): Promise<Client> {
  const made = new Client(
    { name: 'a test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const requestInit = { headers: { Authorization: `Bearer ${key}` } };
  await made.connect(new StreamableHTTPClientTransport(new URL(`${at}/mcp`), { requestInit }));
  return made;
}

async function call(name: string, input: Record<string, unknown>, by = client): Promise<CallToolResult> {
  return (await by.callTool({ name, arguments: input })) as CallToolResult;
}

async function told<T>(name: string, input: Record<string, unknown>, by = client): Promise<T> {
  const result = await call(name, input, by);
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as T;
}

interface Said {
  work: string;
  message: string;
}
interface Answer {
  ask?: { askId: string; question: string };
  state: string;
  text: string;
  files: string[];
}

async function answered(said: Said, by = client): Promise<Answer> {
  for (;;) {
    const answer = await told<Answer>('wait', { ...said, seconds: 50 }, by);
    if (answer.state !== 'queued' && answer.state !== 'running') return answer;
  }
}

test('I5: a client starts a Work, waits, reads the paper, goes on and exports', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual([
    ...[
      'answer',
      'export_paper',
      'get_export',
      'list_files',
      'list_works',
      'read_file',
      'send',
      'start_work',
      'stop',
      'wait',
    ],
  ]);
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([
          { name: 'writemd', arguments: { file: 'paper.md', content: '# On waves\n', mode: 'write' } },
        ])
      : textReply('It is written.'),
  );
  const said = await told<Said>('start_work', { message: 'write', title: 'Waves' });
  expect(await answered(said)).toMatchObject({ state: 'done', text: 'It is written.', files: ['paper.md'] });
  const paper = await call('read_file', { work: said.work });
  expect(paper.content[0]).toEqual({ type: 'text', text: '# On waves\n' });
  const link = paper.content[1] as { uri: string };
  expect((await fetch(link.uri)).status).toBe(401);
  expect(await told('list_files', { work: said.work })).toMatchObject({
    files: expect.arrayContaining([{ path: 'paper.md', size: 11 }]),
  });
  expect(await told('list_works', { query: 'Waves' })).toMatchObject({ works: [{ id: said.work }] });
  system.model.setScript(() => textReply('Once more.'));
  const next = await told<Said>('send', { work: said.work, message: 'again' });
  expect(await answered(next)).toMatchObject({ state: 'done', text: 'Once more.' });
  const ordered = await told<{ export: string }>('export_paper', { work: said.work, format: 'html' });
  expect(await told('get_export', { work: said.work, export: ordered.export })).toMatchObject({
    state: expect.stringMatching(/queued|running|done/),
  });
  await system.expectSound(said.work);
});

test('P5, D4, I5: api and worker killed in the middle: the same call made again is the same message, and is answered', async () => {
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls === 1 ? heldReply('Half of an ') : textReply('A whole answer.');
  });
  const second = await system.startApi();
  const key = await newKey(['read', 'write']);
  const other = await connect({ key, at: second.url });
  const start = { message: 'only once', requestId: 'mine' };
  const said = await told<Said>('start_work', start, other);
  const waiting = other.callTool({ name: 'wait', arguments: { ...said, seconds: 50 } }).catch(() => 'cut');
  // A worker killed before it asked would leave the reply that is held to the next one.
  await until(() => calls > 0, 'the model was asked', 60_000);
  await second.signal('SIGKILL');
  expect(await waiting).toBe('cut');
  await worker.signal('SIGKILL');
  worker = await system.startWorker();
  expect(await told<Said>('start_work', start)).toEqual(said);
  expect(await answered(said)).toMatchObject({ state: 'done', text: 'A whole answer.' });
});

/** Asks a person in the middle of a turn, and says what it was told. */
function scriptAsking(): void {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([
          { name: 'ask_person', arguments: { question: 'Which colour?', options: ['red', 'blue'] } },
        ])
      : textReply(`I was told: ${String(request.messages.at(-1)?.content)}`),
  );
}

test('H1, I5: wait tells of a question, and answer answers it; a late one is told so', async () => {
  scriptAsking();
  const said = await told<Said>('start_work', { message: 'paint it' });
  const asking = await answered(said);
  expect(asking).toMatchObject({ state: 'asking', ask: { question: 'Which colour?' } });
  const ask = asking.ask?.askId ?? '';
  expect(await told('answer', { work: said.work, ask, text: 'green' })).toEqual({
    by: 'person',
    text: 'green',
  });
  expect(await answered(said)).toMatchObject({ state: 'done', text: 'I was told: green' });
  expect(await call('answer', { work: said.work, ask, text: 'red' })).toMatchObject({ isError: true });
});

/** A client whose person fills forms, which are kept in `forms`, with this; or declines them. */
async function asker(forms: unknown[], text?: string) {
  const made = new Client(
    { name: 'a test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  made.setRequestHandler('elicitation/create', async ({ params }) => {
    forms.push(params);
    return text === undefined ? { action: 'decline' } : { action: 'accept', content: { text } };
  });
  const requestInit = { headers: { Authorization: `Bearer ${await newKey(['read', 'write'])}` } };
  await made.connect(new StreamableHTTPClientTransport(new URL(`${system.url}/mcp`), { requestInit }));
  return made;
}

test('H1, I5: a client that puts forms to its person is asked for the answer by wait itself; one that will not is told', async () => {
  scriptAsking();
  const forms: unknown[] = [];
  const willing = await asker(forms, 'green');
  const said = await told<Said>('start_work', { message: 'paint it' }, willing);
  expect(await answered(said, willing)).toMatchObject({ state: 'done', text: 'I was told: green' });
  expect(forms).toEqual([expect.objectContaining({ message: 'Which colour?' })]);
  await willing.close();

  const unwilling = await asker(forms);
  const next = await told<Said>('start_work', { message: 'paint that' }, unwilling);
  expect(await answered(next, unwilling)).toMatchObject({ state: 'asking' });
  expect(forms).toHaveLength(2);
  await unwilling.close();
});

test('I5: a turn is looked at without waiting, and stopped', async () => {
  system.model.setScript(() => heldReply('For ever '));
  const said = await told<Said>('start_work', { message: 'go' });
  expect(await told<Answer>('wait', { ...said, seconds: 0 })).toMatchObject({
    state: expect.stringMatching(/queued|running/),
  });
  for (let stopped: unknown = null; stopped === null; )
    ({ stopped } = await told<{ stopped: unknown }>('stop', { work: said.work }));
  expect(await answered(said)).toMatchObject({ state: 'stopped' });
});

test('I5, A2: what cannot be done is a sentence in the result; without a key nothing is', async () => {
  const foreign = await system.newWork(await system.guest());
  for (const [name, input] of [
    ['send', { work: foreign, message: 'hello' }],
    ['read_file', { work: foreign }],
    ['stop', { work: foreign }],
    ['wait', { work: foreign, message: foreign, seconds: 0 }],
  ] as const) {
    const refused = await call(name, input);
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^There is no such/) }],
    });
  }
  const own = await system.newWork(account);
  expect(await call('read_file', { work: own, path: '../../secret' })).toMatchObject({ isError: true });
  const reader = await connect({ key: await newKey(['read']) });
  expect(await call('list_works', {}, reader)).not.toMatchObject({ isError: true });
  expect(await call('send', { work: own, message: 'hello' }, reader)).toMatchObject({
    isError: true,
    content: [{ text: 'This key may not write.' }],
  });
  await reader.close();
  await expect(connect({ key: 'pa_wrong' })).rejects.toThrow();
  const bad = await fetch(`${system.url}/mcp`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await newKey(['read'])}`, 'Content-Type': 'application/json' },
    body: '{"jsonrpc"',
  });
  expect(await bad.json()).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
});

test('I5: a client of 2025 is served too, with nothing kept between its requests', async () => {
  const key = await newKey(['read']);
  const ask = async (method: string, params: object) => {
    const response = await fetch(`${system.url}/mcp`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.text()).replace(/^[\s\S]*?data: /, '');
  };
  const clientInfo = { name: 'old', version: '1' };
  const begun = await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  expect(JSON.parse(begun)).toMatchObject({ result: { serverInfo: { name: 'paperagent' } } });
  expect(await ask('tools/list', {})).toContain('start_work');
});

test('H2, I5: what a person is to allow is put to them as it would be made, and their words allow it', async () => {
  const forms: unknown[] = [];
  const willing = await asker(forms, 'Do not allow');
  system.model.setScript(() => textReply('Begun.'));
  const begun = await told<Said>('start_work', { message: 'begin' }, willing);
  expect(await answered(begun, willing)).toMatchObject({ state: 'done' });
  const { work } = begun;
  await system.db
    .updateTable('works')
    .set({ policy: JSON.stringify({ mcp: 'ask' }) })
    .where('id', '=', work)
    .execute();
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([{ name: 'mcp__notes__find', arguments: { words: 'waves' } }])
      : textReply(`I was told: ${String(request.messages.at(-1)?.content)}`),
  );
  const said = await told<Said>('send', { work, message: 'look it up' }, willing);
  expect(await answered(said, willing)).toMatchObject({
    ...{ state: 'done', text: 'I was told: The person did not allow this: Do not allow' },
  });
  expect(forms).toEqual([
    expect.objectContaining({ message: expect.stringContaining('```\n{\n  "words": "waves"\n}\n```') }),
  ]);
  await willing.close();
});
