/** OpenAI's own client against /v1 (I2, P23): what it sends works unchanged, and kills lose and double nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import OpenAI, { APIError } from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let worker: AppProcess;
let account: TestAccount;
let client: OpenAI;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
  account = await system.guest();
  client = await newClient();
});
afterAll(() => system.close());

async function newClient(more: Partial<ConstructorParameters<typeof OpenAI>[0]> = {}): Promise<OpenAI> {
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    name: 'a client',
    scopes: ['read', 'write'],
  });
  const { key } = (await made.json()) as { key: string };
  return new OpenAI({ baseURL: `${system.url}/v1`, apiKey: key, maxRetries: 0, ...more });
}

const user = (content: string) => [{ role: 'user' as const, content }];

/** The ids of what a person said in a Work, in order, and what the model was asked. */
async function saidIn(workId: string): Promise<string[]> {
  const rows = await system.db
    .selectFrom('messages')
    .select(['parts'])
    .where('work_id', '=', workId)
    .where('role', '=', 'user')
    .orderBy('position')
    .execute();
  return rows.map(({ parts }) => (parts as { text: string }[])[0]?.text ?? '');
}

async function expectEventually<T>(look: () => Promise<T>, wanted: T): Promise<void> {
  expect(await eventually(look, (seen) => seen === wanted)).toBe(wanted);
}

test('P23: a completion begins a Work, names it, and goes on with it; history of the client is not replayed', async () => {
  system.model.setScript(() => textReply('Four.'));
  const { data, response } = await client.chat.completions
    .create({ model: 'paperagent', messages: user('What is two and two?') })
    .withResponse();
  expect(data).toMatchObject({
    object: 'chat.completion',
    model: 'paperagent',
    choices: [{ message: { role: 'assistant', content: 'Four.' }, finish_reason: 'stop' }],
    usage: { total_tokens: expect.any(Number) },
  });
  const workId = response.headers.get('X-PaperAgent-Work') ?? '';
  system.model.setScript(() => textReply('Six.'));
  const next = await client.chat.completions.create({
    model: `work:${workId}`,
    messages: [
      { role: 'system', content: 'A client’s own instructions.' },
      ...user('What is two and two?'),
      { role: 'assistant', content: 'Four.' },
      ...user('And three and three?'),
    ],
  });
  expect(next.choices[0]?.message.content).toBe('Six.');
  expect(await saidIn(workId)).toEqual(['What is two and two?', 'And three and three?']);
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  expect(models).toEqual(expect.arrayContaining(['paperagent', `work:${workId}`]));
  expect(models.filter((id) => id.startsWith('template:'))).not.toHaveLength(0);
  await system.expectSound(workId);
});

test('I2: a model is looked up by its id alone, another person’s Work is none', async () => {
  const workId = await system.newWork(account);
  expect(await client.models.retrieve(`work:${workId}`)).toMatchObject({
    id: `work:${workId}`,
    object: 'model',
  });
  expect((await client.models.retrieve('paperagent')).id).toBe('paperagent');
  const [template] = (await client.models.list()).data.filter(({ id }) => id.startsWith('template:'));
  expect((await client.models.retrieve(template?.id ?? '')).id).toBe(template?.id);
  const foreign = await system.newWork(await system.guest());
  for (const id of [`work:${foreign}`, `template:${workId}`, 'work:nonsense', 'gpt-5'])
    await expect(client.models.retrieve(id)).rejects.toMatchObject({ status: 404 });
});

