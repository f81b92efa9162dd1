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
