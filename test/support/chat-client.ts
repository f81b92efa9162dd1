/** A client of the chat socket that keeps every frame it got, for tests to look at. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { LogEvent } from '../../src/domain/events.ts';

export type Frame = { type: string } & Record<string, unknown>;

export interface ChatClient {
  frames: Frame[];
  events: LogEvent[];
  /** The highest seq seen, in a snapshot or an event. */
  cursor(): number;
  send(frame: object): void;
  /** Sends a user message; gives its id. */
  say(text: string, more?: { id?: string; delivery?: 'queue' | 'steer' }): string;
  /** The first frame, already here or still to come, that fits; rejects when the socket closes first. */
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
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/chat/ws/${workId}`);
  const frames: Frame[] = [];
  const events: LogEvent[] = [];
  let look: (() => void)[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('error', () => {}); // a close follows, with its code
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    frames.push(frame);
    if (frame.type === 'event') events.push(frame as unknown as LogEvent);
    const waiting = look;
    look = [];
    for (const again of waiting) again();
  });

  function find<T>(list: T[], fits: (item: T) => boolean, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      void closed.then(({ code }) => reject(new Error(`closed with ${code} while waiting for ${what}`)));
      let from = 0;
      const again = () => {
        for (; from < list.length; from += 1) {
          const item = list[from] as T;
          if (fits(item)) return resolve(item);
        }
        look.push(again);
      };
      again();
    });
  }

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
    frame: (fits, what) => find(frames, fits, what),
    event: (fits, what) => find(events, fits, what),
    closed,
    close: () => socket.close(),
  };
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve());
    void closed.then(({ code }) => reject(new Error(`the socket closed with ${code} before it opened`)));
  });
  client.send({ type: 'auth', token, protocol: 1, ...(after === undefined ? {} : { after }) });
  await client.frame(({ type }) => type === 'ready', 'ready');
  return client;
}