test('I1, I2: a key that is deleted in the middle ends the stream with the words for it; the turn goes on', async () => {
  system.model.setScript(() => heldReply('Still '));
  const made = await system.request(account, 'POST', '/api/auth/keys', {
    name: 'short-lived',
    scopes: ['read', 'write'],
  });
  const { key, id } = (await made.json()) as { key: string; id: string };
  const short = new OpenAI({ baseURL: `${system.url}/v1`, apiKey: key, maxRetries: 0 });
  const { data, response } = await short.chat.completions
    .create({ model: 'paperagent', messages: user('tell me'), stream: true })
    .withResponse();
  const read = async () => {
    for await (const chunk of data)
      if (chunk.choices[0]?.delta.content) await system.request(account, 'DELETE', `/api/auth/keys/${id}`);
  };
  await expect(read()).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('has ended'),
  });
  const workId = response.headers.get('X-PaperAgent-Work') ?? '';
  const shown = await (await system.request(account, 'GET', `/api/works/${workId}`)).json();
  expect(shown).toMatchObject({ status: 'running' });
  await system.request(account, 'POST', `/api/works/${workId}/stop`, {});
});

test('I2: a stream brings what is said as it is said, what was made as links that the key opens, and usage', async () => {
  const content = '# On waves\n\nThey wave.\n';
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([{ name: 'writemd', arguments: { file: 'on waves.md', content, mode: 'write' } }], {
          text: 'I write it.',
        })
      : textReply('It is written.'),
  );
  const stream = await client.chat.completions.create({
    model: 'paperagent',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'write' }] }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  const finishes = [];
  let usage: unknown;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
    usage = chunk.usage ?? usage;
  }
  expect(text).toMatch(/^I write it\.\n\nIt is written\.\n\nFiles:\n- \[on waves\.md\]\(\S+\)$/);
  expect(finishes).toEqual(['stop']);
  expect(usage).toMatchObject({ prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) });
  const [, link = ''] = /\]\((\S+)\)$/.exec(text) ?? [];
  const file = await fetch(link, { headers: { authorization: `Bearer ${client.apiKey}` } });
  expect(await file.text()).toBe(content);
});

test('I2: a client that goes away stops nothing', async () => {
  system.model.setScript(() => heldReply('Never finished '));
  const asked = await client.chat.completions
    .create({ model: 'paperagent', messages: user('tell me'), stream: true })
    .withResponse();
  const workId = asked.response.headers.get('X-PaperAgent-Work') ?? '';
  for await (const _chunk of asked.data) break; // which closes the connection
  const { status } = (await (await system.request(account, 'GET', `/api/works/${workId}`)).json()) as {
    status: string;
  };
  expect(status).toBe('running');
  await system.request(account, 'POST', `/api/works/${workId}/stop`, {});
});

test('D4, I2: a worker killed in the middle: the stream says that it begins again, and ends whole', async () => {
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls === 1 ? heldReply('Half of an ') : textReply('A whole answer.');
  });
  const stream = await client.chat.completions.create({
    model: 'paperagent',
    messages: user('tell me'),
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text === 'Half of an ' && calls === 1) {
      await worker.signal('SIGKILL');
      worker = await system.startWorker();
    }
  }
  expect(text).toBe('Half of an \n\n*(Interrupted here; the answer begins again.)*\n\nA whole answer.');
});

test('P5, I2: a request that the client sends again after a lost connection is the same message', async () => {
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls === 1 ? heldReply('Slow ') : textReply('Answered once.');
  });
  const second = await system.startApi();
  const patient = await newClient({ baseURL: `${second.url}/v1`, maxRetries: 10 });
  const answered = patient.chat.completions
    .create({ model: 'paperagent', messages: user('only once, please') })
    .withResponse();
  const asked = async () =>
    await system.db
      .selectFrom('messages')
      .select(['work_id', 'id'])
      .where('role', '=', 'user')
      .where(sql`parts -> 0 ->> 'text'`, '=', 'only once, please')
      .execute();
  await expectEventually(async () => (await asked()).length, 1);
  await second.signal('SIGKILL');
  await system.startApi(Number(new URL(second.url).port));
  const { work_id: workId = '' } = (await asked())[0] ?? {};
  await system.request(account, 'POST', `/api/works/${workId}/stop`, {});
  const { response } = await answered;
  expect(response.headers.get('X-PaperAgent-Work')).toBe(workId);
  expect(await asked()).toHaveLength(1);
});

