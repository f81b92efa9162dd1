/** H5: a reviewer with a context of its own reads the paper as the main agent ends its turn, where the Work has one. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Reply, type Script, say, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { saidIn } from '../../src/demo-model/said.ts';
import type { StrictRequest } from '../../src/demo-model/strict-request.ts';
import { MAX_REVIEW_CHARACTERS, type Review } from '../../src/domain/reviews.ts';
import type { Work } from '../../src/protocol/works.ts';
import type { ChatClient } from '../support/chat-client.ts';
import type { AppProcess } from '../support/child-process.ts';
import { heldReply } from '../support/held-reply.ts';
import { startTestSystem, type TestAccount, type TestSystem } from '../support/system.ts';
import { ofKind } from '../support/works.ts';

let system: TestSystem;
let worker: AppProcess;

beforeAll(async () => {
  system = await startTestSystem({ script: () => textReply('unused') });
  worker = await system.startWorker();
});

afterAll(async () => {
  await system.close();
});

const isReviewer = ({ messages: [first] }: StrictRequest) =>
  first?.role === 'system' && first.content.startsWith('You are the reviewer of a paper.');
const told = ({ messages }: StrictRequest) =>
  messages.flatMap((message) => (message.role === 'user' ? saidIn(message.content).told : []));
const toldOf = (request: StrictRequest, name: string) =>
  told(request)
    .filter((part) => part.name === name)
    .map(({ text }) => text);

const writes = (content: string): Reply =>
  toolReply([{ name: 'writemd', arguments: { file: 'paper.md', content, mode: 'write' } }]);

/** Writes the paper, and again for each review that sends it back; `verdict` is the reviewer's answer in each round. */
function reviewed(verdict: (round: number, request: StrictRequest) => Reply): Script {
  return (request) => {
    if (isReviewer(request)) return verdict(toldOf(request, 'before').length + 1, request);
    const rounds = toldOf(request, 'review').length;
    const written = request.messages.filter(({ role }) => role === 'tool').length;
    if (written > rounds) return textReply(`Written ${written} times.`);
    return writes(`# On dice\n\nTheir mean is 3.5, as version ${written + 1} says.\n`);
  };
}

async function reviewedWork(rounds = 1): Promise<{ account: TestAccount; workId: string; chat: ChatClient }> {
  const account = await system.guest();
  const made = await system.request(account, 'POST', '/api/works', { language: 'en', review: { rounds } });
  const { id: workId, review } = (await made.json()) as Work;
  expect(review).toEqual({ rounds });
  return { account, workId, chat: await system.chat(account, workId) };
}

const ended = (chat: ChatClient, turn = 1) =>
  chat.event((event) => event.kind === 'turn.completed' && event.turn === turn, `the end of turn ${turn}`);
const verdictsOf = (chat: ChatClient) =>
  ofKind(chat.events, 'review.completed').map(({ round, verdict, points, sentBack }) => ({
    ...{ round, verdict, points, sentBack },
  }));

test('H5: off by default, a paper that changed costs no request, no row and no event', async () => {
  system.model.setScript(reviewed(() => textReply('Verdict: accept')));
  const { account, workId, chat } = await system.newChat();
  const before = system.model.count();
  chat.say('Write on dice.');
  await ended(chat);
  expect(system.model.count() - before).toBe(2);
  expect(ofKind(chat.events, 'review.completed')).toEqual([]);
  const rows = await system.db.selectFrom('reviews').select('seq').where('work_id', '=', workId).execute();
  expect(rows).toEqual([]);
  const work = (await (await system.request(account, 'GET', `/api/works/${workId}`)).json()) as Work;
  expect(work.review).toBeNull();
  await system.expectSound(workId);
});

