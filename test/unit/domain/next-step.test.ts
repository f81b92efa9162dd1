import { expect, test } from '@jest/globals';
import type { CallMode, CallRef } from '../../../src/domain/calls.ts';
import { type AgentKind, mayAsk, type NextStep, whatNext } from '../../../src/domain/next-step.ts';

const call = (mode: CallMode, id: string): CallRef => ({ id, label: id, mode });
const READS = [call('read', 'r1'), call('read', 'r2')];
const WRITE = call('write', 'w1');
const PYTHON = call('python', 'p1');
const AGENT = call('agent', 'a1');
const PERSON = call('person', 'q1');

interface Case {
  after: string;
  agent?: AgentKind;
  step?: number;
  calls?: CallRef[];
  ended?: boolean;
  review?: number;
  groups?: string[];
  afterwards: NextStep['afterwards'];
}

const ask = (step: number): NextStep['afterwards'] => ({ kind: 'ask', step });

const CASES: Case[] = [
  { after: 'a final answer that ended the turn', ended: true, afterwards: { kind: 'end' } },
  { after: 'an answer that was steered on', afterwards: ask(2) },
  { after: 'one that a reviewer is to judge', review: 1, afterwards: { kind: 'review', round: 1, step: 2 } },
  { after: "a code agent's answer without calls", agent: 'code', afterwards: { kind: 'end' } },
  { after: 'calls that only read: at once', calls: READS, groups: ['tool r1 r2'], afterwards: ask(2) },
  {
    after: 'calls that read around one that writes: in order',
    calls: [READS[0] as CallRef, WRITE, READS[1] as CallRef],
    groups: ['tool r1', 'tool w1', 'tool r2'],
    afterwards: ask(2),
  },
  {
    after: 'a question to a person between others: alone, and in its place',
    calls: [WRITE, PERSON, ...READS],
    groups: ['tool w1', 'person q1', 'tool r1 r2'],
    afterwards: ask(2),
  },
  {
    after: 'a question of a code agent, which has nobody to ask',
    agent: 'code',
    calls: [PERSON],
    groups: ['tool q1'],
    afterwards: ask(2),
  },
  {
    after: 'a call for a code agent between others',
    calls: [WRITE, AGENT, ...READS],
    groups: ['tool w1', 'agent a1', 'tool r1 r2'],
    afterwards: ask(2),
  },
  {
    after: "a code agent's run of Python",
    agent: 'code',
    calls: [WRITE, PYTHON],
    groups: ['tool w1', 'python p1'],
    afterwards: ask(2),
  },
  {
    after: 'Python that the main agent calls: it has none',
    calls: [PYTHON],
    groups: ['tool p1'],
    afterwards: ask(2),
  },
  {
    after: 'an agent that a code agent calls: it has none',
    agent: 'code',
    calls: [AGENT],
    groups: ['tool a1'],
    afterwards: ask(2),
  },
  { after: 'the last step but one', step: 4, calls: [WRITE], groups: ['tool w1'], afterwards: ask(5) },
  {
    after: 'the last step, whose calls are run',
    step: 5,
    calls: [WRITE],
    groups: ['tool w1'],
    afterwards: { kind: 'limit' },
  },
  { after: 'a last step with a final answer', step: 5, ended: true, afterwards: { kind: 'end' } },
  { after: "a code agent's last step with its answer", agent: 'code', step: 5, afterwards: { kind: 'end' } },
  {
    after: "a code agent's last step with calls",
    agent: 'code',
    step: 5,
    calls: [PYTHON],
    groups: ['python p1'],
    afterwards: { kind: 'limit' },
  },
];

test.each(CASES)(
  'what an agent does after $after',
  ({ agent = 'main', step = 1, calls = [], ended = false, review, groups = [], afterwards }) => {
    const answer = { step, calls, ended, ...(review === undefined ? {} : { review }) };
    const next = whatNext(answer, { maxSteps: 5, agent });
    const asWords = next.groups.map((group) => [group.runner, ...group.calls.map(({ id }) => id)].join(' '));
    expect({ groups: asWords, afterwards: next.afterwards }).toEqual({ groups, afterwards });
  },
);

test('as many steps as the limit says, and none more', () => {
  expect([1, 4, 5, 6].filter((step) => mayAsk(step, { maxSteps: 5 }))).toEqual([1, 4, 5]);
});
