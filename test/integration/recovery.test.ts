import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, textReply } from '../../src/demo-model/reply.ts';
import { advanceClockOfWorkers } from '../support/clock.ts';
import { countingRun } from '../support/counting-run.ts';
import { eventually } from '../support/eventually.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind, wholeLog } from '../support/works.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});

afterAll(() => system.close());

test('D2, D4, D6: a worker killed while text streams costs that one call, and nothing is shown twice', async () => {
  const worker = await system.startWorker();
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    return calls === 1
      ? heldReply('The beginning of an answer ')
      : textReply('The beginning of an answer and its end.');
  });
  const { workId, chat } = await system.newChat();
  chat.say('hello');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
  await worker.signal('SIGKILL');
  const next = await system.startWorker();
  await chat.event(({ kind }) => kind === 'step.superseded', 'the takeover');
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'done' });
  expect(calls).toBe(2);
  const done = ofKind(chat.events, 'message.completed');
  expect(done).toMatchObject([
    { message: { parts: [{ type: 'text', text: 'The beginning of an answer and its end.' }] } },
  ]);
  expect(chat.events.map(({ seq }) => seq)).toEqual(chat.events.map((_, index) => index + 1));
  chat.close();
  await system.expectSound(workId);
  await next.signal('SIGTERM');
});

testWith('bubblewrap')(
  'D5, D7, S1: a worker killed while code runs leaves the run alone, and the next one reattaches to it',
  async () => {
    const worker = await system.startWorker();
    const code = [
      'import time, pathlib',
      "print('started', flush=True)",
      "with open('count.txt', 'a') as f: f.write('x')",
      "go = pathlib.Path('go')",
      'while not go.exists(): time.sleep(0.02)',
      "print('finished', flush=True)",
    ].join('\n');
    system.model.setScript((request) => {
      const answered = answersSoFar(request);
      if (isCodeAgent(request)) {
        if (answered > 0) return textReply('The run is over.');
        return {
          kind: 'stream',
          steps: callTool(0, 'c', 'run_python', { code, filename: 'wait.py', timeoutSeconds: 60 }),
        };
      }
      if (answered > 0) return textReply('All done.');
      return { kind: 'stream', steps: callTool(0, 'm', 'code_agent', { task: 'Wait.' }) };
    });
    const { account, workId, chat } = await system.newChat();
    chat.say('run it');
    await chat.event(
      (event) => event.kind === 'tool.output' && event.text.includes('started'),
      'the first output',
    );
    await worker.signal('SIGKILL');
    const next = await system.startWorker();
    await system.request(account, 'PUT', `/api/works/${workId}/files/go`, 'now');
    const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(end).toMatchObject({ outcome: 'done' });
    const output = ofKind(chat.events, 'tool.output')
      .map(({ text }) => text)
      .join('');
    expect(output).toBe('started\nfinished\n');
    expect(ofKind(chat.events, 'tool.completed')[0]).toMatchObject({ ok: true, ending: 'exited' });
    const workspace = path.join(system.dataDir, 'workspaces', workId);
    expect(await readFile(path.join(workspace, 'count.txt'), 'utf8')).toBe('x');
    chat.close();
    await system.expectSound(workId);
    await next.signal('SIGTERM');
  },
);

testWith('bubblewrap')(
  'D7: a worker that slept past its lease and wakes leaves the run to the one that reattached to it',
  async () => {
    const sleeper = await system.startWorker();
    system.model.setScript(countingRun);
    const { account, workId, chat } = await system.newChat();
    chat.say('run it');
    await chat.event(({ kind }) => kind === 'tool.output', 'the first output');
    const { id: asleep } = await system.db
      .selectFrom('workers')
      .select('id')
      .where('pid', '=', sleeper.pid)
      .executeTakeFirstOrThrow();
    await sleeper.signal('SIGSTOP');
    const next = await system.startWorker();
    await advanceClockOfWorkers(system.db, 5.1, [asleep]);
    // What it had sent before it fell asleep may still be on its way: only the claim says whose the run is.
    const attempts = () =>
      system.db
        .selectFrom('claims')
        .select('attempt')
        .where('work_id', '=', workId)
        .where('key', 'like', 'tool:%')
        .executeTakeFirstOrThrow();
    expect(await eventually(attempts, ({ attempt }) => attempt === 2)).toEqual({ attempt: 2 });
    const seen = chat.cursor();
    await chat.event((event) => event.kind === 'tool.output' && event.seq > seen, 'output told by the next');
    await sleeper.signal('SIGCONT');
    await sleeper.line((line) => line.includes('"end":"fenced"'), 'it knew that it was superseded');
    await system.request(account, 'PUT', `/api/works/${workId}/files/go`, 'now');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(ofKind(chat.events, 'tool.completed')[0]).toMatchObject({ ok: true, ending: 'exited' });
    chat.close();
    await system.expectSound(workId);
    await Promise.all([sleeper.signal('SIGTERM'), next.signal('SIGTERM')]);
  },
);