test('H5: the reviewer sends the paper back once, is told what it said, and its last word ends the turn', async () => {
  const seen: StrictRequest[] = [];
  system.model.setScript(
    reviewed((round, request) => {
      seen.push(request);
      return round === 1
        ? textReply('Verdict: revise\n- Results: the mean has no source.\n- Title: too short.')
        : textReply('**Verdict:** accept');
    }),
  );
  const { account, workId, chat } = await reviewedWork();
  chat.say('Write on dice.');
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });

  const points = ['Results: the mean has no source.', 'Title: too short.'];
  expect(verdictsOf(chat)).toEqual([
    { round: 1, verdict: 'revise', points, sentBack: true },
    { round: 2, verdict: 'accept', points: [], sentBack: false },
  ]);
  const [first, second] = seen as [StrictRequest, StrictRequest];
  // Its context is its own: the paper, facts about it and what was asked, and nothing that was thought on the way.
  expect(first.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(told(first).map(({ name }) => name)).toEqual(['asked', 'paper', 'check', 'numbers', 'instruction']);
  expect(toldOf(first, 'asked')).toEqual(['Write on dice.']);
  expect(toldOf(first, 'paper')[0]).toContain('as version 1 says');
  expect(toldOf(first, 'check')[0]).toContain('The check of paper.md found');
  expect(JSON.stringify(first)).not.toContain('Written 1 times');
  expect(first.tools ?? []).toEqual([]);
  expect(toldOf(second, 'paper')[0]).toContain('as version 2 says');
  expect(toldOf(second, 'before')[0]).toContain('the mean has no source');

  // It stands beside the paper, in the conversation, and in what each interface reads.
  const page = await system.request(account, 'GET', `/api/works/${workId}/reviews?limit=1`);
  const { items, nextCursor } = (await page.json()) as { items: Review[]; nextCursor: number };
  expect(items).toMatchObject([{ turn: 1, round: 2, verdict: 'accept', sentBack: false }]);
  const older = await system.request(account, 'GET', `/api/works/${workId}/reviews?cursor=${nextCursor}`);
  expect(await older.json()).toMatchObject({ items: [{ round: 1, points }] });
  const late = await system.chat(account, workId);
  const snapshot = await late.frame(({ type }) => type === 'snapshot', 'a snapshot');
  expect(snapshot).toMatchObject({ review: { turn: 1, round: 2, verdict: 'accept' } });
  late.close();
  const history = await system.request(account, 'GET', `/api/chat/work/${workId}/history`);
  const { messages } = (await history.json()) as { messages: { agent?: string }[] };
  expect(messages.filter(({ agent }) => agent === 'reviewer')).toHaveLength(2);
  await system.expectSound(workId);

  // A paper that is run again has no verdict until the next one, and a copy has what stood beside the paper.
  const copied = await system.request(account, 'POST', `/api/works/${workId}/duplicate`, {});
  const copy = await system.chat(account, ((await copied.json()) as Work).id);
  expect(await copy.frame(({ type }) => type === 'snapshot', 'a snapshot')).toMatchObject({
    review: { turn: 1, round: 2, verdict: 'accept' },
  });
  copy.close();
  system.model.setScript(() => textReply('Nothing to do.'));
  const [question] = ofKind(chat.events, 'message.queued');
  await system.request(account, 'POST', `/api/works/${workId}/messages/${question?.message.id}/rerun`, {
    id: crypto.randomUUID(),
    text: 'Say hello.',
  });
  await ended(chat, 2);
  expect(verdictsOf(chat)).toHaveLength(2);
  await system.expectSound(workId);
});

test('H5: a template that ships, or of one’s own, may want a reviewer; a person who wants none has none', async () => {
  const account = await system.guest();
  const listed = await system.request(account, 'GET', '/api/templates');
  const { items } = (await listed.json()) as { items: { id: string; name: string }[] };
  const templateId = items.find(({ name }) => name === 'Reviewed report')?.id;
  const made = async (wish: object) =>
    ((await (await system.request(account, 'POST', '/api/works', wish)).json()) as Work).review;
  expect(await made({ templateId })).toEqual({ rounds: 1 });
  expect(await made({ templateId, review: null })).toBeNull();
  expect(await made({ language: 'en' })).toBeNull();
});

test('H5: it sends back as often as it may, and speaks once more of what came of that', async () => {
  system.model.setScript(reviewed((round) => textReply(`Verdict: revise\n- Still wrong, round ${round}.`)));
  const { workId, chat } = await reviewedWork(0);
  chat.say('Write on dice.');
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(verdictsOf(chat)).toMatchObject([{ round: 1, verdict: 'revise', sentBack: false }]);
  await system.expectSound(workId);

  const again = await reviewedWork(2);
  again.chat.say('Write on dice.');
  expect(await ended(again.chat)).toMatchObject({ outcome: 'done' });
  expect(verdictsOf(again.chat).map(({ sentBack }) => sentBack)).toEqual([true, true, false]);
  await system.expectSound(again.workId);
});

