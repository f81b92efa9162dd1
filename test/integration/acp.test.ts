/** I8: an editor that speaks ACP, by the official library: its prompts, questions, stops, and a Work opened again, under kills. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import * as acp from '@agentclientprotocol/sdk';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import { CHECKOUT } from '../../src/setup/checkout.ts';
import type { AppProcess } from '../support/child-process.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

type Update = acp.SessionUpdate;
interface Editor {
  agent: acp.ClientContext;
  /** What it was shown of all sessions, in order. */
  updates: { sessionId: string; update: Update }[];
  close(): Promise<void>;
}
interface Answers {
  permission?: (asked: acp.RequestPermissionRequest) => acp.RequestPermissionResponse['outcome'];
  /** Absent: this editor has no forms. */
  form?: (asked: acp.CreateElicitationRequest) => acp.CreateElicitationResponse;
}

let system: TestSystem;
let worker: AppProcess;
let account: TestAccount;
let key: string;
const editors: Editor[] = [];

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
  account = await system.guest();
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    ...{ name: 'editor', scopes: ['read', 'write'] },
  });
  key = ((await made.json()) as { key: string }).key;
});
afterEach(async () => {
  await Promise.all(editors.splice(0).map((editor) => editor.close()));
});
afterAll(() => system.close());

async function startEditor({ permission, form }: Answers = {}, at = system.url): Promise<Editor> {
  const args = [path.join(CHECKOUT, 'src/main/acp.ts'), '--url', at];
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', PAPERAGENT_KEY: key },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const updates: Editor['updates'] = [];
  const app = acp
    .client({ name: 'a test' })
    .onNotification('session/update', ({ params }) => void updates.push(params))
    .onRequest('session/request_permission', ({ params }) => ({
      outcome: permission?.(params) ?? { outcome: 'cancelled' },
    }));
  if (form !== undefined) app.onRequest('elicitation/create', ({ params }) => form(params));
  const connection = app.connect(
    acp.ndJsonStream(
      Writable.toWeb(child.stdin as Writable) as WritableStream<Uint8Array>,
      Readable.toWeb(child.stdout as Readable) as ReadableStream<Uint8Array>,
    ),
  );
  const editor: Editor = {
    agent: connection.agent,
    updates,
    async close() {
      connection.close();
      child.kill('SIGKILL');
    },
  };
  editors.push(editor);
  const greeting = await editor.agent.request('initialize', {
    protocolVersion: acp.PROTOCOL_VERSION,
    clientCapabilities: form === undefined ? {} : { elicitation: { form: {} } },
  });
  expect(greeting).toMatchObject({ protocolVersion: 1, agentCapabilities: { loadSession: true } });
  return editor;
}

async function newSession({ agent }: Editor): Promise<string> {
  return (await agent.request('session/new', { cwd: '/', mcpServers: [] })).sessionId;
}

function say({ agent }: Editor, sessionId: string, text: string) {
  return agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
}

/** What the editor was shown as chunks of this kind. */
function textOf({ updates }: Editor, kind = 'agent_message_chunk'): string {
  return updates
    .map(({ update }) => (update.sessionUpdate === kind && 'content' in update ? update.content : undefined))
    .map((content) => (content && 'text' in content ? content.text : ''))
    .join('');
}

const calls = ({ updates }: Editor) =>
  updates.flatMap(({ update }) =>
    update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update' ? [update] : [],
  );

test('I8: a prompt is a message, and its answer, with calls and files, comes as updates; opened again, it is all there', async () => {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content: '# A\n', mode: 'write' } }])
      : textReply('Written.'),
  );
  const editor = await startEditor();
  const sessionId = await newSession(editor);
  const prompt: acp.ContentBlock[] = [
    { type: 'text', text: 'Write this down.' },
    { type: 'resource', resource: { uri: 'file:///notes.txt', text: 'pi is 3.14' } },
  ];
  expect(await editor.agent.request('session/prompt', { sessionId, prompt })).toEqual({
    stopReason: 'end_turn',
  });
  expect(textOf(editor)).toBe('Written.');
  expect(calls(editor)).toMatchObject([
    { sessionUpdate: 'tool_call', name: 'writemd', kind: 'edit', title: 'writemd: paper.md' },
    { sessionUpdate: 'tool_call_update', status: 'completed' },
  ]);

  const other = await startEditor();
  const { sessions } = await other.agent.request('session/list', {});
  expect(sessions.map((one) => one.sessionId)).toContain(sessionId);
  await other.agent.request('session/load', { sessionId, cwd: '/', mcpServers: [] });
  expect(textOf(other, 'user_message_chunk')).toContain('pi is 3.14');
  expect(textOf(other)).toBe('Written.');
  expect(calls(other)).toMatchObject([{ name: 'writemd', status: 'completed' }]);
  system.model.setScript(() => textReply('Again.'));
  expect(await say(other, sessionId, 'And now?')).toEqual({ stopReason: 'end_turn' });
  await system.expectSound(sessionId);
});

test('P2, P5, I8: api and worker killed in the middle: the prompt goes on, and nothing is said twice', async () => {
  let asked = 0;
  system.model.setScript(() => {
    asked += 1;
    return asked === 1 ? heldReply('Half of an ') : textReply('A whole answer.');
  });
  const editor = await startEditor();
  const sessionId = await newSession(editor);
  const answer = say(editor, sessionId, 'Only once.');
  await until(() => textOf(editor).includes('Half'), 'the answer began', 60_000);
  await Promise.all([system.api.signal('SIGKILL'), worker.signal('SIGKILL')]);
  [worker] = await Promise.all([system.startWorker(), system.startApi(Number(new URL(system.url).port))]);
  expect(await answer).toEqual({ stopReason: 'end_turn' });
  // What was said cannot be taken back: that it begins again is said.
  expect(textOf(editor)).toMatch(/^Half of an.*\(The answer begins again\.\).*A whole answer\.$/s);
  expect(asked).toBe(2);
  await system.expectSound(sessionId);
});

