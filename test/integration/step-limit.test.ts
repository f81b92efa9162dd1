import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import { isCodeAgent } from '../support/faults/scripted-turn.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused'), env: { TURN_MAX_STEPS: '2' } });
  await system.startWorker();
});

afterAll(() => system.close());

test('D2: a model that goes on calling is asked as often as the limit says; its last calls are run, and the turn fails', async () => {
  system.model.setScript(() => ({ kind: 'stream', steps: callTool(0, 'x', 'tree', { path: null }) }));
  const { workId, chat } = await system.newChat();
  chat.say('look for ever');
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'step_limit' } });
  expect(ofKind(chat.events, 'step.started').map(({ step }) => step)).toEqual([1, 2]);
  expect(ofKind(chat.events, 'tool.completed').map(({ ok }) => ok)).toEqual([true, true]);
  chat.close();
  await system.expectSound(workId);
});

test('D2: a code agent at its limit answers its call with an error, and the turn goes on', async () => {
  let code = 0;
  let main = 0;
  system.model.setScript((request) => {
    if (isCodeAgent(request)) {
      code += 1;
      return { kind: 'stream', steps: callTool(0, 'y', 'tree', { path: null }) };
    }
    main += 1;
    return main === 1
      ? { kind: 'stream', steps: callTool(0, 'x', 'code_agent', { task: 'Look for ever.' }) }
      : textReply('It did not finish.');
  });
  const { workId, chat } = await system.newChat();
  chat.say('have it looked at');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  expect({ code, main }).toEqual({ code: 2, main: 2 });
  expect(ofKind(chat.events, 'tool.completed').at(-1)).toMatchObject({ ok: false });
  chat.close();
  await system.expectSound(workId);
});
