/** What a shared link shows (H8, P24): what is not on its list is not shown, and the reader's conversation is the same for it. */
import { expect, test } from '@jest/globals';
import { TOOLS } from '../../../src/agents/tool-table.ts';
import type { EventBody, LogEvent } from '../../../src/domain/events.ts';
import type { Message, ToolPart } from '../../../src/domain/messages.ts';
import { emptyConversation } from '../../../src/domain/reducer.ts';
import { REVIEWER } from '../../../src/domain/reviews.ts';
import {
  isHiddenPath,
  reduceShared,
  SHARED_KINDS,
  type SharedLookups,
  sharedEvent,
  sharedMessage,
  sharedMessages,
  sharedOfPaper,
} from '../../../src/domain/shares.ts';

const AT = '2026-01-01T00:00:00.000Z';
const usage = { inputTokens: 7, outputTokens: 8, cost: 9 };
const none: SharedLookups = { message: async () => undefined, call: async () => undefined };
let seq = 0;
const event = (body: EventBody, turn: number | null = 1): LogEvent => {
  seq += 1;
  return { seq, turn, at: AT, ...body };
};
const call = (name: string, more: Partial<ToolPart> = {}): ToolPart => ({
  ...{ type: 'tool', toolCallId: 'c', name, arguments: { secret: 'SECRET' }, state: 'ok' },
  ...more,
});
const message = (parts: Message['parts'], more: Partial<Message> = {}): Message => ({
  ...{ id: 'm', turn: 1, role: 'assistant', agent: 'main', status: 'complete', createdAt: AT, parts, usage },
  ...more,
});

/** What a reader gets of a message. */
const readerGets = (of: Message): Message => {
  const shown = sharedMessage(of);
  if (shown === undefined) throw new Error('the message is not shown');
  return shown;
};

test('H8: reasoning, summaries and usage are no part of a shared message', () => {
  const shown = readerGets(
    message([
      { type: 'reasoning', text: 'SECRET' },
      { type: 'summary', text: 'SECRET', throughMessageId: 'x' },
      { type: 'text', text: 'Said.' },
    ]),
  );
  expect(shown.parts).toEqual([{ type: 'text', text: 'Said.' }]);
  expect(shown).not.toHaveProperty('usage');
});

test('H8: of calls to other people’s tools, and of skills, a reader sees that there was one', () => {
  for (const name of ['files__read', 'read_skill', 'search_literature', 'toString', '', 'constructor']) {
    const [shown] = readerGets(message([call(name, { result: 'SECRET', output: 'SECRET' })])).parts;
    expect(shown).toEqual({
      ...{ type: 'tool', toolCallId: 'c', name: 'other', arguments: {}, state: 'ok', result: '' },
    });
  }
});

test('H8: every tool of ours is either shown, or known to this test as one that is not', () => {
  const hidden = Object.keys(TOOLS).filter((name) => {
    const [part] = readerGets(message([call(name, { arguments: {} })])).parts;
    return part?.type === 'tool' && part.name === 'other';
  });
  expect(hidden.sort()).toEqual(['read_skill', 'search_literature']);
});

test('H8: of a question the words and the answer are shown, and nothing else of what was asked', () => {
  const asked = { question: 'Which?', options: ['SECRET'], default: 'SECRET', waitSeconds: 5 };
  const [shown] = readerGets(message([call('ask_person', { arguments: asked, result: 'This one.' })])).parts;
  expect(shown).toMatchObject({ arguments: { question: 'Which?' }, result: 'This one.' });
  expect(JSON.stringify(shown)).not.toContain('SECRET');
});

test('H8: hidden files are neither listed, read nor named', () => {
  for (const path of ['.env', 'a/.git/config', '.cache/x', 'code/.x.py'])
    expect(isHiddenPath(path)).toBe(true);
  for (const path of ['paper.md', 'images/a.b.png']) expect(isHiddenPath(path)).toBe(false);
  const read = call('read_file', { arguments: { path: './.env' }, result: 'SECRET' });
  const ran = call('run_python', {
    ...{ arguments: { code: 'print(1)' }, result: 'done', output: '1' },
    files: [
      { path: '.env', change: 'added' },
      { path: 'a.png', change: 'added' },
    ],
  });
  const listed = call('tree', { arguments: {}, result: '.env' });
  const shown = readerGets(message([read, ran, listed], { attachments: ['.env', 'a.csv'] }));
  expect(JSON.stringify(shown)).not.toMatch(/SECRET|\.env/);
  expect(shown.attachments).toEqual(['a.csv']);
  expect(shown.parts[1]).toMatchObject({ output: '1', files: [{ path: 'a.png', change: 'added' }] });
});