test('I8: a question with choices is a request for permission, one in words a form, or what is said next', async () => {
  const asking = (given: object) =>
    system.model.setScript((request) =>
      answersSoFar(request) === 0
        ? toolReply([{ name: 'ask_person', arguments: { question: 'Which colour?', ...given } }])
        : textReply(`I was told: ${String(request.messages.at(-1)?.content)}`),
    );
  asking({ options: ['red', 'blue'] });
  const seen: acp.RequestPermissionRequest[] = [];
  const plain = await startEditor({
    permission(request) {
      seen.push(request);
      return { outcome: 'selected', optionId: request.options[1]?.optionId ?? '' };
    },
  });
  const first = await newSession(plain);
  expect(await say(plain, first, 'Paint.')).toEqual({ stopReason: 'end_turn' });
  expect(seen).toMatchObject([
    { sessionId: first, toolCall: { title: 'Which colour?' }, options: [{ name: 'red' }, { name: 'blue' }] },
  ]);
  expect(textOf(plain)).toMatch(/I was told:.*blue/s);

  asking({});
  const second = await newSession(plain);
  expect(await say(plain, second, 'Paint.')).toEqual({ stopReason: 'end_turn' });
  expect(textOf(plain)).toMatch(/Which colour\?$/);
  expect(await say(plain, second, 'green')).toEqual({ stopReason: 'end_turn' });
  expect(textOf(plain)).toMatch(/I was told:.*green/s);

  const withForms = await startEditor({ form: () => ({ action: 'accept', content: { text: 'violet' } }) });
  const third = await newSession(withForms);
  expect(await say(withForms, third, 'Paint.')).toEqual({ stopReason: 'end_turn' });
  expect(textOf(withForms)).toMatch(/I was told:.*violet/s);
  for (const workId of [first, second, third]) await system.expectSound(workId);
});

test('H2, I8: an act that a Work waits with is shown where it is opened, and no prompt allows it unseen', async () => {
  let requests = 0;
  system.model.setScript(() => {
    requests += 1;
    return requests === 1
      ? toolReply([{ name: 'run_python', arguments: { code: 'print(7)' } }])
      : textReply('Not run.');
  });
  const first = await startEditor();
  const sessionId = await newSession(first);
  await system.request(account, 'PATCH', `/api/works/${sessionId}`, { policy: { code: 'ask' } });
  expect(await say(first, sessionId, 'Count.')).toEqual({ stopReason: 'end_turn' });

  const seen: acp.RequestPermissionRequest[] = [];
  const second = await startEditor({
    permission(request) {
      seen.push(request);
      return { outcome: 'selected', optionId: request.options[2]?.optionId ?? '' };
    },
  });
  await second.agent.request('session/load', { sessionId, cwd: '/', mcpServers: [] });
  expect(textOf(second)).toContain('The agent wants to run code.\n\n```\nprint(7)\n```\n\n- Allow\n');
  expect(await say(second, sessionId, 'ok')).toEqual({ stopReason: 'end_turn' });
  expect(JSON.stringify(seen)).toContain('print(7)');
  expect(calls(second).at(-1)).toMatchObject({ status: 'failed' });
  const runs = await system.db.selectFrom('runs').select('number').where('work_id', '=', sessionId).execute();
  expect(runs).toEqual([]);
  await system.expectSound(sessionId);
});

test('P11, I8: a cancel stops the turn; what is wrong is an error of the protocol’s', async () => {
  system.model.setScript(() => heldReply('On and on '));
  const editor = await startEditor();
  const sessionId = await newSession(editor);
  const answer = say(editor, sessionId, 'Never end.');
  await until(() => textOf(editor).includes('On and'), 'the answer began', 60_000);
  await editor.agent.notify('session/cancel', { sessionId });
  expect(await answer).toEqual({ stopReason: 'cancelled' });
  const none = '00000000-0000-4000-8000-000000000000';
  await expect(say(editor, none, 'Hello.')).rejects.toThrow();
  await expect(
    editor.agent.request('session/load', { sessionId: none, cwd: '/', mcpServers: [] }),
  ).rejects.toThrow();
  await expect(
    editor.agent.request('session/prompt', {
      sessionId,
      prompt: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }],
    }),
  ).rejects.toThrow(/Only text/);
  await system.expectSound(sessionId);
});

test('I8: an editor that goes away stops nothing', async () => {
  const end = Promise.withResolvers<void>();
  system.model.setScript(() => heldReply('Half ', end.promise, 'and half.'));
  const editor = await startEditor();
  const sessionId = await newSession(editor);
  say(editor, sessionId, 'Go on.').catch(() => {});
  await until(() => textOf(editor).includes('Half'), 'the answer began', 60_000);
  await editor.close();
  end.resolve();
  await until(
    async () => {
      const { messages } = (await (
        await system.request(account, 'GET', `/api/chat/work/${sessionId}/history`)
      ).json()) as { messages: { parts: { text?: string }[] }[] };
      return messages.at(-1)?.parts.some(({ text }) => text === 'Half and half.') ?? false;
    },
    'the answer is whole',
    60_000,
  );
});
