/** AI SDK (I3) and AG-UI (I4) by their own clients: whole turns, kills in the middle, and who comes back. */
import { HttpAgent } from '@ag-ui/client';
import type { ResumeEntry } from '@ag-ui/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let worker: AppProcess;
let account: TestAccount;
let headers: Record<string, string>;
let count = 0;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
  account = await system.guest();
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    name: 'a client',
    scopes: ['read', 'write'],
  });
  headers = { Authorization: `Bearer ${((await made.json()) as { key: string }).key}` };
});
afterAll(() => system.close());

/** Writes a file, and says something before and after. */
function scriptWithFile(): void {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply(
          [{ name: 'writemd', arguments: { file: 'on waves.md', content: '# Waves\n', mode: 'write' } }],
          { text: 'I write it.' },
        )
      : textReply('It is written.'),
  );
}

/** Asks a person in the middle of a turn, and says what it was told. */
function scriptAsking(): void {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply(
          [
            { name: 'ask_person', arguments: { question: 'Which colour?', options: ['red', 'blue'] } },
            { name: 'writemd', arguments: { file: 'colour.md', content: '# Colour\n', mode: 'write' } },
          ],
          { text: 'I need to know.' },
        )
      : textReply(`I was told: ${String(request.messages.find(({ role }) => role === 'tool')?.content)}`),
  );
}

/** Says half of an answer, and all of another when it is asked again. */
function scriptInterrupted(): void {
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls === 1 ? heldReply('Half of an ') : textReply('A whole answer.');
  });
}

async function killWorker(): Promise<void> {
  await worker.signal('SIGKILL');
  worker = await system.startWorker();
}

/** What it fails with; undefined where it does not. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** How often this was said by people, in whichever Work. */
async function timesSaid(text: string): Promise<number> {
  const rows = await system.db.selectFrom('messages').select('parts').where('role', '=', 'user').execute();
  return rows.filter(({ parts }) => (parts as { text: string }[])[0]?.text === text).length;
}

function user(text: string): UIMessage {
  count += 1;
  return { id: `message-${count}`, role: 'user', parts: [{ type: 'text', text }] };
}

function transport(at = system.url): DefaultChatTransport<UIMessage> {
  return new DefaultChatTransport({ api: `${at}/ai-sdk/chat`, headers });
}

function send(message: UIMessage, chatId = `chat-${count}`, at = system.url) {
  return transport(at).sendMessages({
    chatId,
    messages: [message],
    trigger: 'submit-message',
    messageId: undefined,
    abortSignal: undefined,
  });
}

/** The message as the SDK has it at the end; `look` sees each state of it. */
async function read(
  stream: ReadableStream<UIMessageChunk>,
  look: (message: UIMessage) => Promise<void> | void = () => {},
): Promise<UIMessage | undefined> {
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream, terminateOnError: true })) {
    last = structuredClone(message);
    await look(message);
  }
  return last;
}

