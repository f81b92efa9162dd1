/** How long turns take: what the page was told, and what the messages tell of those that it did not see. Pure. */
import type { Message } from '../../../src/domain/messages.ts';
import type { Conversation } from '../../../src/domain/reducer.ts';
import type { TurnNotes } from './turn-notes.ts';

/** In milliseconds; `atLeast`: it took longer than that, for nobody here saw its end. */
export interface Took {
  milliseconds: number;
  atLeast: boolean;
}

/** When the running turn began, in milliseconds by this page's clock; undefined where none runs or it has done nothing. */
export function runningSince(
  conversation: Conversation | null,
  notes: Pick<TurnNotes, 'turns' | 'here'>,
): number | undefined {
  const turn = conversation?.runningTurn ?? null;
  if (conversation === null || turn === null) return undefined;
  const began = notes.turns.get(turn)?.began ?? firstOf(conversation.messages, turn)?.createdAt;
  return began === undefined ? undefined : notes.here(began);
}

/**
 * What a turn took.
 *
 * @param times when it began, and when it ended where that was seen
 * @param last its last steps, which say how far it came at least
 */
export function took(
  { began, ended }: { began: string | undefined; ended: string | undefined },
  last: readonly Message[],
): Took {
  if (began === undefined) return { milliseconds: 0, atLeast: true };
  const end = ended === undefined ? Math.max(...last.map(lastMoment)) : Date.parse(ended);
  const milliseconds = Math.max(0, end - Date.parse(began));
  return { milliseconds, atLeast: ended === undefined };
}

/** The last moment that a step tells of: it began, and then its longest call took its time. */
function lastMoment({ createdAt, parts }: Message): number {
  const lasted = parts.map((part) => (part.type === 'tool' ? (part.durationMs ?? 0) : 0));
  return Date.parse(createdAt) + Math.max(0, ...lasted);
}

function firstOf(messages: readonly Message[], turn: number): Message | undefined {
  return messages.find((message) => message.turn === turn && message.role === 'assistant');
}
