import { expect, test } from '@jest/globals';
import type { EventBody, LogEvent } from '../../../src/domain/events.ts';
import {
  emptyConversation,
  keepOutput,
  OUTPUT_KEPT,
  reduce,
  reduceAll,
} from '../../../src/domain/reducer.ts';

const at = '2026-01-01T00:00:00.000Z';
const usage = { inputTokens: 1, outputTokens: 1 };

function log(...bodies: [number | null, EventBody][]): LogEvent[] {
  return bodies.map(([turn, body], index) => ({ seq: index + 1, turn, at, ...body }));
}

const queued = (id: string, delivery: 'queue' | 'steer' = 'queue'): EventBody => ({
  kind: 'message.queued',
  message: { id, role: 'user', text: id, attachments: [], delivery },
});

test('U8: how a turn ended stays known when the next one has ended otherwise', () => {
  const error = { code: 'model_unauthorized', message: 'The model refused the key.' };
  const state = reduceAll(
    emptyConversation,
    log(
      [1, { kind: 'turn.completed', outcome: 'failed', usage, error }],
      [2, { kind: 'turn.completed', outcome: 'done', usage }],
    ),
  );
  expect(state.outcomes).toEqual([
    { turn: 1, outcome: 'failed', usage, error },
    { turn: 2, outcome: 'done', usage },
  ]);
});

test('P14: an event of a kind that is not known is passed over and counted, so that the next one is no gap', () => {
  const unknown = { kind: 'something.new', weight: 3 } as unknown as EventBody;
  const known = reduceAll(emptyConversation, log([null, queued('a')]));
  const state = reduceAll(emptyConversation, log([null, queued('a')], [null, unknown]));
  expect(state).toEqual({ ...known, seq: 2 });
  const after = reduceAll(emptyConversation, log([null, queued('a')], [null, unknown], [null, queued('b')]));
  expect(after.messages.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('P2: an event that was seen changes nothing, and one after a gap is refused', () => {
  const [first, second, third] = log([null, queued('a')], [null, queued('b')], [null, queued('c')]);
  if (!first || !second || !third) throw new Error('three events');
  const state = reduce(emptyConversation, first);
  expect(reduce(state, first)).toBe(state);
  expect(() => reduce(state, third)).toThrow('gapless');
  expect(reduceAll(state, [second, third]).messages.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('P13: a queued message stands at the end until it is taken, and then where it was taken', () => {
  const state = reduceAll(
    emptyConversation,
    log(
      [null, queued('first')],
      [null, queued('second')],
      [1, { kind: 'turn.started', messageIds: ['first'] }],
      [1, { kind: 'step.started', step: 1, attempt: 1, agent: 'main', model: 'm', messageId: 'answer' }],
    ),
  );
  expect(state.messages.map(({ id, status }) => [id, status])).toEqual([
    ['first', 'complete'],
    ['answer', 'running'],
    ['second', 'queued'],
  ]);
});

test('a superseded attempt leaves nothing, drafts of calls included', () => {
  const state = reduceAll(
    emptyConversation,
    log(
      [1, { kind: 'step.started', step: 1, attempt: 1, agent: 'main', model: 'm', messageId: 'old' }],
      [1, { kind: 'text.delta', messageId: 'old', agent: 'main', text: 'void' }],
      [
        1,
        {
          kind: 'tool.delta',
          messageId: 'old',
          agent: 'main',
          index: 0,
          toolCallId: 't',
          name: 'tree',
          text: '{',
        },
      ],
      [1, { kind: 'step.superseded', step: 1, agent: 'main', attempt: 1, messageId: 'old' }],
      [1, { kind: 'step.started', step: 1, attempt: 2, agent: 'main', model: 'm', messageId: 'new' }],
    ),
  );
  expect(state.messages).toMatchObject([{ id: 'new', parts: [] }]);
});

test('what is kept of output is the same however it came, and never half a character', () => {
  const text = 'x'.repeat(OUTPUT_KEPT - 1) + '🙂'.repeat(3);
  const pieces = [...text].reduce((kept, piece) => keepOutput(kept, piece), '');
  expect(pieces).toBe(keepOutput('', text));
  expect(pieces.isWellFormed()).toBe(true);
  expect(pieces.endsWith('🙂🙂🙂')).toBe(true);
});

test('P6, P21: a question is part of the state until it is answered, or its turn ends', () => {
  const ask = { askId: 'q', toolCallId: 'c', question: 'Which?', options: ['a', 'b'], default: 'a' };
  const asked = log(
    [1, { kind: 'turn.started', messageIds: [] }],
    [1, { kind: 'ask.raised', ...ask }],
    [1, { kind: 'ask.answered', askId: 'q', by: 'person', text: 'b' }],
  );
  const open = reduceAll(emptyConversation, asked.slice(0, 2));
  expect(open.ask).toEqual(ask);
  expect(reduceAll(open, asked.slice(2))).not.toHaveProperty('ask');
  const [, , , end] = log(...asked.map((event): [number, EventBody] => [1, event]), [
    1,
    { kind: 'turn.completed', outcome: 'stopped', usage },
  ]);
  if (end === undefined) throw new Error('four events');
  expect(reduce({ ...open, seq: 3 }, end)).not.toHaveProperty('ask');
});

test('H5: the newest review stands beside the paper until the conversation is rewound', () => {
  const said = { verdict: 'revise' as const, points: ['A.'], sentBack: true, paper: 'f00' };
  const first = { seq: 1, turn: 1, at, kind: 'review.completed' as const, round: 1, ...said };
  const state = reduce(emptyConversation, first);
  expect(state.review).toEqual({ turn: 1, round: 1, ...said });
  const second = reduce(state, { ...first, seq: 2, round: 2, verdict: 'accept', sentBack: false });
  expect(second.review).toMatchObject({ round: 2, verdict: 'accept' });
  const gone = reduce(second, { seq: 3, turn: null, at, kind: 'conversation.rewound', beforeMessageId: 'm' });
  expect(gone).not.toHaveProperty('review');
});

test('H3: the plan is the newest one, by its event; one without steps is none', () => {
  const steps = [{ step: 'Read', status: 'in_progress' as const }];
  const state = reduceAll(
    emptyConversation,
    log(
      [1, { kind: 'plan.changed', by: 'agent', toolCallId: 't', steps: [] }],
      [1, { kind: 'plan.changed', by: 'person', steps }],
    ),
  );
  expect(state.plan).toEqual({ version: 2, by: 'person', steps });
  const gone: LogEvent = { seq: 3, turn: null, at, kind: 'plan.changed', by: 'person', steps: [] };
  expect(reduce(state, gone)).not.toHaveProperty('plan');
});