function textOf(message: UIMessage | undefined): string {
  return (message?.parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('|');
}

test('I3: a turn is a message of the AI SDK, with its steps, its calls, and files as data parts that the key opens', async () => {
  scriptWithFile();
  const message = await read(await send(user('write')));
  expect(message?.metadata).toMatchObject({ work: expect.any(String), usage: expect.any(Object) });
  expect(message?.parts.map(({ type }) => type)).toEqual([
    ...['step-start', 'text', 'dynamic-tool', 'data-file', 'step-start', 'text'],
  ]);
  expect(message?.parts).toContainEqual(
    expect.objectContaining({ type: 'dynamic-tool', toolName: 'writemd', state: 'output-available' }),
  );
  const file = message?.parts.find(({ type }) => type === 'data-file') as { data: { url: string } };
  expect(await (await fetch(file.data.url, { headers })).text()).toBe('# Waves\n');
  expect(textOf(message)).toBe('I write it.|It is written.');
});

test('D4, I3: a worker killed in the middle: what it had said is taken back by reset-step', async () => {
  scriptInterrupted();
  let killed = false;
  const seen: string[] = [];
  const message = await read(await send(user('tell me')), async (state) => {
    seen.push(textOf(state));
    if (textOf(state) === 'Half of an ' && !killed) {
      killed = true;
      await killWorker();
    }
  });
  expect(seen).toContain('Half of an ');
  expect(textOf(message)).toBe('A whole answer.');
});

test('P5, I3: an api killed in the middle: the page comes back to another, and has the answer from its beginning', async () => {
  const second = await system.startApi();
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  system.model.setScript(() => heldReply('Begun, ', held, 'and done.'));
  const message = user('only once, please');
  const cut = read(await send(message, 'a chat', second.url), async (state) => {
    if (textOf(state) === 'Begun, ') await second.signal('SIGKILL');
  });
  expect(await failureOf(cut)).toBeDefined();
  const resumed = await transport().reconnectToStream({ chatId: 'a chat' });
  finish();
  expect(textOf(await read(resumed as ReadableStream<UIMessageChunk>))).toBe('Begun, and done.');
  expect(await transport().reconnectToStream({ chatId: 'a chat' })).toBeNull();
  // Sent once more, it is the same message.
  expect(textOf(await read(await send(message, 'a chat')))).toBe('Begun, and done.');
  expect(await timesSaid('only once, please')).toBe(1);
});

test('I3: a page that goes away stops nothing; the stop route does, and the stream says so', async () => {
  system.model.setScript(() => heldReply('For ever '));
  const chatId = 'one to stop';
  const first = (await send(user('go'), chatId)).getReader();
  await first.read();
  await first.cancel();
  const resumed = await transport().reconnectToStream({ chatId });
  const chunks: UIMessageChunk[] = [];
  const reader = (resumed as ReadableStream<UIMessageChunk>).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    if (next.value.type === 'text-delta')
      await fetch(`${system.url}/ai-sdk/chat/${encodeURIComponent(chatId)}/stop`, {
        method: 'POST',
        headers,
      });
  }
  expect(chunks.at(-1)).toMatchObject({ type: 'abort' });
});

test('H1, P5, I3: a question ends the answer as a data part; the next message answers it, once, and the turn goes on in the next answer', async () => {
  scriptAsking();
  const chatId = 'a question';
  const asked = await read(await send(user('paint it'), chatId));
  expect(asked?.parts.at(-1)).toMatchObject({
    type: 'data-ask',
    data: { question: 'Which colour?', options: ['red', 'blue'] },
  });
  expect(textOf(asked)).toBe('I need to know.');
  const said = user('green');
  const answered = await read(await send(said, chatId));
  expect(textOf(answered)).toBe('I was told: green');
  // The calls that were open stand in it whole, with what came of them.
  expect(answered?.parts.filter(({ type }) => type === 'dynamic-tool')).toEqual([
    expect.objectContaining({ toolName: 'ask_person', state: 'output-available', output: 'green' }),
    expect.objectContaining({ toolName: 'writemd', state: 'output-available' }),
  ]);
  expect(answered?.parts).toContainEqual(expect.objectContaining({ type: 'data-file', id: 'colour.md' }));
  // Both sent again are what they were.
  expect(textOf(await read(await send(said, chatId)))).toBe('I was told: green');
  expect(await timesSaid('green')).toBe(0);
  expect(await transport().reconnectToStream({ chatId })).toBeNull();
});

test('I3: what cannot be served is a sentence, and a turn that fails is an error of the stream', async () => {
  const picture: UIMessage = {
    ...user('see'),
    parts: [{ type: 'file', mediaType: 'image/png', url: 'data:,' }],
  };
  await expect(send(picture)).rejects.toThrow(/^A part of type "file" is not taken: put files into the Work/);
  system.model.setScript(() => ({ kind: 'http', status: 401, body: '{"error":{"message":"bad key"}}' }));
  await expect(read(await send(user('hello')))).rejects.toThrow('key');
});

type Event = { type: string } & Record<string, unknown>;

