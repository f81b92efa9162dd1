/** SIGTERM of a worker while something runs that lasts longer than its drain: handed over, nothing lost or doubled. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textReply, toolReply } from '../../src/demo-model/reply.ts';
import type { AppProcess } from '../support/child-process.ts';
import { countingRun } from '../support/counting-run.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { heldReply } from '../support/held-reply.ts';
import { testWith } from '../support/needs.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

/** The drain of 3 s, the hand-over, and the closing of what is open; a busy machine gets twice of that. */
const ENDED_MS = 12_000;

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
});

afterAll(() => system.close());

/** Ends a worker as an operator does, while its successor starts; gives the successor. */
async function replace(worker: AppProcess): Promise<AppProcess> {
  const began = performance.now();
  const ended = worker.signal('SIGTERM').then(() => performance.now() - began);
  const next = await system.startWorker();
  expect(await ended).toBeLessThan(ENDED_MS);
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  return next;
}

testWith('bubblewrap')(
  'D7: code that outlasts the drain goes on, and the next worker shows the rest of its output',
  async () => {
    const worker = await system.startWorker();
    system.model.setScript(countingRun);
    const { account, workId, chat } = await system.newChat();
    chat.say('run it');
    await chat.event(({ kind }) => kind === 'tool.output', 'the first output');
    const next = await replace(worker);
    const seen = chat.cursor();
    await chat.event((event) => event.kind === 'tool.output' && event.seq > seen, 'output told by the next');
    await system.request(account, 'PUT', `/api/works/${workId}/files/go`, 'now');
    await chat.event(({ kind }) => kind === 'turn.completed', 'the end');

    expect(ofKind(chat.events, 'tool.completed')[0]).toMatchObject({ ok: true, ending: 'exited' });
    const lines = ofKind(chat.events, 'tool.output')
      .map(({ text }) => text)
      .join('')
      .trimEnd()
      .split('\n');
    expect(lines).toEqual([...lines.slice(0, -1).map((_, index) => String(index)), 'finished']);
    expect(await readFile(path.join(system.dataDir, 'workspaces', workId, 'count.txt'), 'utf8')).toBe('x');
    chat.close();
    await system.expectSound(workId);
    await next.signal('SIGTERM');
  },
);

test.each([
  ['the first of its turn, begun ahead of its activity', 0],
  ['a later one', 1],
])(
  'D4, D6: a model call that outlasts the drain (%s) is made once more, by the next worker',
  async (_, at) => {
    const worker = await system.startWorker();
    let calls = 0;
    system.model.setScript((request) => {
      const answered = answersSoFar(request);
      if (answered < at) return toolReply([{ name: 'tree', arguments: { path: null } }]);
      calls += 1;
      return calls === 1 ? heldReply('The beginning of') : textReply('An answer, whole.');
    });
    const { workId, chat } = await system.newChat();
    chat.say('answer me');
    await chat.event(({ kind }) => kind === 'text.delta', 'the first token');
    const next = await replace(worker);
    expect(await chat.event(({ kind }) => kind === 'turn.completed', 'the end')).toMatchObject({
      outcome: 'done',
    });
    expect(calls).toBe(2);
    expect(ofKind(chat.events, 'step.superseded')).toHaveLength(1);
    expect(ofKind(chat.events, 'message.completed').at(-1)).toMatchObject({
      message: { parts: [{ type: 'text', text: 'An answer, whole.' }] },
    });
    chat.close();
    await system.expectSound(workId);
    await next.signal('SIGTERM');
  },
);