test('P5, I2: the same Idempotency-Key is the same message, and the same Work', async () => {
  system.model.setScript(() => textReply('Once.'));
  const ask = () =>
    client.chat.completions
      .create(
        { model: 'paperagent', messages: user('hello') },
        { headers: { 'Idempotency-Key': 'a key of the client' } },
      )
      .withResponse();
  const both = await Promise.all([ask(), ask()]);
  const works = new Set(both.map(({ response }) => response.headers.get('X-PaperAgent-Work')));
  expect(works.size).toBe(1);
  expect(await saidIn([...works][0] ?? '')).toEqual(['hello']);
  expect(both.map(({ data }) => data.choices[0]?.message.content)).toEqual(['Once.', 'Once.']);
});

test('I2: a conversation that a chat page names has one Work', async () => {
  system.model.setScript(() => textReply('Yes.'));
  const ask = async (text: string) => {
    const { response } = await client.chat.completions
      .create({ model: 'paperagent', messages: user(text) }, { headers: { 'X-OpenWebUI-Chat-Id': 'chat 7' } })
      .withResponse();
    return response.headers.get('X-PaperAgent-Work');
  };
  const first = await ask('one');
  expect(await ask('two')).toBe(first);
  expect(await saidIn(first ?? '')).toEqual(['one', 'two']);
});

test('I2: a response streams as the Responses API does, and whoever comes back with a number goes on behind it', async () => {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply([{ name: 'tree', arguments: {} }], { text: 'I look.' })
      : textReply('I have looked at everything.'),
  );
  const all: ResponseStreamEvent[] = [];
  const stream = client.responses.stream({ model: 'paperagent', input: 'look' });
  for await (const event of stream) all.push(event);
  const final = await stream.finalResponse();
  expect(final).toMatchObject({ status: 'completed', output_text: 'I look.I have looked at everything.' });
  expect(all[0]?.type).toBe('response.created');
  expect(all.at(-1)?.type).toBe('response.completed');
  const numbers = all.map(({ sequence_number }) => sequence_number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  const middle = all[5]?.sequence_number ?? 0;
  const rest = await client.responses.retrieve(final.id, { stream: true, starting_after: middle });
  const resumed: ResponseStreamEvent[] = [];
  for await (const event of rest) resumed.push(event);
  expect(resumed.map(({ type, sequence_number }) => [type, sequence_number])).toEqual(
    all.slice(6).map(({ type, sequence_number }) => [type, sequence_number]),
  );
  const stored = await client.responses.retrieve(final.id);
  expect(stored.output).toEqual(final.output.map(({ ...item }) => expect.objectContaining({ id: item.id })));
  expect(stored.output_text).toBe(final.output_text);
});

test('I2: a response in the background is polled and cancelled; the next goes on from it', async () => {
  system.model.setScript(() => heldReply('For ever '));
  const { id, status } = await client.responses.create({
    model: 'paperagent',
    input: 'wait',
    background: true,
  });
  expect(status).toBe('queued');
  await expectEventually(async () => (await client.responses.retrieve(id)).output_text, 'For ever ');
  expect((await client.responses.retrieve(id)).status).toBe('in_progress');
  expect((await client.responses.cancel(id)).status).toBe('cancelled');
  expect((await client.responses.retrieve(id)).status).toBe('cancelled');
  system.model.setScript(() => textReply('On.'));
  const next = await client.responses.create({
    input: [{ role: 'user', content: 'go on' }],
    previous_response_id: id,
  });
  expect(next.output_text).toBe('On.');
  expect(next.conversation?.id).toBe((await client.responses.retrieve(id)).conversation?.id);
});

/** Asks a person in the middle of a turn, and says what it was told. */
function scriptAsking(): void {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? toolReply(
          [{ name: 'ask_person', arguments: { question: 'Which colour?', options: ['red', 'blue'] } }],
          {
            text: 'I need to know.',
          },
        )
      : textReply(`I was told: ${String(request.messages.at(-1)?.content)}`),
  );
}