test('H8: what waits to be said is a draft, and no part of what is shared', async () => {
  const waiting = message([{ type: 'text', text: 'SECRET' }], { role: 'user', status: 'queued', turn: null });
  expect(sharedMessages([waiting])).toEqual([]);
  const draft = {
    id: 'm',
    role: 'user' as const,
    text: 'SECRET',
    attachments: [],
    delivery: 'queue' as const,
  };
  for (const body of [
    { kind: 'message.queued', message: draft },
    { kind: 'message.changed', message: draft },
    { kind: 'message.withdrawn', id: 'm' },
  ] as const)
    expect(await sharedEvent(event(body, null), none)).toBeNull();
});

test('H8: the main agent’s words and its code agents’ are shown; a reviewer’s, and any other agent’s, are not', async () => {
  const said = (agent: string) => message([{ type: 'text', text: `said by ${agent}` }], { id: 'a', agent });
  const bodiesOf = (agent: string): EventBody[] => [
    { kind: 'step.started', step: 1, attempt: 1, agent, model: 'x', messageId: 'a' },
    { kind: 'text.delta', messageId: 'a', agent, text: 'said' },
    { kind: 'tool.called', messageId: 'a', agent, toolCallId: 'c', name: 'read_file', arguments: {} },
    { kind: 'message.completed', message: said(agent) },
    { kind: 'step.superseded', step: 1, agent, attempt: 1, messageId: 'a' },
  ];
  for (const [agent, isShown] of [
    ['main', true],
    ['0a1b2c3d-0000-4000-8000-00000000abcd', true],
    [REVIEWER, false],
    ['some later agent', false],
  ] as const) {
    expect([agent, sharedMessages([said(agent)]).length]).toEqual([agent, isShown ? 1 : 0]);
    expect([agent, sharedMessage(said(agent)) !== undefined]).toEqual([agent, isShown]);
    for (const body of bodiesOf(agent)) {
      const shown = await sharedEvent(event(body), none);
      expect([agent, body.kind, shown !== null]).toEqual([agent, body.kind, isShown]);
    }
  }
  const verdict: EventBody = {
    ...{ kind: 'review.completed', round: 1, verdict: 'revise', points: ['SECRET'], sentBack: true },
  };
  expect(await sharedEvent(event(verdict), none)).toBeNull();
});

test('H8: questions, budgets, retries, reasoning, drafts of calls and verifications are none of a reader’s', async () => {
  const bodies: EventBody[] = [
    { kind: 'ask.raised', askId: 'a', question: 'SECRET' },
    { kind: 'ask.answered', askId: 'a', by: 'person', text: 'SECRET' },
    { kind: 'budget.warned', scope: 'work', unit: 'tokens', used: 1, limit: 2 },
    { kind: 'retrying', agent: 'main', what: 'model', reason: 'SECRET', inMs: 1 },
    { kind: 'reasoning.delta', messageId: 'm', agent: 'main', text: 'SECRET' },
    { kind: 'tool.delta', messageId: 'm', agent: 'main', index: 0, toolCallId: 'c', text: 'SECRET' },
    { kind: 'context.compacted', tokensBefore: 2, tokensAfter: 1, throughMessageId: 'm' },
    { kind: 'verification.started', id: 'v', mode: 'recorded' },
    { kind: 'something.new' } as unknown as EventBody,
  ];
  for (const body of bodies) expect(await sharedEvent(event(body), none)).toBeNull();
});

