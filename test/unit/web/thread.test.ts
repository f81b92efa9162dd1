import { expect, test } from '@jest/globals';
import { PLACE } from '../../../src/domain/events.ts';
import type { ToolPart } from '../../../src/domain/messages.ts';
import { type Conversation, emptyConversation, reduce } from '../../../src/domain/reducer.ts';
import { activityOf } from '../../../web/src/conversation/activity.ts';
import { threadOf } from '../../../web/src/conversation/thread.ts';
import { usageOf } from '../../../web/src/conversation/usage-of.ts';
import { answer, asked } from './log-of-a-turn.ts';

function tool(toolCallId: string, name: string, rest: Partial<ToolPart> = {}): ToolPart {
  return { type: 'tool', toolCallId, name, arguments: {}, state: 'running', ...rest };
}

const conversation = [
  asked('q1', 1, 'estimate pi'),
  answer('a1', 1, [tool('call', 'code_agent')]),
  { ...asked('task', 1, 'draw points'), agent: 'call' },
  answer('c1', 1, [tool('run', 'run_python')], { agent: 'call' }),
  answer('a2', 1, [{ type: 'text', text: 'Done.' }]),
  asked('q2', null, 'and e?'),
];

test("U7: a turn's answers are one block, and an agent's steps stand apart under the call that it serves", () => {
  const thread = threadOf(conversation);
  expect(
    thread.items.map((item) => (item.kind === 'user' ? item.id : item.messages.map((message) => message.id))),
  ).toEqual(['q1', ['a1', 'a2'], 'q2']);
  expect([...thread.steps].map(([call, messages]) => [call, messages.map((message) => message.id)])).toEqual([
    ['call', ['c1']],
  ]);
});

test('a message that steered a turn stands between its blocks, and only the last of them is the last', () => {
  const thread = threadOf([asked('q', 1, 'a'), answer('a', 1, []), asked('s', 1, 'b'), answer('b', 1, [])]);
  expect(thread.items.map((item) => [item.id, item.kind === 'answer' && item.last])).toEqual([
    ['q', false],
    ['a', false],
    ['s', false],
    ['b', true],
  ]);
});

test('V35: a message that a turn took on its way is told from the one that began it', () => {
  const steered = threadOf([
    asked('q', 1, 'a'),
    asked('at once', 1, 'b'),
    answer('a', 1, []),
    asked('later', 1, 'c'),
    asked('next', 2, 'd'),
    asked('waiting', null, 'e'),
  ]).items.flatMap((item) => (item.kind === 'user' && item.steered ? [item.id] : []));
  expect(steered).toEqual(['at once', 'later']);
});

test('one more token redraws the block that it belongs to and no other', () => {
  const before = threadOf(conversation);
  const after = threadOf(conversation.with(4, answer('a2', 1, [{ type: 'text', text: 'Done. ' }])), before);
  expect(after.items[0]).toBe(before.items[0]);
  expect(after.items[1]).not.toBe(before.items[1]);
  expect(after.items[2]).toBe(before.items[2]);
  expect(after.steps.get('call')).toBe(before.steps.get('call'));
});

test("what a turn cost includes the agents that it called, whether the provider's count or an estimate", () => {
  const thread = threadOf([
    answer('a', 1, [tool('call', 'code_agent')], { usage: { inputTokens: 10, outputTokens: 1 } }),
    answer('c', 1, [], { agent: 'call', usage: { inputTokens: 5, outputTokens: 2, estimated: true } }),
  ]);
  const [item] = thread.items;
  if (item?.kind !== 'answer') throw new Error('no answer');
  expect(usageOf(item.messages, thread.steps)).toEqual({ inputTokens: 15, outputTokens: 3, estimated: true });
  expect(usageOf([], thread.steps)).toBeUndefined();
});

function activity(messages: Conversation['messages'], rest: Partial<Conversation> = {}) {
  return activityOf({
    phase: { name: 'live' },
    conversation: { ...emptyConversation, seq: 1, runningTurn: 1, messages, ...rest },
    outgoing: [],
    stopping: false,
    answer: null,
    olderCursor: null,
  });
}

test('U8: the status names what runs now: the innermost call, a retry before it, a stop before all', () => {
  expect(activity(conversation.slice(0, 4))).toMatchObject({ kind: 'tool', tool: { name: 'run_python' } });
  expect(activity([answer('a', 1, [], { status: 'running' })])).toEqual({ kind: 'thinking' });
  expect(activity([answer('a', 1, [{ type: 'text', text: 'I' }], { status: 'running' })])).toEqual({
    kind: 'writing',
  });
  expect(activity([answer('a', 1, [tool('t', 'tree')], { status: 'running' })])).toMatchObject({
    kind: 'calling',
    tool: { name: 'tree' },
  });
  const retrying = {
    agent: 'main',
    what: 'model',
    code: 'model_rate_limited',
    reason: 'busy',
    inMs: 2_000,
    at: '2026-01-01T00:00:00Z',
  };
  expect(activity(conversation.slice(0, 4), { ask: { askId: 'q', question: 'Which?' } })).toEqual({
    kind: 'asking',
  });
  expect(activity([], { retrying })).toMatchObject({
    kind: 'retrying',
    code: 'model_rate_limited',
    reason: 'busy',
  });
});

test('SR-H8: waiting for a free place is a state of its own, and no trouble', () => {
  const { conversation } = [PLACE.awaited, PLACE.found].reduce(
    ({ conversation, seen }, what) => {
      const event = { kind: 'retrying', agent: 'main', what, reason: 'all are busy', inMs: 0 } as const;
      const at = '2026-01-01T00:00:00Z';
      const next = reduce(conversation, { ...event, seq: conversation.seq + 1, turn: 1, at });
      expect(activity(next.messages, next)).toEqual({ kind: seen[0] });
      return { conversation: next, seen: seen.slice(1) };
    },
    {
      conversation: { ...emptyConversation, runningTurn: 1 } as Conversation,
      seen: ['place', 'thinking'],
    },
  );
  expect(conversation.retrying).toBeUndefined();
});

test('U4: between the sending and the turn the status says so, and then that the agent is awaited', () => {
  const idle = { ...emptyConversation, seq: 1 };
  const outgoing = { id: 'x', text: 'x', delivery: 'queue' as const, createdAt: '' };
  const state = { phase: { name: 'live' as const }, stopping: false, answer: null, olderCursor: null };
  expect(activityOf({ ...state, conversation: idle, outgoing: [] })).toEqual({ kind: 'idle' });
  expect(
    activityOf({ ...state, conversation: idle, outgoing: [{ ...outgoing, state: { name: 'sending' } }] }),
  ).toEqual({ kind: 'sending' });
  expect(
    activityOf({ ...state, conversation: { ...idle, messages: [asked('q', null, 'x')] }, outgoing: [] }),
  ).toEqual({ kind: 'waiting' });
});
