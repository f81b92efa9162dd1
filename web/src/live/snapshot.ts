import type { Conversation } from '../../../src/domain/reducer.ts';
import type { ServerFrame } from '../../../src/protocol/frames.ts';

export type SnapshotFrame = Extract<ServerFrame, { type: 'snapshot' }>;

/** The reducer's state as of a snapshot, so that the events after it go on from there (P6). */
export function fromSnapshot(frame: SnapshotFrame): Conversation {
  const messages = [...frame.messages];
  const { running } = frame;
  if (running !== undefined && !messages.some((message) => message.id === running.id)) {
    const queued = messages.findIndex((message) => message.status === 'queued');
    messages.splice(queued < 0 ? messages.length : queued, 0, running);
  }
  const turns = messages.map((message) => message.turn ?? 0);
  return {
    seq: frame.seq,
    runningTurn: frame.status === 'idle' ? null : (running?.turn ?? Math.max(0, ...turns)),
    messages,
    outcomes: frame.outcomes,
    ...(frame.ask ? { ask: frame.ask } : {}),
    ...(frame.plan ? { plan: frame.plan } : {}),
    ...(frame.review ? { review: frame.review } : {}),
    ...(frame.retrying ? { retrying: frame.retrying } : {}),
  };
}
