/**
 * A person's page as a test sees it: it comes back with its cursor whenever the socket closes, sends again what was
 * not acked, and counts on D3: every event once, in order.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { LogEvent } from '../../../src/domain/events.ts';
import { createArrivals, tail } from '../arrivals.ts';
import type { Frame } from '../raw-socket.ts';

export interface Watcher {
  /** Every event so far; its seq is its index and one. */
  events: LogEvent[];
  /** Sends a user message, again and again until it is acked; gives its id. */
  say(text: string, more?: { id?: string; delivery?: 'queue' | 'steer' }): string;
  /** Answers a question, again and again until that is acked. */
  answer(askId: string, text: string): void;
  /** Resolves with the first ack of a message. */
  acked(id: string): Promise<void>;
  /** Asks to stop, once the socket is open; what is sent as it breaks is lost. */
  stop(turn?: number): Promise<void>;
  /** The first event, already here or still to come, that fits. @throws in `ms`, or when events came wrongly */
  event(fits: (event: LogEvent) => boolean, what: string, ms?: number): Promise<LogEvent>;
  /** How often the socket was opened. */
  connections(): number;
  close(): void;
}

const AGAIN_MS = 50;

/** Watches a Work; `urls` are the api processes, tried in turn. */
export function watch(urls: string[], { workId, token }: { workId: string; token: string }): Watcher {
  const events: LogEvent[] = [];
  const unacked = new Map<string, object>();
  const acks = new Set<string>();
  const arrivals = createArrivals(() => tail(events));
  let socket: WebSocket | undefined;
  let open = Promise.withResolvers<WebSocket>();
  let isReady = false;
  let connections = 0;
  let closed = false;

  let isWrong = false;
  /** Nothing that comes later is shown: whoever waits for it is told what went wrong. */
  function fail(message: string): void {
    isWrong = true;
    arrivals.fail(new Error(message));
  }

  function send(message: object | undefined): void {
    if (isReady && message !== undefined) socket?.send(JSON.stringify(message));
  }

  function onFrame(frame: Frame): void {
    if (isWrong) return;
    if (frame.type === 'ready') {
      isReady = true;
      for (const message of unacked.values()) send(message);
      if (socket) open.resolve(socket);
    } else if (frame.type === 'ack') {
      unacked.delete(String(frame.id));
      acks.add(String(frame.id));
    } else if (frame.type === 'error' && frame.retryable === true && unacked.has(String(frame.id))) {
      setTimeout(() => send(unacked.get(String(frame.id))), AGAIN_MS);
    } else if (frame.type === 'event') {
      if (frame.seq === events.length + 1) events.push(frame as unknown as LogEvent);
      else fail(`D3: event ${frame.seq} came after event ${events.length}`);
    } else if (frame.type === 'snapshot') {
      fail('P2: a snapshot came although the cursor was good');
    }
    arrivals.arrived();
  }

  async function connect(): Promise<void> {
    const url = urls[connections % urls.length] ?? '';
    const mine = new WebSocket(`${url.replace(/^http/, 'ws')}/api/chat/ws/${workId}`);
    socket = mine;
    connections += 1;
    mine.on('error', () => {}); // a close follows
    mine.on('open', () =>
      mine.send(JSON.stringify({ type: 'auth', token, protocol: 1, after: events.length })),
    );
    mine.on('message', (data) => onFrame(JSON.parse(String(data))));
    await new Promise((resolve) => mine.on('close', resolve));
    socket = undefined;
    isReady = false;
    open = Promise.withResolvers();
    if (closed) return;
    await delay(AGAIN_MS);
    await connect();
  }
  // It ends when the watcher is closed, and its failures are events that did not come.
  void connect();

  return {
    events,
    say(text, { id = randomUUID(), delivery } = {}) {
      const message = { type: 'message', id, text, ...(delivery ? { delivery } : {}) };
      unacked.set(id, message);
      // Before that it is sent by the `ready` that comes.
      send(message);
      return id;
    },
    answer(askId, text) {
      const answer = { type: 'answer', ask: askId, text };
      unacked.set(askId, answer);
      send(answer);
    },
    acked: (id) => arrivals.first(() => acks.has(id) || undefined, 'the ack', 30_000).then(() => {}),
    async stop(turn) {
      const ready = await open.promise;
      ready.send(JSON.stringify({ type: 'stop', ...(turn === undefined ? {} : { turn }) }));
    },
    event: (fits, what, ms) => arrivals.first(() => events.find(fits), what, ms),
    connections: () => connections,
    close() {
      closed = true;
      socket?.close();
    },
  };
}
