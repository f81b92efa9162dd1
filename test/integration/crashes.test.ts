/** SR-C1: work that brings its worker down is given up, and nobody else's is, nor what somebody kills from outside. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply } from '../../src/demo-model/reply.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

const SEAM = fileURLToPath(new URL('../support/faults/crash-seam.mjs', import.meta.url));

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});

afterAll(() => system?.close());

const claimsOf = (workId: string) =>
  system.db
    .selectFrom('claims')
    .select(['attempt', 'crashes', 'losses'])
    .where('work_id', '=', workId)
    .executeTakeFirstOrThrow();

test('SR-C1: a step that brings three workers down fails with a sentence, and a turn beside it ends done', async () => {
  const release = Promise.withResolvers<void>();
  system.model.setScript(() => heldReply('At first, ', release.promise, 'and at last.'));
  const start = () => system.startWorker({ NODE_OPTIONS: `--import ${SEAM}` });
  let worker = await start();
  const innocent = await system.newChat();
  innocent.chat.say('tell me slowly');
  await innocent.chat.event(({ kind }) => kind === 'text.delta', 'its first token');
  const guilty = await system.newChat();
  guilty.chat.say('BRING THE WORKER DOWN');
  for (let crash = 1; crash <= 3; crash += 1) {
    const last = await worker.line(
      (line) => line.includes('the watchdog ends this process'),
      'it stood still',
    );
    expect(last).toContain('its main thread stood still for 10 s');
    expect(await worker.ended).toMatchObject({ signal: 'SIGABRT' });
    const begun = worker.lines.filter((line) => line.includes('an attempt begins'));
    expect(begun.at(-1)).toContain(`"workId":"${guilty.workId}"`);
    worker = await start();
  }
  const end = await guilty.chat.event(({ kind }) => kind === 'turn.completed', 'its end');
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'worker_crashed' } });
  expect(JSON.stringify(end)).toContain('again and again the worker that was at it came down');
  await worker.line((line) => line.includes('brought too many workers down'), 'the log says so');
  release.resolve();
  expect(await innocent.chat.event(({ kind }) => kind === 'turn.completed', 'its end')).toMatchObject({
    outcome: 'done',
  });
  expect(await claimsOf(innocent.workId)).toMatchObject({ crashes: 1 });
  for (const { chat, workId } of [innocent, guilty]) {
    chat.close();
    await system.expectSound(workId);
  }
  await worker.signal('SIGTERM');
}, 240_000);

test('SR-C1, D2: a worker killed five times at one step from outside is no sign against the step', async () => {
  const release = Promise.withResolvers<void>();
  system.model.setScript(() => heldReply('Still here, ', release.promise, 'and done.'));
  let worker = await system.startWorker();
  const { workId, chat } = await system.newChat();
  chat.say('hello');
  for (let kill = 1; kill <= 5; kill += 1) {
    const { seq } = await chat.event(
      (event) => event.kind === 'step.started' && event.attempt === kill,
      `attempt ${kill}`,
    );
    await chat.event((event) => event.kind === 'text.delta' && event.seq > seq, 'its first token');
    await worker.signal('SIGKILL');
    worker = await system.startWorker();
  }
  release.resolve();
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  expect(await claimsOf(workId)).toMatchObject({ attempt: 6, crashes: 0, losses: 5 });
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
}, 180_000);

test('SR-C1: a process that was suspended for longer than the watchdog waits goes on when it wakes', async () => {
  system.model.setScript(() => textReply('Awake.'));
  const worker = await system.startWorker();
  await worker.signal('SIGSTOP');
  // The time itself is what is tried: no event tells that it has passed.
  await delay(12_000);
  await worker.signal('SIGCONT');
  const { workId, chat } = await system.newChat();
  chat.say('hello');
  expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
    outcome: 'done',
  });
  expect(ofKind(chat.events, 'step.started')).toHaveLength(1);
  expect(worker.lines.join('\n')).not.toContain('the watchdog');
  chat.close();
  await system.expectSound(workId);
  await worker.signal('SIGTERM');
}, 90_000);
