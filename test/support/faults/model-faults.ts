/** What a model may do wrong in one answer, and what must come of it (R6, R7, P9, P10). */
import { callTool, type Reply, say, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { ofKind } from '../works.ts';

export interface ModelFault {
  name: string;
  /** The first answer of the turn; the next one is whole. */
  reply: Reply;
  /** Model calls that the turn takes. */
  calls: number;
  outcome: 'done' | 'failed';
  /** What else must be seen in the log; sentences about what is not. */
  problems?: (events: LogEvent[]) => string[];
}

/** What the second answer says. */
export const GOOD_ANSWER = 'This one is whole.';

const needs = (holds: boolean, sentence: string) => (holds ? [] : [sentence]);

const waitsAtLeast = (ms: number) => (events: LogEvent[]) =>
  needs(
    ofKind(events, 'retrying').some(({ inMs }) => inMs >= ms),
    `no retrying of ${ms} ms or more`,
  );

const isTriedAgain = (events: LogEvent[]) => [
  ...needs(ofKind(events, 'retrying').length === 1, 'there is not one retrying'),
  ...needs(ofKind(events, 'step.superseded').length === 1, 'there is not one step.superseded'),
];

const toolFails = (events: LogEvent[]) =>
  needs(
    ofKind(events, 'tool.completed').every(({ ok }) => !ok) && ofKind(events, 'tool.completed').length === 1,
    'there is not one failed call',
  );

const says = (text: string) => (events: LogEvent[]) =>
  needs(
    ofKind(events, 'text.delta')
      .map((delta) => delta.text)
      .join('') === text,
    `the text is not ${JSON.stringify(text)}`,
  );

const http = (status: number): Reply => ({ kind: 'http', status });

const forGood = (status: number): ModelFault => ({
  name: `${status}`,
  reply: http(status),
  calls: 1,
  outcome: 'failed',
  problems: (events) =>
    needs(ofKind(events, 'turn.completed')[0]?.error !== undefined, 'the turn says no error'),
});

export const MODEL_FAULTS: ModelFault[] = [
  {
    name: '429 with Retry-After 2',
    reply: { kind: 'http', status: 429, headers: { 'retry-after': '2' } },
    calls: 2,
    outcome: 'done',
    problems: waitsAtLeast(2_000),
  },
  { name: '500', reply: http(500), calls: 2, outcome: 'done', problems: isTriedAgain },
  { name: '503', reply: http(503), calls: 2, outcome: 'done', problems: isTriedAgain },
  forGood(400),
  forGood(401),
  forGood(403),
  forGood(404),
  { name: 'closed without an answer', reply: { kind: 'close' }, calls: 2, outcome: 'done' },
  { name: 'silent before the first token', reply: { kind: 'silence' }, calls: 2, outcome: 'done' },
  {
    name: 'stalls after some tokens',
    reply: { kind: 'stream', steps: [...say('It begins and '), { type: 'stall' }] },
    calls: 2,
    outcome: 'done',
    problems: isTriedAgain,
  },
  {
    name: 'cut after some tokens',
    reply: { kind: 'stream', steps: [...say('It begins and '), { type: 'cut' }] },
    calls: 2,
    outcome: 'done',
    problems: isTriedAgain,
  },
  {
    name: 'cut inside the arguments of a tool',
    reply: {
      kind: 'stream',
      steps: [
        { type: 'tool', index: 0, id: 'c', name: 'writemd', arguments: '{"file":"a.md","cont' },
        { type: 'cut' },
      ],
    },
    calls: 2,
    outcome: 'done',
    problems: (events) => [
      ...isTriedAgain(events),
      ...needs(ofKind(events, 'tool.called').length === 0, 'half a call was made'),
    ],
  },
  {
    name: 'malformed tool JSON',
    reply: {
      kind: 'stream',
      steps: [{ type: 'tool', index: 0, id: 'c', name: 'writemd', arguments: '{"file": "a.md", content' }],
    },
    calls: 2,
    outcome: 'done',
    problems: toolFails,
  },
  {
    name: 'unknown tool',
    reply: toolReply([{ name: 'make_coffee', arguments: { cups: 2 } }]),
    calls: 2,
    outcome: 'done',
    problems: toolFails,
  },
  {
    name: 'two tools with one index',
    reply: {
      kind: 'stream',
      steps: [
        ...callTool(0, 'a', 'tree', { path: null }),
        ...callTool(0, 'b', 'analyze_template', { file: 'paper.md' }),
      ],
    },
    calls: 2,
    outcome: 'done',
  },
  {
    name: 'tool arguments in one-byte pieces',
    reply: {
      kind: 'stream',
      steps: callTool(0, 'a', 'tree', { path: null }, (text) => [...text]),
      drip: true,
    },
    calls: 2,
    outcome: 'done',
    problems: (events) => needs(ofKind(events, 'tool.completed')[0]?.ok === true, 'the call failed'),
  },
  {
    name: 'finish_reason length',
    reply: textReply('As far as the tokens', { finish: 'length' }),
    calls: 1,
    outcome: 'done',
    problems: says('As far as the tokens'),
  },
  {
    name: 'finish_reason content_filter',
    reply: textReply('What may be said', { finish: 'content_filter' }),
    calls: 1,
    outcome: 'done',
    problems: says('What may be said'),
  },
  {
    name: 'no usage',
    reply: textReply('For free.', { usage: null }),
    calls: 1,
    outcome: 'done',
    problems: (events) =>
      needs(ofKind(events, 'turn.completed')[0]?.usage?.estimated === true, 'P9: usage is not estimated'),
  },
  {
    name: 'CRLF, comments, empty choices, invalid UTF-8 byte by byte',
    reply: {
      kind: 'stream',
      newline: '\r\n',
      drip: true,
      // The scripted model counts what it says itself, which raw bytes are not.
      usage: { input: 20, output: 3 },
      steps: [
        { type: 'raw', bytes: ': keep-alive\r\n\r\n' },
        { type: 'chunk', chunk: { choices: [] } },
        {
          type: 'raw',
          bytes: Buffer.concat([
            Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"bad '),
            Uint8Array.of(0xe4, 0xb8),
            Buffer.from(' end"}}]}\r\n\r\n'),
          ]),
        },
      ],
    },
    calls: 1,
    outcome: 'done',
    problems: says('bad \ufffd end'),
  },
];