/** Runs the agent, whose client checks the events' order by itself; gives them. */
async function run(
  agent: HttpAgent,
  { text, id = `message-${++count}`, look }: { text: string; id?: string; look?: (event: Event) => void },
): Promise<Event[]> {
  const events: Event[] = [];
  agent.setMessages([
    ...agent.messages.filter((message) => message.id !== id),
    { id, role: 'user', content: text },
  ]);
  await agent.runAgent(
    {},
    {
      onEvent({ event }) {
        events.push(event as unknown as Event);
        look?.(event as unknown as Event);
      },
    },
  );
  return events;
}

const interruptOf = (events: Event[]) =>
  (events.at(-1) as { outcome?: { interrupts?: { id: string }[] } } | undefined)?.outcome?.interrupts?.[0];

/** Runs the agent with an answer to the question that its last run ended with. */
async function resume(agent: HttpAgent, entry: ResumeEntry): Promise<Event[]> {
  const events: Event[] = [];
  await agent.runAgent(
    { resume: [entry] },
    {
      onEvent({ event }) {
        events.push(event as unknown as Event);
      },
    },
  );
  return events;
}

test('H1, I4: a question is an interrupt, the next run’s resume its answer; each call stands in the thread once', async () => {
  scriptAsking();
  const agent = newAgent();
  const events = await run(agent, { text: 'paint it' });
  expect(events.at(-1)).toMatchObject({
    type: 'RUN_FINISHED',
    outcome: {
      type: 'interrupt',
      interrupts: [{ reason: 'input_required', message: 'Which colour?', toolCallId: expect.any(String) }],
    },
  });
  const { id: interruptId = '' } = interruptOf(events) ?? {};
  const entry = { interruptId, status: 'resolved' as const, payload: { text: 'green' } };
  expect((await resume(agent, entry)).at(-1)).toMatchObject({ outcome: { type: 'success' } });
  expect(agent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
  expect(agent.messages[1]).toMatchObject({
    toolCalls: [{ function: { name: 'ask_person' } }, { function: { name: 'writemd' } }],
  });
  expect(agent.messages.at(-1)).toMatchObject({ content: 'I was told: green' });
});

test('H1, I4: a question that was answered elsewhere lets the run that answers it go on; one that is given up stops its turn', async () => {
  scriptAsking();
  const agent = newAgent();
  const events = await run(agent, { text: 'paint it' });
  const { id: interruptId = '' } = interruptOf(events) ?? {};
  const work = events.find(({ name }) => name === 'paperagent.work')?.value as { id: string } | undefined;
  const elsewhere = await system.request(account, 'POST', `/api/works/${work?.id}/asks/${interruptId}`, {
    text: 'blue',
  });
  expect(elsewhere.status).toBe(200);
  await resume(agent, { interruptId, status: 'resolved', payload: 'green' });
  expect(agent.messages.at(-1)).toMatchObject({ content: 'I was told: blue' });

  const other = newAgent();
  const { id = '' } = interruptOf(await run(other, { text: 'paint that' })) ?? {};
  const given = await resume(other, { interruptId: id, status: 'cancelled' });
  expect(given.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
});

function newAgent(at = system.url): HttpAgent {
  return new HttpAgent({ url: `${at}/ag-ui`, headers, fetch: fetchThatEnds });
}

/** A connection that is cut ends the body: what fails in it the client throws again where nobody can catch it. */
async function fetchThatEnds(url: string, init: RequestInit): Promise<Response> {
  const { body, status, headers: received } = await fetch(url, init);
  async function* pieces() {
    try {
      for await (const piece of body ?? []) yield piece;
    } catch {
      return;
    }
  }
  return new Response(ReadableStream.from(pieces()), { status, headers: received });
}

test('I4: a turn is a run of AG-UI in the order that its client demands, with steps, calls, results and files', async () => {
  scriptWithFile();
  const agent = newAgent();
  const events = await run(agent, { text: 'write' });
  expect(events[0]).toMatchObject({ type: 'RUN_STARTED', threadId: agent.threadId });
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'CUSTOM',
      name: 'paperagent.file',
      value: expect.objectContaining({ path: 'on waves.md' }),
    }),
  );
  expect(agent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(agent.messages[1]).toMatchObject({
    content: 'I write it.',
    toolCalls: [{ function: { name: 'writemd' } }],
  });
  // The thread goes on in the same Work.
  system.model.setScript(() => textReply('More.'));
  const next = await run(agent, { text: 'more' });
  const workOf = (all: Event[]) => all.find(({ name }) => name === 'paperagent.work')?.value;
  expect(workOf(events)).toEqual({ id: expect.any(String) });
  expect(workOf(next)).toEqual(workOf(events));
});

