/** I8: what ACP's own shapes are made of: the log as updates, a prompt as words, a question as what an editor can put. Pure. */
import type { SessionUpdate } from '@agentclientprotocol/sdk';
import { expect, test } from '@jest/globals';
import { promptText } from '../../../src/cli/acp/prompt-text.ts';
import { askingOf } from '../../../src/cli/acp/questions.ts';
import { updatesOf, updatesOfMessage } from '../../../src/cli/acp/updates.ts';
import type { EventBody, LogEvent } from '../../../src/domain/events.ts';
import type { Message } from '../../../src/domain/messages.ts';

const pathOf = (path: string) => `/data/${path}`;
const shown = (event: EventBody) =>
  updatesOf({ seq: 1, turn: 1, at: '2026-01-01T00:00:00Z', ...event } as LogEvent, pathOf);
const called = {
  toolCallId: 'c',
  messageId: 'm',
  agent: 'main',
  name: 'run_python',
  arguments: 'broken',
} as const;
const ended = { toolCallId: 'c', ok: false, result: 'x'.repeat(30_000), durationMs: 1 } as const;

test('I8: text, reasoning and calls are told of, a code agent’s words are not, and what began again is said', () => {
  const delta = { messageId: 'm', text: 'a' };
  expect(shown({ kind: 'text.delta', agent: 'main', ...delta })).toEqual([
    { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'a' }, messageId: 'm' },
  ]);
  expect(shown({ kind: 'reasoning.delta', agent: 'main', ...delta })).toMatchObject([
    { sessionUpdate: 'agent_thought_chunk' },
  ]);
  expect(shown({ kind: 'text.delta', agent: 'a-call', ...delta })).toEqual([]);
  expect(
    JSON.stringify(shown({ kind: 'step.superseded', step: 1, agent: 'main', attempt: 2, messageId: 'm' })),
  ).toContain('begins again');
  expect(shown({ kind: 'tool.called', ...called })).toMatchObject([
    {
      sessionUpdate: 'tool_call',
      title: 'run_python',
      kind: 'execute',
      status: 'in_progress',
      rawInput: 'broken',
    },
  ]);
  expect(shown({ kind: 'tool.called', ...called, name: 'files__x', agent: 'a-call' })).toMatchObject([
    { title: 'code agent, files__x', kind: 'other' },
  ]);
  // What an editor knows nothing of is passed over (P14).
  expect(shown({ kind: 'message.withdrawn', id: 'm' })).toEqual([]);
});

test('I8: a result is bounded, and its files are named where they are on this machine', () => {
  const files = [
    { path: 'a.md', size: 1, sha256: 'x', change: 'added' as const },
    { path: 'b.md', change: 'removed' as const },
  ];
  const [update] = shown({ kind: 'tool.completed', ...ended, files });
  expect(update).toMatchObject({ status: 'failed', locations: [{ path: '/data/a.md' }] });
  expect(JSON.stringify(update).length).toBeLessThan(21_000);
});

test('I8: a message that is stored is shown as it was when it came', () => {
  const user = {
    id: 'u',
    turn: 1,
    role: 'user',
    status: 'complete',
    createdAt: '',
    parts: [{ type: 'text', text: 'Hi' }],
  };
  const answer = {
    ...{ id: 'm', turn: 1, role: 'assistant', agent: 'main', status: 'complete', createdAt: '' },
    parts: [
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Hello' },
      { type: 'tool', toolCallId: 'c', name: 'tree', arguments: {}, state: 'ok', result: 'a.md' },
      { type: 'tool', toolCallId: 'd', name: 'tree', arguments: {}, state: 'running' },
    ],
  };
  const kinds = (message: object): SessionUpdate['sessionUpdate'][] =>
    updatesOfMessage(message as Message, pathOf).map(({ sessionUpdate }) => sessionUpdate);
  expect(kinds(user)).toEqual(['user_message_chunk']);
  expect(kinds(answer)).toEqual(['agent_thought_chunk', 'agent_message_chunk', 'tool_call', 'tool_call']);
});

test('I8: a prompt is text, links, and files that are text; anything else is refused in a sentence', () => {
  expect(
    promptText([
      { type: 'text', text: 'Look:' },
      { type: 'resource_link', name: 'a', uri: 'file:///a' },
      { type: 'resource', resource: { uri: 'file:///b', text: 'b' } },
    ]),
  ).toBe('Look:\n\n[a](file:///a)\n\n<file path="file:///b">\nb\n</file>');
  expect(() => promptText([])).toThrow('There are no words');
  expect(() => promptText([{ type: 'audio', data: '', mimeType: 'audio/wav' }])).toThrow('Only text');
});

test('I8: of what a question would allow its answers say yes, yes for ever, or no', () => {
  const act = { kind: 'spend', scope: 'turn', unit: 'tokens', used: 1, limit: 1, upTo: 2 } as const;
  const options = ['Allow', 'Allow for this Work', 'Do not allow'];
  expect(askingOf({ askId: 'a', question: 'May I?', options, act }, 's', true)).toMatchObject({
    as: 'permission',
    options: [{ kind: 'allow_once' }, { kind: 'allow_always' }, { kind: 'reject_once' }],
  });
  const call = { kind: 'mcp', tool: 'a__b', arguments: { c: 1 } } as const;
  expect(askingOf({ askId: 'a', question: 'May I?', options, act: call }, 's', true)).toMatchObject({
    ...{ as: 'permission', shown: '{\n  "c": 1\n}' },
  });
  expect(askingOf({ askId: 'a', question: 'Which?', options: ['b', 'c'] }, 's', true)).toMatchObject({
    as: 'form',
  });
  expect(askingOf({ askId: 'a', question: 'Which?' }, 's', false)).toEqual({
    as: 'words',
    text: '\n\nWhich?',
  });
});