test('R2: messages that came while no worker ran are answered when one comes', async () => {
  system.model.setScript(() => textReply('Here I am.'));
  const { workId, chat } = await system.newChat();
  chat.say('anybody?');
  await chat.frame(({ type }) => type === 'ack', 'the ack');
  const worker = await system.startWorker();
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});

test('D9, P11: a stop in the middle of an answer keeps its text, and the next message is answered', async () => {
  const worker = await system.startWorker();
  let calls = 0;
  system.model.setScript(() => {
    calls += 1;
    if (calls > 1) return textReply('Yes.');
    return heldReply('Half of an ');
  });
  const { workId, chat } = await system.newChat();
  chat.say('tell me');
  await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
  chat.send({ type: 'stop' });
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'stopped', turn: 1 });
  expect(ofKind(chat.events, 'message.completed')).toMatchObject([
    { message: { status: 'stopped', parts: [{ type: 'text', text: 'Half of an ' }] } },
  ]);
  await system.model.requests.at(-1)?.ended;
  expect(system.model.requests.at(-1)?.outcome).toBe('closed_by_client');
  chat.say('still there?');
  const second = await chat.event(
    (event) => event.kind === 'turn.completed' && event.turn === 2,
    'the second end',
  );
  expect(second).toMatchObject({ outcome: 'done' });
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});

test('P2: two clients see the same events, also the one that comes back with its cursor', async () => {
  const worker = await system.startWorker();
  const middle = Promise.withResolvers<void>();
  system.model.setScript(() => heldReply('One two three ', middle.promise, 'four five six.'));
  const { account, workId, chat: watcher } = await system.newChat(0);
  const traveller = await system.chat(account, workId, 0);
  traveller.say('count');
  await traveller.event((event) => event.kind === 'text.delta' && event.text.includes('three'), 'three');
  const cursor = traveller.cursor();
  traveller.close();
  await traveller.closed;
  middle.resolve();
  await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
  const back = await system.chat(account, workId, cursor);
  await back.event(({ kind }) => kind === 'turn.completed', 'the end');
  const seen = [...traveller.events.filter(({ seq }) => seq <= cursor), ...back.events];
  expect(seen).toEqual(watcher.events);
  expect(back.frames.filter(({ type }) => type === 'snapshot')).toEqual([]);
  watcher.close();
  back.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
});

test('R7: a model that cannot be reached fails the turn with the address, and the message can be sent again', async () => {
  const worker = await system.startWorker();
  const { workId, chat } = await system.newChat();
  system.model.setScript(() => ({ kind: 'http', status: 401, body: '{"error":{"message":"bad key"}}' }));
  chat.say('hello');
  const end = await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'model_unauthorized' } });
  expect(JSON.stringify(end)).toContain(new URL(system.model.url).host);
  system.model.setScript(() => textReply('Better now.'));
  chat.say('hello again');
  const second = await chat.event(
    (event) => event.kind === 'turn.completed' && event.turn === 2,
    'the second end',
  );
  expect(second).toMatchObject({ outcome: 'done' });
  chat.close();
  await system.expectSound(workId);
  expect((await wholeLog(system.db, workId)).length).toBe(chat.cursor());
  expect(await readdir(path.join(system.dataDir, 'chat_history'))).toContain(`${workId}.json`);
  await worker.signal('SIGTERM');
});