test('I4: what a code agent does is told as a subagent’s', async () => {
  system.model.setScript((request) => {
    const said = JSON.stringify(request);
    if (said.includes('please have it counted'))
      return answersSoFar(request) === 0
        ? toolReply([{ name: 'code_agent', arguments: { task: 'count the grains' } }])
        : textReply('It was counted.');
    return answersSoFar(request) === 0 ? toolReply([{ name: 'tree', arguments: {} }]) : textReply('Counted.');
  });
  const events = await run(newAgent(), { text: 'please have it counted' });
  const started = events.find(({ type }) => type === 'SUBAGENT_STARTED');
  expect(started).toMatchObject({ name: 'code_agent' });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'TOOL_CALL_START',
      toolCallName: 'tree',
      subagentRunId: started?.subagentRunId,
    }),
  );
  expect(events.filter(({ type }) => type === 'SUBAGENT_FINISHED')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('RUN_FINISHED');
});

test('D4, I4: a worker killed in the middle: the messages are told anew without what is void', async () => {
  scriptInterrupted();
  const agent = newAgent();
  let killing: Promise<void> | undefined;
  const events = await run(agent, {
    text: 'tell me',
    look({ type, delta }) {
      if (type === 'TEXT_MESSAGE_CONTENT' && delta === 'Half of an ') killing ??= killWorker();
    },
  });
  await killing;
  expect(killing).toBeDefined();
  expect(events.map(({ type }) => type)).toContain('MESSAGES_SNAPSHOT');
  expect(agent.messages.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'tell me'],
    ['assistant', 'A whole answer.'],
  ]);
});

test('P5, I4: an api killed in the middle: the run is run again at another, and is the same answer', async () => {
  const second = await system.startApi();
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  system.model.setScript(() => heldReply('Begun, ', held, 'and done.'));
  const agent = newAgent(second.url);
  const cut = run(agent, {
    text: 'once in a thread',
    id: 'mine',
    look({ type }) {
      if (type === 'TEXT_MESSAGE_CONTENT') void second.signal('SIGKILL');
    },
  });
  expect((await cut).map(({ type }) => type)).not.toContain('RUN_FINISHED');
  agent.url = `${system.url}/ag-ui`;
  agent.setMessages([]);
  finish();
  const again = await run(agent, { text: 'once in a thread', id: 'mine' });
  expect(again.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
  expect(agent.messages.at(-1)).toMatchObject({ content: 'Begun, and done.' });
  expect(await timesSaid('once in a thread')).toBe(1);
});

test('I4: a run that is stopped is cancelled; one that fails, and what cannot be run, is RUN_ERROR', async () => {
  system.model.setScript(() => heldReply('For ever '));
  const agent = newAgent();
  const stop = () => fetch(`${system.url}/ag-ui/threads/${agent.threadId}/stop`, { method: 'POST', headers });
  const events = await run(agent, {
    text: 'go',
    look({ type }) {
      if (type === 'TEXT_MESSAGE_CONTENT') void stop();
    },
  });
  expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  system.model.setScript(() => ({ kind: 'http', status: 401, body: '{"error":{"message":"bad key"}}' }));
  const failed = await run(newAgent(), { text: 'hello' });
  expect(failed.at(-1)).toMatchObject({ type: 'RUN_ERROR', message: expect.stringContaining('key') });
  const refused = await fetch(`${system.url}/ag-ui`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ threadId: 't', runId: 'r', messages: [], tools: [{ name: 'mine' }] }),
  });
  expect(refused.status).toBe(400);
  expect(JSON.parse((await refused.text()).replace('data: ', ''))).toMatchObject({
    type: 'RUN_ERROR',
    message: expect.stringContaining('Tools of the client'),
  });
  expect(
    await eventually(
      () => timesSaid('hello'),
      (times) => times > 0,
    ),
  ).toBeGreaterThan(0);
});
