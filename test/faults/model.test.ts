import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callTool, type Reply, type Script, say, textReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import { startScriptedModel } from '../../src/demo-model/server.ts';
import { findFreePort } from '../../src/setup/ports.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { GOOD_ANSWER, MODEL_FAULTS } from '../support/faults/model-faults.ts';
import { faultList } from '../support/faults/report.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { withTrouble } from '../support/faults/strike.ts';

let system: FaultSystem;
const list = faultList('model');

/** Short, so that a stall is over soon; long enough for a busy machine's ordinary pauses. */
const SHORT_TIMEOUTS = { MODEL_STALL_SECONDS: '2', MODEL_FIRST_TOKEN_SECONDS: '3' };

beforeAll(async () => {
  system = await startFaultSystem({ script: () => textReply(GOOD_ANSWER), env: SHORT_TIMEOUTS });
});

afterAll(async () => {
  await system.close();
  await list.write(MODEL_FAULTS.length + 2);
});

/**
 * The n-th call of each conversation (told apart by what its person said) is answered by the n-th reply; what comes
 * after a tool's result is whole.
 */
function inTurn(replies: (said: string) => Reply[]): Script {
  const calls = new Map<string, number>();
  return (request) => {
    const said = lastWords(request.messages);
    const call = calls.get(said) ?? 0;
    calls.set(said, call + 1);
    if (answersSoFar(request) > 0) return textReply(GOOD_ANSWER);
    return replies(said)[call] ?? textReply(GOOD_ANSWER);
  };
}

test.each(MODEL_FAULTS)('R6, R7, P9, P10: $name', async ({ name, reply, calls, outcome, problems }) => {
  await list.row(name, async () => {
    system.model.setScript(inTurn(() => [reply]));
    const before = system.model.count();
    const workId = await system.newWork(system.account);
    const watcher = system.watch(workId);
    try {
      const began = performance.now();
      watcher.say('Go.');
      const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
      const ms = Math.round(performance.now() - began);
      expect(end).toMatchObject({ outcome });
      expect(system.model.count() - before).toBe(calls);
      expect(problems?.(watcher.events) ?? []).toEqual([]);
      await system.expectSound(workId);
      return `${outcome} after ${calls} ${calls === 1 ? 'call' : 'calls'}, ${(ms / 1000).toFixed(1)} s`;
    } catch (error) {
      throw withTrouble(error, system);
    } finally {
      watcher.close();
    }
  });
});

test('D4, D5, R7: cut at any byte, an answer with text and a call is tried again, whole or not at all', async () => {
  await list.row('cut at any byte', async () => {
    const steps = () => [
      ...say('Der Anfang, 开头, and the rest. '),
      ...callTool(0, 'c', 'writemd', { file: 'a.md', content: 'Line.\n', mode: 'append' }),
    ];
    const whole = await lengthOf({ kind: 'stream', steps: steps() });
    const cuts = Array.from({ length: 60 }, (_, index) => 1 + Math.floor((index * whole) / 60));
    system.model.setScript(
      inTurn((said) => [
        { kind: 'stream', steps: steps(), cutAtByte: Number(said) },
        { kind: 'stream', steps: steps() },
      ]),
    );
    await Promise.all(
      cuts.map(async (cut) => {
        const workId = await system.newWork(system.account);
        const watcher = system.watch(workId);
        watcher.say(String(cut));
        const end = await watcher.event(({ kind }) => kind === 'turn.completed', `the end of ${cut}`, 90_000);
        watcher.close();
        expect({ cut, end }).toMatchObject({ end: { outcome: 'done' } });
        const file = await system.request(system.account, 'GET', `/api/works/${workId}/files/a.md`);
        expect({ cut, text: await file.text() }).toEqual({ cut, text: 'Line.\n' });
        await system.expectSound(workId);
      }),
    );
    return `done at each of ${cuts.length} bytes of ${whole}`;
  });
}, 180_000);

test('R7: a model that is away for some seconds is waited for', async () => {
  await list.row('refused connection for 4 s', async () => {
    const port = await findFreePort();
    const away = await startFaultSystem({
      script: () => textReply('unused'),
      env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    });
    try {
      const workId = await away.newWork(away.account);
      const watcher = away.watch(workId);
      watcher.say('Is anybody there?');
      await watcher.event(({ kind }) => kind === 'retrying', 'the first retry');
      const retries = watcher.events.filter(({ kind }) => kind === 'retrying').length;
      await watcher.event(
        ({ seq }) =>
          watcher.events.slice(0, seq).filter(({ kind }) => kind === 'retrying').length > retries + 1,
        'two more',
      );
      const model = await startScriptedModel({ script: () => textReply(GOOD_ANSWER), port });
      const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end');
      expect(end).toMatchObject({ outcome: 'done' });
      watcher.close();
      await away.expectSound(workId);
      await model.close();
      return `done after ${watcher.events.filter(({ kind }) => kind === 'retrying').length} retries`;
    } finally {
      await away.close();
    }
  });
});

/** Bytes of a whole streamed answer. */
async function lengthOf(reply: Reply): Promise<number> {
  const model = await startScriptedModel({ script: () => reply, strict: false });
  try {
    const response = await fetch(`${model.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'scripted',
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: 'user', content: 'x' }],
      }),
    });
    return (await response.arrayBuffer()).byteLength;
  } finally {
    await model.close();
  }
}
