/** One turn as its person sees it, by the clock of this process. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Chat } from './client.ts';

export interface TurnTimes {
  sentAt: number;
  ackAt: number;
  /** Of the turn's first text. */
  firstTokenAt: number;
  completedAt: number;
}

/** Says something and waits until the turn has ended. @throws where it did not end as `done`, or wrote nothing */
export async function takeTurn(chat: Chat, text: string): Promise<TurnTimes> {
  let ackAt: number | undefined;
  let firstTokenAt: number | undefined;
  const forget = chat.listen(({ at, frame }) => {
    if (frame.type === 'ack') ackAt ??= at;
    if (frame.type === 'event' && frame.kind === 'text.delta') firstTokenAt ??= at;
  });
  try {
    const completed = chat.nextEvent('turn.completed');
    const { at: sentAt } = chat.say(text);
    const end = await completed;
    const { outcome, error } = end.frame;
    if (outcome !== 'done')
      throw new Error(`a turn ended as ${outcome}: ${error?.message ?? 'without an error'}`);
    // Events come by another way, and may be faster than the ack.
    if (ackAt === undefined) ackAt = (await chat.next(({ type }) => type === 'ack', 'the ack')).at;
    if (firstTokenAt === undefined) throw new Error('a turn had no text');
    return { sentAt, ackAt, firstTokenAt, completedAt: end.at };
  } finally {
    forget();
  }
}

/** Who is asked how long something takes in a quiet system reads the answer first: its turn's last work is done by then. */
export function readTheAnswer(): Promise<void> {
  return delay(150);
}
