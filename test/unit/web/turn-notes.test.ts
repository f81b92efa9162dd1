import { expect, test } from '@jest/globals';
import { createTurnNotes } from '../../../web/src/conversation/turn-notes.ts';

test('U8: how a turn ended stays on show when the next one has ended otherwise', () => {
  const notes = createTurnNotes(() => 5);
  const at = '2026-01-01T00:00:00.000Z';
  const usage = { inputTokens: 1, outputTokens: 1 };
  const error = { code: 'model_unauthorized', message: 'The model refused the key.' };
  notes.follow({ seq: 1, turn: 1, at, kind: 'turn.completed', outcome: 'failed', usage, error });
  notes.follow({ seq: 2, turn: 2, at, kind: 'turn.completed', outcome: 'done', usage });
  notes.follow(null);
  expect(notes.outcomeOf(1)).toEqual({ turn: 1, outcome: 'failed', usage, error });
  expect(notes.outcomeOf(2)?.outcome).toBe('done');
  expect(notes.outcomeOf(3)).toBeUndefined();
  expect(notes.outcomeOf(null)).toBeUndefined();
});
