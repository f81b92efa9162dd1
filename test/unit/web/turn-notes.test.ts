import { expect, test } from '@jest/globals';
import { createTurnNotes } from '../../../web/src/conversation/turn-notes.ts';

test('U7: a call is timed by the clock of the page that saw it begin', () => {
  const notes = createTurnNotes(() => 5);
  const at = '2026-01-01T00:00:00.000Z';
  const call = { messageId: 'm', agent: 'main', name: 'tree', arguments: {} };
  notes.follow({ seq: 1, turn: 1, at, kind: 'tool.called', toolCallId: 't', ...call });
  notes.follow(null);
  expect(notes.startedAt('t')).toBe(5);
  expect(notes.startedAt('other')).toBeUndefined();
});