test('H1, P5, I2: a question is what the completion says last; the next message answers it, also when it is sent again', async () => {
  scriptAsking();
  const { data, response } = await client.chat.completions
    .create({ model: 'paperagent', messages: user('paint it') })
    .withResponse();
  expect(data.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { content: 'I need to know.\n\nWhich colour?\n\n- red\n- blue' },
  });
  expect(data.usage?.total_tokens).toBeGreaterThan(0);
  const workId = response.headers.get('X-PaperAgent-Work') ?? '';
  const answer = async (headers: Record<string, string>) => {
    const stream = await client.chat.completions.create(
      { model: `work:${workId}`, messages: user('green'), stream: true },
      { headers },
    );
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return text;
  };
  expect(await answer({})).toBe('I was told: green');
  // As a client does that has lost the connection.
  expect(await answer({ 'X-Stainless-Retry-Count': '1' })).toBe('I was told: green');
  expect(await saidIn(workId)).toEqual(['paint it']);
  await system.expectSound(workId);
});

test('H1, I2: a response ends whole with a question; what is said on from it answers, and each keeps its own part', async () => {
  scriptAsking();
  const asked = await client.responses.create({ model: 'paperagent', input: 'paint it' });
  expect(asked).toMatchObject({ status: 'completed' });
  expect(asked.output_text).toContain('Which colour?');
  const answered = await client.responses.create({ input: 'green', previous_response_id: asked.id });
  expect(answered).toMatchObject({ status: 'completed', output_text: 'I was told: green' });
  expect(answered.id).not.toBe(asked.id);
  expect((await client.responses.retrieve(asked.id)).output_text).toBe(asked.output_text);
  expect((await client.responses.retrieve(answered.id)).output_text).toBe('I was told: green');
});

test('I2: a turn that fails is an error of the client, in the stream too', async () => {
  system.model.setScript(() => ({ kind: 'http', status: 401, body: '{"error":{"message":"bad key"}}' }));
  const whole = client.chat.completions.create({ model: 'paperagent', messages: user('hello') });
  await expect(whole).rejects.toBeInstanceOf(APIError);
  const stream = await client.chat.completions.create({
    model: 'paperagent',
    messages: user('hello'),
    stream: true,
  });
  const read = async () => {
    for await (const _chunk of stream);
  };
  await expect(read()).rejects.toBeInstanceOf(APIError);
  expect(await client.responses.create({ model: 'paperagent', input: 'hello' })).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('key') },
  });
});

test.each([
  ['a model that there is not', { model: 'gpt-5' }, 400, 'model'],
  ['a Work of nobody', { model: 'work:7f6f0b0c-0000-4000-8000-000000000000' }, 400, 'model'],
  [
    'tools of its own',
    { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
    400,
    'tools',
  ],
  ['several answers', { n: 2 }, 400, 'n'],
  ['a schema for the answer', { response_format: { type: 'json_object' } }, 400, 'response_format'],
  ['no message of a user', { messages: [{ role: 'system', content: 'x' }] }, 400, null],
  [
    'a picture',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] },
    400,
    'messages.0.content.0',
  ],
])('I2: %s is refused in OpenAI’s shape, by its name', async (_what, change, status, param) => {
  const request = { model: 'paperagent', messages: user('hello'), ...change };
  const refused = await client.chat.completions.create(request as never).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(APIError);
  const { status: got, error } = refused as { status: number; error: { type: string; param: unknown } };
  expect(got).toBe(status);
  expect(error.type).toBe('invalid_request_error');
  if (param !== null) expect(error.param).toBe(param);
});

test('I1, I2: no key, a wrong one, and one that may only read', async () => {
  const wrong = await newClient({ apiKey: 'pa_wrong' });
  await expect(wrong.models.list()).rejects.toMatchObject({ status: 401 });
  const made = await system.request(account, 'POST', '/api/auth/keys', { name: 'reader', scopes: ['read'] });
  const { key } = (await made.json()) as { key: string };
  const reader = await newClient({ apiKey: key });
  await reader.models.list();
  const refused = reader.chat.completions.create({ model: 'paperagent', messages: user('hello') });
  await expect(refused).rejects.toMatchObject({ status: 403, type: 'permission_error' });
});