test('H8: a turn’s end says neither what it cost nor what a vendor said; a step not by which model', async () => {
  const error = { code: 'model_auth', message: 'SECRET' };
  const ended = await sharedEvent(event({ kind: 'turn.completed', outcome: 'failed', usage, error }), none);
  expect(ended).toMatchObject({ outcome: 'failed', usage: { inputTokens: 0, outputTokens: 0 } });
  const began = await sharedEvent(
    event({ kind: 'step.started', step: 1, attempt: 1, agent: 'main', model: 'SECRET', messageId: 'm' }),
    none,
  );
  expect(JSON.stringify([ended, began])).not.toMatch(/SECRET|cost/);
});

test('H8: a result or an output is shown only where its call is', async () => {
  const done: EventBody = {
    ...{ kind: 'tool.completed', toolCallId: 'c', ok: true, result: 'SECRET', files: [], durationMs: 1 },
  };
  const printed: EventBody = { kind: 'tool.output', toolCallId: 'c', stream: 'stdout', text: 'SECRET' };
  const known = (name: string): SharedLookups => ({ ...none, call: async () => ({ name, arguments: {} }) });
  for (const look of [none, known('a__b')]) {
    expect(await sharedEvent(event(done), look)).toMatchObject({ result: '' });
    expect(await sharedEvent(event(printed), look)).toBeNull();
  }
  expect(await sharedEvent(event(done), known('run_python'))).toMatchObject({ result: 'SECRET' });
  expect(await sharedEvent(event(printed), known('run_python'))).toMatchObject({ text: 'SECRET' });
});

test('P24: a reader’s conversation, over gaps, is what the owner sees of it', async () => {
  const said = message([{ type: 'text', text: 'Do it.' }], { id: 'u', role: 'user' });
  const look: SharedLookups = { ...none, message: async (id) => (id === 'u' ? said : undefined) };
  const log = [
    event({ kind: 'turn.started', messageIds: ['u'] }),
    event({ kind: 'step.started', step: 1, attempt: 1, agent: 'main', model: 'x', messageId: 'm' }),
    event({ kind: 'reasoning.delta', messageId: 'm', agent: 'main', text: 'hm' }),
    event({ kind: 'text.delta', messageId: 'm', agent: 'main', text: 'Done' }),
    event({ kind: 'retrying', agent: 'main', what: 'model', reason: 'x', inMs: 1 }),
    event({ kind: 'text.delta', messageId: 'm', agent: 'main', text: '.' }),
    event({ kind: 'message.completed', message: message([{ type: 'text', text: 'Done.' }]) }),
    event({ kind: 'turn.completed', outcome: 'done', usage }),
  ];
  let state = emptyConversation;
  const kinds = new Set<string>();
  for (const one of log) {
    const shown = await sharedEvent(one, look);
    if (shown === null) continue;
    kinds.add(shown.kind);
    state = reduceShared(state, shown);
    // Sent twice, as after a reconnection, it changes nothing.
    expect(reduceShared(state, shown)).toBe(state);
  }
  expect(state.messages.map(({ role, status, parts }) => ({ role, status, parts }))).toEqual([
    { role: 'user', status: 'complete', parts: [{ type: 'text', text: 'Do it.' }] },
    { role: 'assistant', status: 'complete', parts: [{ type: 'text', text: 'Done.' }] },
  ]);
  expect(state.runningTurn).toBeNull();
  for (const kind of kinds) expect(SHARED_KINDS).toContain(kind);
});

test('H8: who reads the paper alone is told that files have changed, and nothing of what was said', () => {
  const change = event({ kind: 'workspace.snapshot', id: 's', reason: 'person' });
  expect(sharedOfPaper(change)).toEqual({ seq: change.seq, turn: null, at: AT, kind: 'files.changed' });
  const wrote: EventBody = {
    ...{ kind: 'tool.completed', toolCallId: 'c', ok: true, result: 'SECRET', durationMs: 1 },
    files: [{ path: 'paper.md', change: 'changed' }],
  };
  expect(JSON.stringify(sharedOfPaper(event(wrote)))).not.toMatch(/SECRET|paper\.md/);
  expect(
    sharedOfPaper(event({ kind: 'text.delta', messageId: 'm', agent: 'main', text: 'SECRET' })),
  ).toBeNull();
});
