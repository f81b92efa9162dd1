/** SR-H8: whoever has begun much keeps nobody else waiting. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { onBehalfOf } from '../../src/db/askers.ts';
import { openDatabase } from '../../src/db/database.ts';
import { callTool, type Script, textReply } from '../../src/demo-model/reply.ts';
import { PLACE } from '../../src/domain/events.ts';
import { answersSoFar, isCodeAgent } from '../support/faults/scripted-turn.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;

/** Runs what the message says as Python, in a code agent. */
const runsTheMessage: Script = (request) => {
  if (answersSoFar(request) > 0) return textReply('That is all.');
  const code = String(request.messages.findLast(({ role }) => role === 'user')?.content ?? '')
    .split('\n')
    .find((line) => line.startsWith('import time'));
  const timeoutSeconds = 600;
  return {
    kind: 'stream',
    steps: isCodeAgent(request)
      ? callTool(0, 'c', 'run_python', { code, filename: 'it.py', timeoutSeconds })
      : callTool(0, 'm', 'code_agent', { task: code }),
  };
};

beforeAll(async () => {
  system = await startTestSystem({ script: runsTheMessage });
});

afterAll(() => system?.close());

testWith('bubblewrap')(
  "SR-H8: while one guest sleeps in twelve Works for ten minutes each, another's code runs at once",
  async () => {
    const worker = await system.startWorker();
    const sleeper = await system.guest();
    const sleeping = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const workId = await system.newWork(sleeper);
        const chat = await system.chat(sleeper, workId);
        chat.say("import time; print('asleep', flush=True); time.sleep(600)");
        return { workId, chat };
      }),
    );
    await Promise.race(
      sleeping.map(({ chat }) => chat.event(({ kind }) => kind === 'tool.output', 'it slept')),
    );
    await Promise.all(
      sleeping.map(({ chat }) =>
        chat.event((event) => event.kind === 'tool.called' && event.name === 'run_python', 'it was called'),
      ),
    );
    const { workId, chat } = await system.newChat();
    chat.say("import time; print('awake')");
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');
    expect(ofKind(chat.events, 'tool.completed')[0]).toMatchObject({ ok: true, ending: 'exited' });
    const asleep = sleeping.filter((one) => ofKind(one.chat.events, 'tool.output').length > 0);
    expect(asleep).toHaveLength(1);

    // Whoever waits is told why nothing moves.
    const waiting = sleeping.filter((one) => !asleep.includes(one));
    for (const one of waiting) {
      expect(await one.chat.event(({ kind }) => kind === 'retrying', 'that it waits')).toMatchObject({
        what: PLACE.awaited,
        inMs: 0,
      });
    }

    // Those that wait for a place hear of a stop too, and the place of the one that runs goes to the next.
    const hasPlace = Promise.race(
      waiting.map(({ chat }) =>
        chat.event((event) => event.kind === 'retrying' && event.what === PLACE.found, 'it had a place'),
      ),
    );
    for (const one of [...asleep, ...waiting]) {
      one.chat.send({ type: 'stop' });
      expect(await one.chat.event(({ kind }) => kind === 'turn.completed', 'the stop')).toMatchObject({
        outcome: 'stopped',
      });
      if (one === asleep[0]) await hasPlace;
      one.chat.close();
      await system.expectSound(one.workId);
    }
    chat.close();
    await system.expectSound(workId);
    await worker.signal('SIGTERM');
  },
  120_000,
);

test('SR-H8: whoever asks the database for one thing waits for a few statements of somebody who asks for forty', async () => {
  const onIdleError = (error: Error) => {
    throw error;
  };
  const db = openDatabase(system.databaseUrl, { name: 'paperagent-test', max: 4, ofPeople: 3, onIdleError });
  try {
    let done = 0;
    const much = onBehalfOf('somebody', () =>
      Array.from({ length: 40 }, async () => {
        await sql`select pg_sleep(0.02)`.execute(db);
        done += 1;
      }),
    );
    // One more of theirs has begun, at most, by the time that a place is free for others.
    await onBehalfOf('another', () => sql`select pg_sleep(0.02)`.execute(db));
    expect(done).toBeLessThan(8);
    await sql`select pg_sleep(0.02)`.execute(db);
    expect(done).toBeLessThan(12);
    await Promise.all(much);
  } finally {
    await db.destroy();
  }
});
