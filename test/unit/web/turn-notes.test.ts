import { expect, test } from '@jest/globals';
import { emptyConversation } from '../../../src/domain/reducer.ts';
import { createTurnNotes } from '../../../web/src/conversation/turn-notes.ts';
import { runningSince, took } from '../../../web/src/conversation/turn-time.ts';
import { answer } from './log-of-a-turn.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

test('U7: a call is timed by the clock of the page that saw it begin', () => {
  const notes = createTurnNotes(() => 5);
  const call = { messageId: 'm', agent: 'main', name: 'tree', arguments: {} };
  notes.follow({ seq: 1, turn: 1, at: at(0), kind: 'tool.called', toolCallId: 't', ...call });
  notes.follow(null);
  expect(notes.startedAt('t')).toBe(5);
  expect(notes.startedAt('other')).toBeUndefined();
});

test('V23: a turn that a page hears of late began when the log says so, by the clock of the page', () => {
  // The page's clock is an hour ahead, and the connection was lost for ten minutes.
  let clock = START + 3_600_000;
  const notes = createTurnNotes(() => clock);
  notes.follow({ seq: 1, turn: null, at: at(0), kind: 'message.withdrawn', id: 'm' });
  clock += 600_000;
  notes.follow({ seq: 2, turn: 4, at: at(60), kind: 'turn.started', messageIds: ['m'] });
  const conversation = { ...emptyConversation, runningTurn: 4 };
  expect(runningSince(conversation, notes)).toBe(START + 3_600_000 + 60_000);
  expect(runningSince({ ...conversation, runningTurn: null }, notes)).toBeUndefined();
  // One that began before the page: its first step is the first that is known of it.
  const steps = [answer('a', 5, [], { createdAt: at(70) }), answer('b', 5, [], { createdAt: at(90) })];
  expect(runningSince({ ...conversation, runningTurn: 5, messages: steps }, notes)).toBe(
    START + 3_600_000 + 70_000,
  );
  expect(runningSince({ ...conversation, runningTurn: 6 }, notes)).toBeUndefined();
});

test('V22: a turn says how long it took as a whole, and where nobody saw its end that it took longer than it shows', () => {
  const call = {
    type: 'tool' as const,
    toolCallId: 't',
    name: 'run_python',
    arguments: {},
    state: 'ok' as const,
  };
  const steps = [
    answer('a', 1, [{ ...call, durationMs: 30_000 }], { createdAt: at(0) }),
    answer(
      'b',
      1,
      [
        { ...call, durationMs: 5_000 },
        { ...call, durationMs: 8_000 },
      ],
      { createdAt: at(40) },
    ),
  ];
  expect(took({ began: at(-2), ended: at(55) }, steps)).toEqual({ milliseconds: 57_000, atLeast: false });
  expect(took({ began: at(0), ended: undefined }, steps)).toEqual({ milliseconds: 48_000, atLeast: true });
  expect(took({ began: undefined, ended: undefined }, [])).toEqual({ milliseconds: 0, atLeast: true });
});

test('V27: reasoning is timed stretch by stretch, from its first word to its last', () => {
  const notes = createTurnNotes(() => START);
  let seq = 0;
  const delta = (kind: 'reasoning.delta' | 'text.delta', seconds: number) => {
    seq += 1;
    notes.follow({ seq, turn: 1, at: at(seconds), kind, messageId: 'm', agent: 'main', text: 'x' });
  };
  delta('reasoning.delta', 1);
  expect(notes.thoughtFor('m', 0)).toBe(0);
  delta('reasoning.delta', 9);
  delta('text.delta', 12);
  delta('reasoning.delta', 20);
  delta('reasoning.delta', 23);
  expect([0, 1, 2].map((nth) => notes.thoughtFor('m', nth))).toEqual([8_000, 3_000, undefined]);
});
