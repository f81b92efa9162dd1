/** What this page has sent and not yet seen in the conversation. */
import type { OutboxMessage } from './outbox.ts';

export type OutgoingState =
  /** Not sent before the person says so, or its files have arrived. */
  | { name: 'waiting'; for: 'person' | 'files' }
  | { name: 'sending' }
  /** Too many messages came at once: it is sent again at `until` (milliseconds since the epoch). */
  | { name: 'held'; until: number }
  /** Acked: it cannot be lost any more, only its event is still on the way. */
  | { name: 'stored' }
  | { name: 'refused'; code: string; message: string };

export interface Outgoing extends OutboxMessage {
  state: OutgoingState;
}

/** The list with one message's state changed; unchanged when there is none with that id. */
export function mark(list: Outgoing[], id: string, state: OutgoingState): Outgoing[] {
  return list.map((message) => (message.id === id ? { ...message, state } : message));
}

/** The list without what the conversation shows by itself now. */
export function withoutShown(list: Outgoing[], shown: ReadonlySet<string>): Outgoing[] {
  return list.filter((message) => !shown.has(message.id) || message.state.name === 'refused');
}
