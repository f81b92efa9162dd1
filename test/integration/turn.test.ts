import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, say, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('Hello there.') });
  await system.startWorker();
});

afterAll(() => system.close());

test('F2, P1, P4: a message is acked, answered live, and the turn ends with one completion event', async () => {
  const { workId, chat } = await system.newChat();
  const id = chat.say('hello');
  const ack = await chat.frame(({ type }) => type === 'ack', 'the ack');
  expect(ack).toMatchObject({ id, duplicate: false });
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ turn: 1, outcome: 'done' });
  expect(
    ofKind(chat.events, 'text.delta')
      .map(({ text }) => text)
      .join(''),
  ).toBe('Hello there.');
  expect(chat.frames.map(({ type }) => type).slice(0, 2)).toEqual(['ready', 'snapshot']);
  chat.close();
  await system.expectSound(workId);
});

test('F3, F6, P7: tools that read run side by side, one that writes changes the file, the model sees each result', async () => {
  system.model.setScript((request) => {
    switch (answersSoFar(request)) {
      case 0:
        return {
          kind: 'stream',
          steps: [
            ...say('First I look. '),
            ...callTool(0, 'x', 'tree', { path: null }),
            ...callTool(1, 'x', 'analyze_template', { file: 'paper.md' }),
          ],
        };
      case 1:
        return {
          kind: 'stream',
          steps: callTool(0, 'x', 'writemd', { file: 'notes.md', content: '# Notes\n', mode: 'write' }),
        };
      default:
        return textReply('Written.');
    }
  });
  const { workId, chat } = await system.newChat();
  chat.say('write the notes');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  const ended = ofKind(chat.events, 'tool.completed');
  expect(ended).toHaveLength(3);
  expect(ended.every(({ ok }) => ok)).toBe(true);
  expect(ended.at(-1)?.files).toMatchObject([{ path: 'notes.md', change: 'added' }]);
  expect(await readFile(path.join(system.dataDir, 'workspaces', workId, 'notes.md'), 'utf8')).toBe(
    '# Notes\n',
  );
  const last = system.model.requests.at(-1);
  expect(last?.problems).toEqual([]);
  expect(last?.body.messages.filter(({ role }) => role === 'tool')).toHaveLength(3);
  chat.close();
  await system.expectSound(workId);
});

test("SR-M3: what a stranger's template says, visible or not, and how files are named reaches a model as material in a person's message, never in the system prompt", async () => {
  system.model.setScript((request) =>
    answersSoFar(request) === 0
      ? { kind: 'stream', steps: callTool(0, 'x', 'analyze_template', { file: 'paper.md' }) }
      : textReply('Read.'),
  );
  const credentials = { email: 'stranger@example.org', password: 'a long password' };
  const registered = await system.request(null, 'POST', '/api/auth/register', credentials);
  const stranger = { token: ((await registered.json()) as { accessToken: string }).accessToken };
  const content = '# HEADING-ORDER\n\n<!-- COMMENT-ORDER -->\n\n## Part\n\nWORD-ORDER\n';
  const template = await system.request(stranger, 'POST', '/api/templates', {
    name: 'A board',
    content,
    public: true,
  });
  expect(template.status).toBe(201);
  const { id: templateId } = (await template.json()) as { id: string };
  const account = await system.guest();
  const created = await system.request(account, 'POST', '/api/works', { templateId });
  const { id: workId } = (await created.json()) as { id: string };
  await fetch(`${system.url}/api/works/${workId}/files/NAME-ORDER.txt`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${account.token}` },
    body: 'FILE-ORDER',
  });
  const from = system.model.requests.length;
  const chat = await system.chat(account, workId);
  chat.say('write it');
  await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  const told = system.model.requests.slice(from).flatMap(({ body }) => body.messages);
  const rolesOf = (word: string) =>
    [
      ...new Set(told.filter((message) => JSON.stringify(message).includes(word)).map(({ role }) => role)),
    ].sort();
  for (const word of ['HEADING-ORDER', 'COMMENT-ORDER', 'WORD-ORDER'])
    expect([word, rolesOf(word)]).toEqual([word, ['tool', 'user']]);
  expect(rolesOf('NAME-ORDER')).toEqual(['user']);
  const [opening] = told.filter((message) => JSON.stringify(message).includes('NAME-ORDER'));
  expect(JSON.stringify(opening)).toMatch(/<workspace>.*COMMENT-ORDER.*NAME-ORDER.*<\/workspace>.*write it/);
  const systems = new Set(
    told.filter(({ role }) => role === 'system').map((message) => JSON.stringify(message)),
  );
  expect(systems.size).toBe(1);
  expect([...systems][0]).toContain('<workspace>');
  chat.close();
  await system.expectSound(workId);
});

test('P5, P13: queued messages are a turn each, in order, and a repeated one is none', async () => {
  system.model.setScript((request) => textReply(`You said ${lastWords(request.messages)}.`));
  const { workId, chat } = await system.newChat();
  const id = chat.say('one');
  chat.say('two');
  chat.say('one', { id });
  chat.send({ type: 'message', id, text: 'other words' });
  expect(await chat.frame(({ type }) => type === 'error', 'the refusal')).toMatchObject({
    code: 'id_reused',
    id,
  });
  await chat.event((event) => event.kind === 'turn.completed' && event.turn === 2, 'the second end');
  expect(chat.frames.filter(({ type }) => type === 'ack').map(({ duplicate }) => duplicate)).toEqual([
    false,
    false,
    true,
  ]);
  expect(ofKind(chat.events, 'turn.started')).toHaveLength(2);
  chat.close();
  await system.expectSound(workId);
});
