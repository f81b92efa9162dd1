/** A client of the chat socket that keeps every frame it got, for tests to look at. */
import { randomUUID } from 'node:crypto';
import type { LogEvent } from '../../src/domain/events.ts';
import { type Frame, rawSocket } from './raw-socket.ts';

export interface ChatClient {
  frames: Frame[];
  events: LogEvent[];
  /** The highest seq seen, in a snapshot or an event. */
  cursor(): number;
  send(frame: object): void;
  /** Sends a user message; gives its id. */
  say(text: string, more?: { id?: string; delivery?: 'queue' | 'steer' }): string;
  /** The first frame, already here or still to come, that fits. @throws when the socket closes first, or in vain */
  frame(fits: (frame: Frame) => boolean, what: string): Promise<Frame>;
  /** The same for an event. */
  event(fits: (event: LogEvent) => boolean, what: string): Promise<LogEvent>;
  /** Resolves with the code when the socket closes. */
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
}

/** Connects and authenticates; `after` is the cursor of an earlier connection. */
export async function openChat(
  url: string,
  { workId, token, after }: { workId: string; token: string; after?: number },
): Promise<ChatClient> {
  const events: LogEvent[] = [];
  const socket = await rawSocket(`${url.replace(/^http/, 'ws')}/api/chat/ws/${workId}`, {}, (frame) => {
    if (frame.type === 'event') events.push(frame as unknown as LogEvent);
  });
  const { frames } = socket;
  const client: ChatClient = {
    frames,
    events,
    cursor: () =>
      frames.reduce(
        (cursor, { type, seq }) =>
          type === 'event' || type === 'snapshot' ? Math.max(cursor, Number(seq)) : cursor,
        after ?? 0,
      ),
    send: (frame) => socket.send(JSON.stringify(frame)),
    say(text, { id = randomUUID(), delivery } = {}) {
      client.send({ type: 'message', id, text, ...(delivery ? { delivery } : {}) });
      return id;
    },
    frame: socket.frame,
    async event(fits, what) {
      const fitting = (frame: Frame) => frame.type === 'event' && fits(frame as unknown as LogEvent);
      return (await socket.frame(fitting, what)) as unknown as LogEvent;
    },
    closed: socket.closed,
    close: socket.close,
  };
  client.send({ type: 'auth', token, protocol: 1, ...(after === undefined ? {} : { after }) });
  await client.frame(({ type }) => type === 'ready', 'ready');
  return client;
}
