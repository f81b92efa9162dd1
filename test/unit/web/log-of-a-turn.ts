/** Short ways to write a Work's log in tests of the page. */
import type { EventBody, LogEvent } from '../../../src/domain/events.ts';
import type { Message } from '../../../src/domain/messages.ts';

/** Bodies as a gapless log; all of `turn`. */
export function log(turn: number | null, ...bodies: EventBody[]): LogEvent[] {
  return bodies.map((body, index) => ({
    seq: index + 1,
    turn,
    at: '2026-01-01T00:00:00.000Z',
    ...body,
  }));
}

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function queued(id: string, text: string): EventBody {
  return { kind: 'message.queued', message: { id, role: 'user', text, attachments: [], delivery: 'queue' } };
}

export function step(messageId: string, agent = 'main'): EventBody {
  return { kind: 'step.started', step: 1, attempt: 1, agent, model: 'm', messageId };
}

export function answer(
  id: string,
  turn: number,
  parts: Message['parts'],
  rest: Partial<Message> = {},
): Message {
  return {
    id,
    turn,
    role: 'assistant',
    agent: 'main',
    status: 'complete',
    createdAt: '2026-01-01T00:00:00.000Z',
    parts,
    ...rest,
  };
}

export function asked(id: string, turn: number | null, text: string): Message {
  return {
    id,
    turn,
    role: 'user',
    status: turn === null ? 'queued' : 'complete',
    createdAt: '2026-01-01T00:00:00.000Z',
    parts: [{ type: 'text', text }],
  };
}
