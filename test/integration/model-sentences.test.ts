import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Reply, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo-model/server.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind, wholeLog } from '../support/works.ts';

const http = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  kind: 'http',
  status,
  headers,
  body: JSON.stringify({ error: { message } }),
});

/** What a model server may be that cannot serve a turn, and what the person is told to do. */
const SERVERS: [string, Reply, { code: string; says: RegExp }][] = [
  [
    'cannot use tools with its model',
    http(400, 'registry.example/some-model does not support tools'),
    { code: 'model_bad_request', says: /cannot use tools .* Choose a model with tool support/ },
  ],
  [
    'was started without a parser of calls',
    http(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    { code: 'model_bad_request', says: /start the server so that it parses tool calls/ },
  ],
  [
    'does not let the key use the model',
    http(403, 'You have no access to this model.'),
    { code: 'model_unauthorized', says: /does not let this API key use .* Check the key's permissions/ },
  ],
  [
    'has an account without credit',
    http(429, 'You have run out of credits: insufficient_quota'),
    { code: 'model_unauthorized', says: /no credit left\. Top it up/ },
  ],
  [
    'redirects',
    http(307, 'Moved', { location: 'https://example.com/v1' }),
    { code: 'model_bad_request', says: /redirects to another address.* Enter the final address/ },
  ],
  [
    'is no model server',
    { kind: 'http', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome</html>' },
    { code: 'model_not_found', says: /not the address of a model server.* usually ends in \/v1/ },
  ],
  [
    'asks to wait for hours',
    http(429, 'Slow down.', { 'retry-after': '7200' }),
    { code: 'model_rate_limited', says: /asks to wait for 2 hours .* Send the message again then/ },
  ],
  [
    'does not end its answer',
    {
      kind: 'stream',
      steps: Array.from({ length: 300 }, (_, index) => ({
        type: 'tool' as const,
        index,
        id: `c${index}`,
        name: 'tree',
      })),
    },
    { code: 'model_bad_request', says: /was broken off: it had more than .* Ask for less at a time/ },
  ],
  [
    'refuses a conversation of any length',
    http(400, 'the request exceeds the available context size'),
    { code: 'model_bad_request', says: /longer than the window .* Set the right context window/ },
  ],
];

const GOOD = 'Here it is.';
let system: TestSystem;
let model: ScriptedModel;

beforeAll(async () => {
  model = await startScriptedModel({ script: () => textReply(GOOD) });
  system = await startTestSystem({
    script: (request) =>
      SERVERS.find(([name]) => name === lastWords(request.messages))?.[1] ?? textReply(GOOD),
    env: { MODEL_ALLOWED_HOSTS: `127.0.0.1:${model.port}` },
  });
  await system.startWorker();
});

afterAll(async () => {
  await system.close();
  await model.close();
});

test.each(SERVERS)(
  'R7, M18: a model server that %s ends the turn with what to do, and the message can be sent again',
  async (name, _reply, { code, says }) => {
    const { workId, chat } = await system.newChat();
    chat.say(name);
    const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(end).toMatchObject({ outcome: 'failed', error: { code, message: expect.stringMatching(says) } });
    const log = await wholeLog(system.db, workId);
    expect(ofKind(log, 'retrying')).toEqual([]);
    // Nothing is lost: the conversation goes on where it stood.
    chat.say('Again.');
    const again = await chat.event(
      ({ kind, turn }) => kind === 'turn.completed' && turn === 2,
      'the second end',
    );
    expect(again).toMatchObject({ outcome: 'done' });
    chat.close();
    await system.expectSound(workId);
  },
);

test('M7: a window that is smaller than any prompt is said with both figures, before the server is asked', async () => {
  const account = await system.guest();
  const settings = { role: 'main', baseUrl: model.url, apiKey: '', model: 'small', contextWindow: 2_048 };
  const made = await system.request(account, 'POST', '/api/models', settings);
  const { id } = (await made.json()) as { id: string };
  const workId = await system.newWork(account);
  const chat = await system.chat(account, workId);
  chat.say('hello');
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'model_bad_request',
      message: expect.stringMatching(
        /window of "small" .* has 2048 tokens, and this turn needs at least \d{4}\. Choose/,
      ),
    },
  });
  expect(model.count()).toBe(0);
  // Set to nothing, the server is asked for its window.
  await system.request(account, 'PATCH', `/api/models/${id}`, { contextWindow: null });
  chat.say('hello again');
  const again = await chat.event(
    ({ kind, turn }) => kind === 'turn.completed' && turn === 2,
    'the second end',
  );
  expect(again).toMatchObject({ outcome: 'done' });
  chat.close();
});

test('M17, U8: a wait of a quarter of an hour is told with its time, and a stop ends it at once', async () => {
  const { workId, chat } = await system.newChat();
  system.model.setScript(() => http(429, 'Please retry in 900s.'));
  chat.say('wait');
  const told = await chat.event(({ kind }) => kind === 'retrying', 'the wait');
  expect(told).toMatchObject({ code: 'model_rate_limited', inMs: 900_000 });
  chat.send({ type: 'stop' });
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'stopped' });
  chat.close();
  await system.expectSound(workId);
});
