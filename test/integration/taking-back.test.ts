/** Changing one's mind in the whole system, while a model speaks. */

import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Step, say, textReply } from '../../src/demo-model/reply.ts';
import { saidIn } from '../../src/demo-model/said.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { type Message, textOf } from '../../src/domain/messages.ts';
import type { AppProcess } from '../support/child-process.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';

let system: TestSystem;
let worker: AppProcess;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
});
afterAll(() => system.close());

/** What a model was told that people and agents said, oldest first. */
const told = ({ messages }: StrictRequest) =>
  messages.flatMap(({ role, content }) => {
    if (role === 'system') return [];
    const said = role === 'user' ? saidIn(content).words : [String(content)];
    return said.map((text) => `${role}: ${text}`);
  });

async function begin() {
  const { account, workId, chat } = await system.newChat();
  const ended = (turn: number) =>
    chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `the end of turn ${turn}`);
  return { account, workId, chat, ended };
}

async function shown(account: TestAccount, workId: string): Promise<string[]> {
  const response = await system.request(account, 'GET', `/api/works/${workId}/messages`);
  const { items } = (await response.json()) as { items: Message[] };
  return items.map((message) => `${message.role}: ${textOf(message)}`);
}

/** A model that answers one message without end, and the others at once; gives the requests that come. */
function endless(): StrictRequest[] {
  const requests: StrictRequest[] = [];
  system.model.setScript((request, { signal }) => {
    requests.push(request);
    if (told(request).at(-1) !== 'user: go on for ever') return textReply('So be it.');
    const steps = async function* (): AsyncGenerator<Step> {
      for (let n = 0; !signal.aborted; n += 1) {
        yield* say(`word ${n} `);
        yield { type: 'pause', ms: 20 };
      }
    };
    return { kind: 'stream', steps: steps() };
  });
  return requests;
}

test('F15, P11: run again while the model speaks: it is stopped, and no model hears of what was taken back', async () => {
  const requests = endless();
  const { account, workId, chat, ended } = await begin();
  chat.say('first');
  await ended(1);
  const second = chat.say('go on for ever');
  await chat.event((event) => event.kind === 'text.delta' && event.text.includes('word'), 'words');
  const queued = chat.say('and then this');
  await chat.event((event) => event.kind === 'message.queued' && event.message.id === queued, 'the queue');

  const again = { id: randomUUID(), text: 'briefly' };
  const rerun = `/api/works/${workId}/messages/${second}/rerun`;
  expect((await system.request(account, 'POST', rerun, again)).status).toBe(202);
  expect(await ended(2)).toMatchObject({ outcome: 'stopped' });
  await ended(3);
  await ended(4);
  const conversation = [
    'user: first',
    'assistant: So be it.',
    'user: briefly',
    'assistant: So be it.',
    'user: and then this',
    'assistant: So be it.',
  ];
  expect(await shown(account, workId)).toEqual(conversation);
  expect(told(requests.at(-1) as StrictRequest)).toEqual(conversation.slice(0, -1));
  expect(requests).toHaveLength(4);
  chat.close();
  await system.expectSound(workId);

  // The route gives the file as it is once it is current, and the same where it is gone.
  const history = async () =>
    (await system.request(account, 'GET', `/api/chat/work/${workId}/history`)).json();
  const file = path.join(system.dataDir, 'chat_history', `${workId}.json`);
  const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
  expect(await history()).toEqual(stored);
  await rm(file);
  expect(await history()).toEqual(stored);
});

test('F15, D9: a rerun that was accepted just before the worker died takes effect with the next one', async () => {
  endless();
  const { account, workId, chat, ended } = await begin();
  const first = chat.say('go on for ever');
  await chat.event((event) => event.kind === 'text.delta' && event.text.includes('word'), 'words');
  const id = randomUUID();
  const rerun = `/api/works/${workId}/messages/${first}/rerun`;
  const dead = worker.signal('SIGKILL');
  expect((await system.request(account, 'POST', rerun, { id, text: 'briefly' })).status).toBe(202);
  await dead;
  worker = await system.startWorker();
  expect(await ended(1)).toMatchObject({ outcome: 'stopped' });
  expect(await ended(2)).toMatchObject({ outcome: 'done' });
  expect(await shown(account, workId)).toEqual(['user: briefly', 'assistant: So be it.']);
  const again = await system.request(account, 'POST', rerun, { id, text: 'briefly' });
  expect(await again.json()).toEqual({ id, duplicate: true });
  chat.close();
  await system.expectSound(workId);
});