test('H5: an answer without a verdict, one that was refused and one without end judge nothing', async () => {
  const endless = `Verdict: revise\n- Too long.\n${'x'.repeat(2 * MAX_REVIEW_CHARACTERS)}`;
  const answers: [Reply, object][] = [
    [textReply('What a fine paper, I like it.'), { verdict: 'none', sentBack: false }],
    [
      { ...textReply('Verdict: revise\n- I cannot'), finish: 'content_filter' } as Reply,
      { verdict: 'none', sentBack: false },
    ],
    [
      { kind: 'stream', steps: say(endless, (text) => text.match(/[\s\S]{1,500}/g) ?? []) },
      { verdict: 'revise' },
    ],
  ];
  for (const [reply, wanted] of answers) {
    system.model.setScript(reviewed(() => reply));
    const { workId, chat } = await reviewedWork(0);
    chat.say('Write on dice.');
    expect(await ended(chat)).toMatchObject({ outcome: 'done' });
    expect(verdictsOf(chat)).toMatchObject([wanted]);
    const said = ofKind(chat.events, 'message.completed').find(({ message }) => message.agent === 'reviewer');
    const [part] = said?.message.parts ?? [];
    expect(part?.type === 'text' ? part.text.length : 0).toBeLessThanOrEqual(MAX_REVIEW_CHARACTERS);
    await system.expectSound(workId);
  }
});

test('H5, H4: a reviewer that fails for good, or has no budget left, leaves the turn done and says why', async () => {
  system.model.setScript(reviewed(() => ({ kind: 'http', status: 401, body: '{}' })));
  const failed = await reviewedWork();
  failed.chat.say('Write on dice.');
  expect(await ended(failed.chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(failed.chat.events, 'review.completed')).toMatchObject([
    { verdict: 'none', points: [], sentBack: false, error: { code: 'model_unauthorized' } },
  ]);
  await system.expectSound(failed.workId);

  system.model.setScript(reviewed(() => textReply('Verdict: accept')));
  const spent = await reviewedWork();
  // The first of the two answers is within it, the second uses it up.
  await system.request(spent.account, 'PATCH', `/api/works/${spent.workId}`, {
    budget: { turn: { tokens: 100_000 }, atLimit: 'end' },
  });
  system.model.setScript((request, nth) => {
    const reply = reviewed(() => textReply('Verdict: accept'))(request, nth) as Reply & { kind: 'stream' };
    const isLast = request.messages.at(-1)?.role === 'tool';
    return isLast ? { ...reply, usage: { input: 100_000, output: 10 } } : reply;
  });
  spent.chat.say('Write on dice.');
  expect(await ended(spent.chat)).toMatchObject({ outcome: 'done' });
  expect(ofKind(spent.chat.events, 'review.completed')).toMatchObject([
    { verdict: 'none', error: { code: 'budget_exceeded' } },
  ]);
  await system.expectSound(spent.workId);
});

test('H5, D9: a stop ends a review, and keeps what it had said', async () => {
  system.model.setScript(reviewed(() => heldReply('Verdict: rev')));
  const { workId, chat } = await reviewedWork();
  chat.say('Write on dice.');
  await chat.event((event) => event.kind === 'text.delta' && event.agent === 'reviewer', 'its first word');
  chat.send({ type: 'stop' });
  expect(await ended(chat)).toMatchObject({ outcome: 'stopped' });
  expect(verdictsOf(chat)).toEqual([]);
  await system.expectSound(workId);
});

test('H5, D6: a worker killed in a round costs that one call, and neither loses nor doubles it', async () => {
  let held = true;
  system.model.setScript(
    reviewed((round) => {
      if (round === 1 && held) {
        held = false;
        return heldReply('Verdict: rev');
      }
      return textReply(round === 1 ? 'Verdict: revise\n- Name a source.' : 'Verdict: accept');
    }),
  );
  const { workId, chat } = await reviewedWork();
  const before = system.model.count();
  chat.say('Write on dice.');
  await chat.event((event) => event.kind === 'text.delta' && event.agent === 'reviewer', 'its first word');
  await worker.signal('SIGKILL');
  worker = await system.startWorker();
  expect(await ended(chat)).toMatchObject({ outcome: 'done' });
  expect(verdictsOf(chat)).toMatchObject([
    { round: 1, verdict: 'revise', sentBack: true },
    { round: 2, verdict: 'accept', sentBack: false },
  ]);
  expect(system.model.count() - before).toBe(7);
  await system.expectSound(workId);
});
